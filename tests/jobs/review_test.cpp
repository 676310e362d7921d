// What people decide about notices that wait for them.
#include "jobs/review.h"

#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

using jobs::ReviewOutcome;

class Review : public OrderDesk {
protected:
    jobs::Resolved resolve(jobs::PaymentNotice const& notice, bool accept,
                           std::string const& order = "") {
        jobs::Resolution what{
            .notice = desk.store->orders().find_notice({notice.provider, notice.id})->notice,
            .accept = accept,
            .order = order,
            .by = "ann",
            .reason = "the bank says so, in writing"};
        for (auto const& each : desk.store->orders().notices(
                 {.order = notice.order, .outcome = NoticeOutcome::review})) {
            if (each.notice.id != notice.id) {
                what.others.emplace_back(each.notice.provider, each.notice.id);
            }
        }
        jobs::Resolved resolved;
        desk.store->transact(jobs::load_for(what), [&](jobs::Batch& batch) {
            resolved = jobs::resolve(batch, what, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return resolved;
    }

    static jobs::PaymentNotice short_payment(jobs::Order const& order,
                                             std::string const& trade = "T1") {
        auto notice = payment(order, trade);
        notice.amount = 1;
        return notice;
    }
};

TEST_F(Review, WhatIsAcceptedPaysTheOrderAndIsFlagged) {
    auto const order = open().order;
    auto const notice = short_payment(order);
    ASSERT_EQ(take(notice).outcome, NoticeOutcome::review);
    auto const resolved = resolve(notice, true);
    EXPECT_EQ(resolved.outcome, ReviewOutcome::resolved);
    EXPECT_EQ(now(order).status, OrderStatus::paid);
    EXPECT_TRUE(now(order).flags.contains("overruled"));
    EXPECT_TRUE(now(order).review.empty());
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Review, WhatIsDismissedMovesNothing) {
    auto const order = open().order;
    auto const notice = short_payment(order);
    take(notice);
    EXPECT_EQ(resolve(notice, false).outcome, ReviewOutcome::resolved);
    EXPECT_EQ(now(order).status, OrderStatus::pending);
    EXPECT_TRUE(now(order).review.empty());
    EXPECT_EQ(desk.balance("u1"), 0);
    EXPECT_EQ(take(notice).outcome, NoticeOutcome::noted) << "it comes again";
}

TEST_F(Review, IsResolvedOnce) {
    auto const order = open().order;
    auto const notice = short_payment(order);
    take(notice);
    resolve(notice, true);
    EXPECT_EQ(resolve(notice, true).outcome, ReviewOutcome::not_waiting);
    EXPECT_EQ(resolve(notice, false).outcome, ReviewOutcome::not_waiting);
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Review, TheDecisionStandsAmongTheNoticesOfItsOrder) {
    auto const order = open().order;
    auto const notice = short_payment(order);
    take(notice);
    resolve(notice, true);
    auto const story = desk.store->orders().notices({.order = order.id});
    ASSERT_EQ(story.size(), 2U);
    auto const said = desk.store->orders().find_notice({"operator", "wechat:" + notice.id});
    ASSERT_TRUE(said);
    EXPECT_EQ(said->notice.kind, "accepted");
    EXPECT_EQ(said->notice.body, "the bank says so, in writing");
    EXPECT_EQ(said->notice.headers, "by: ann\n");
}

TEST_F(Review, WhatOtherNoticesWaitForStays) {
    auto const order = open().order;
    auto const first = short_payment(order, "T1");
    auto const second = short_payment(order, "T2");
    take(first);
    take(second);
    resolve(first, false);
    EXPECT_TRUE(now(order).review.contains("wrong_amount"));
    resolve(second, false);
    EXPECT_TRUE(now(order).review.empty());
}

TEST_F(Review, WhatNamesNoOrderIsTakenForTheOneThatIsSaid) {
    auto const order = open().order;
    auto notice = payment(order);
    notice.order = "nobody's";
    ASSERT_EQ(take(notice).outcome, NoticeOutcome::review);
    EXPECT_EQ(resolve(notice, true).outcome, ReviewOutcome::stays);
    EXPECT_EQ(desk.balance("u1"), 0);
    EXPECT_EQ(resolve(notice, true, order.id).outcome, ReviewOutcome::resolved);
    EXPECT_EQ(now(order).status, OrderStatus::paid);
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Review, WhatWasPaidIsWhatRefundsAreSharesOf) {
    auto const order = open().order;
    auto notice = short_payment(order);
    notice.amount = 1'000;  // of the 5,000 that were ordered
    take(notice);
    resolve(notice, true);
    EXPECT_EQ(now(order).paid, 1'000);
    auto refunded = refund(order, 500, "R1");
    refunded.amount = 1'000;
    EXPECT_EQ(take(refunded).outcome, NoticeOutcome::returned);
    EXPECT_EQ(now(order).revoked.value, 275);
    EXPECT_EQ(now(order).status, OrderStatus::paid);
    refunded = refund(order, 500, "R2");
    refunded.amount = 1'000;
    take(refunded);
    EXPECT_EQ(now(order).status, OrderStatus::refunded);
    EXPECT_EQ(desk.balance("u1"), 0);
}

}  // namespace
}  // namespace tests
