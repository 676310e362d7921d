// Asking about orders: when, by whom, and what follows from the answer.
#include "jobs/questions.h"

#include "jobs/purchase.h"
#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

using jobs::PaymentState;
using std::chrono::minutes;
using std::chrono::seconds;

class Questions : public OrderDesk {
protected:
    jobs::Order open_asked() {
        jobs::Purchase const what{.user = "u1",
                                  .package = "50",
                                  .channel = "wechat",
                                  .secret = "0123456789abcdef" + std::to_string(100 + count_++),
                                  .can_ask = true};
        jobs::Purchased bought;
        desk.store->transact(jobs::load_for(what, desk.rules), [&](jobs::Batch& batch) {
            bought = jobs::purchase(batch, what, desk.rules);
        });
        return bought.order;
    }

    std::vector<jobs::Order> due(jobs::Words const& askable = {"wechat"}) {
        std::vector<jobs::Order> questions;
        desk.store->transact(jobs::load_for_questions(10), [&](jobs::Batch& batch) {
            questions = jobs::take_questions(batch, askable);
        });
        return questions;
    }

    // Says what the platform answers to the last question.
    jobs::NoticeTaken answer(std::string const& id, PaymentState state) {
        auto const order = *desk.store->orders().find(id);
        auto notice = payment(order);
        notice.id = "query:" + id + ":" + std::to_string(order.asked);
        notice.state = state;
        notice.trade = state == PaymentState::paid ? "T1" : "";
        jobs::NoticeTaken taken;
        desk.store->transact(jobs::load_for(notice), [&](jobs::Batch& batch) {
            taken = jobs::take_answer(batch, notice, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return taken;
    }

    jobs::Order stored(jobs::Order const& order) { return *desk.store->orders().find(order.id); }

    int close_due() {
        int closed = 0;
        desk.store->transact(jobs::load_for_closing(10),
                             [&](jobs::Batch& batch) { closed = jobs::close_due(batch); });
        return closed;
    }

private:
    int count_ = 0;
};

TEST_F(Questions, AreAskedAfterTwoTenAndSixtyMinutesAndOnceItsTimeIsUp) {
    auto const order = open_asked();
    auto const opened = desk.now;
    for (auto const after : {base::Millis{minutes{2}}, base::Millis{minutes{10}},
                             base::Millis{minutes{60}}, base::Millis{minutes{121}}}) {
        desk.now = opened + after - base::Millis{1};
        EXPECT_TRUE(due().empty()) << after.count();
        desk.now = opened + after;
        ASSERT_EQ(due().size(), 1U) << after.count();
        answer(order.id, PaymentState::pending);
    }
    EXPECT_EQ(stored(order).status, OrderStatus::closed);
    EXPECT_EQ(stored(order).asked, 4);
    EXPECT_FALSE(stored(order).ask_at);
    EXPECT_EQ(desk.store->orders().notices({.order = order.id}).size(), 4U);
}

TEST_F(Questions, AreAskedByOneOnly) {
    open_asked();
    desk.now += minutes{2};
    EXPECT_EQ(due().size(), 1U);
    EXPECT_TRUE(due().empty());
}

TEST_F(Questions, WhoDiesBeforeTheAnswerLosesNothing) {
    auto const order = open_asked();
    desk.now += minutes{2};
    EXPECT_EQ(due().size(), 1U);
    desk.now += minutes{1};
    ASSERT_EQ(due().size(), 1U);
    EXPECT_EQ(answer(order.id, PaymentState::paid).outcome, NoticeOutcome::paid);
}

TEST_F(Questions, AreAskedLessAndLessOftenWhereNobodyAnswers) {
    auto const order = open_asked();
    desk.now += minutes{2};
    std::vector<base::Millis> waits;
    while (stored(order).status == OrderStatus::pending) {
        if (!due().empty()) {
            answer(order.id, PaymentState::other);
        }
        if (auto const next = stored(order).ask_at) {
            waits.push_back(*next - desk.now);
            desk.now = *next;
        }
        ASSERT_LT(waits.size(), 100U);
    }
    EXPECT_EQ(waits.front(), minutes{1});
    EXPECT_EQ(waits.back(), hours{1});
    EXPECT_TRUE(std::ranges::is_sorted(waits));
    EXPECT_EQ(stored(order).status, OrderStatus::closed) << "a day after its end";
    EXPECT_GE(desk.now, order.expires_at + jobs::questions_end_after);
}

TEST_F(Questions, APaymentThatIsFoundIsTakenAsIfItHadBeenTold) {
    auto const order = open_asked();
    desk.now += minutes{2};
    due();
    auto const taken = answer(order.id, PaymentState::paid);
    EXPECT_EQ(taken.outcome, NoticeOutcome::paid);
    EXPECT_EQ(desk.balance("u1"), 550);
    EXPECT_FALSE(stored(order).ask_at);
    auto late = payment(order);
    late.trade = "T1";
    EXPECT_EQ(take(late).outcome, NoticeOutcome::noted);
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Questions, AnAnswerThatDoesNotFitWaitsForAPerson) {
    auto const order = open_asked();
    desk.now += minutes{2};
    due();
    auto notice = payment(order);
    notice.id = "query:1";
    notice.amount = 1;
    jobs::NoticeTaken taken;
    desk.store->transact(jobs::load_for(notice), [&](jobs::Batch& batch) {
        taken = jobs::take_answer(batch, notice, desk.rules);
    });
    EXPECT_EQ(taken.outcome, NoticeOutcome::review);
    EXPECT_EQ(stored(order).status, OrderStatus::pending);
}

TEST_F(Questions, AnOrderIsClosedOnlyAfterItWasAskedAboutOnceMore) {
    auto const order = open_asked();
    desk.now = order.expires_at;
    EXPECT_EQ(close_due(), 0);
    ASSERT_EQ(due().size(), 1U) << "overdue since nobody ran";
    answer(order.id, PaymentState::pending);
    EXPECT_EQ(stored(order).status, OrderStatus::closed);
}

TEST_F(Questions, AnAnswerToAnEarlierQuestionDoesNotCloseIt) {
    auto const order = open_asked();
    desk.now = order.expires_at - seconds{1};
    ASSERT_EQ(due().size(), 1U);
    desk.now = order.expires_at + seconds{1};
    answer(order.id, PaymentState::pending);
    EXPECT_EQ(stored(order).status, OrderStatus::pending) << "it was given before its end";
    EXPECT_EQ(stored(order).ask_at, order.expires_at + jobs::last_question_after);
}

TEST_F(Questions, OfAPlatformThatCanNotBeAskedAnyMoreAreLeftToTheirTime) {
    auto const order = open_asked();
    desk.now += minutes{2};
    EXPECT_TRUE(due({"alipay"}).empty());
    EXPECT_FALSE(stored(order).ask_at);
    desk.now = order.expires_at;
    EXPECT_EQ(close_due(), 1);
}

TEST_F(Questions, APersonMayAskAtAnyTime) {
    auto const order = open_asked();
    desk.now = order.expires_at + hours{48};
    due();
    ASSERT_EQ(stored(order).status, OrderStatus::closed);
    std::optional<jobs::Order> asked;
    desk.store->transact(jobs::load_for_question(order.id),
                         [&](jobs::Batch& batch) { asked = jobs::take_question(batch, order.id); });
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->asked, 1);
    EXPECT_EQ(answer(order.id, PaymentState::paid).outcome, NoticeOutcome::paid);
    EXPECT_TRUE(stored(order).flags.contains("late"));
}

}  // namespace
}  // namespace tests
