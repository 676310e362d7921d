// Asking WeChat what became of orders: its word counts as in a notice, and every question is kept.
#include "worker/inquiries.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/payments/platform.h"

namespace tests {
namespace {

using jobs::NoticeOutcome;
using jobs::OrderStatus;
using std::chrono::minutes;

class Inquiries : public testing::Test {
protected:
    Platforms world;

    std::vector<std::string> story(jobs::Order const& order) {
        std::vector<std::string> lines;
        for (auto const& each : world.store->orders().notices({.order = order.id})) {
            auto const& notice = each.notice;
            lines.push_back(notice.kind + " -> " + std::string{jobs::to_text(notice.outcome)});
        }
        return lines;
    }

    std::int64_t balance() {
        return ledger::balance(*world.store->find_wallet("u1"), world.clock).value;
    }
};

TEST_F(Inquiries, APaymentThatWasNeverToldOfIsFound) {
    auto const order = world.open("wechat");
    world.answers[order.id] = Platforms::paid(order);
    EXPECT_EQ(worker::ask_due(world.inquiring()).asked, 0) << "it is too early";
    world.clock += minutes{2};
    auto const run = worker::ask_due(world.inquiring());
    EXPECT_EQ(run.asked, 1);
    EXPECT_EQ(run.paid, 1);
    EXPECT_EQ(world.stored(order).status, OrderStatus::paid);
    EXPECT_EQ(world.stored(order).trade, "T" + order.id.substr(13));
    EXPECT_EQ(balance(), 550);
    EXPECT_EQ(story(order), (std::vector<std::string>{"query: paid -> paid"}));
    world.clock += minutes{60};
    EXPECT_EQ(worker::ask_due(world.inquiring()).asked, 0);
    EXPECT_EQ(world.unsigned_calls, 0);
}

TEST_F(Inquiries, AnOrderThatNobodyPaidIsAskedAboutFourTimesAndClosed) {
    auto const order = world.open("wechat");
    world.answers[order.id] = R"({"mchid":"1230000109","appid":"wxd678efh567hg6787",)"
                              R"("out_trade_no":")" +
                              order.id + R"(","trade_state":"NOTPAY","trade_state_desc":"x"})";
    for (auto const wait : {2, 8, 50, 61}) {
        EXPECT_EQ(world.stored(order).status, OrderStatus::pending);
        world.clock += minutes{wait};
        EXPECT_EQ(worker::ask_due(world.inquiring()).asked, 1) << wait;
    }
    EXPECT_EQ(world.stored(order).status, OrderStatus::closed);
    EXPECT_EQ(story(order), std::vector<std::string>(4, "query: pending -> noted"));
}

TEST_F(Inquiries, ThatThePlatformHasClosedItOrKnowsItNotLeavesItOpenUntilItsTimeIsUp) {
    auto const closed = world.open("wechat");
    auto const absent = world.open("wechat");
    world.answers[closed.id] = R"({"mchid":"1230000109","appid":"wxd678efh567hg6787",)"
                               R"("out_trade_no":")" +
                               closed.id + R"(","trade_state":"CLOSED","trade_state_desc":"x"})";
    world.clock += minutes{2};
    EXPECT_EQ(worker::ask_due(world.inquiring()).asked, 2);
    for (auto const& order : {closed, absent}) {
        EXPECT_EQ(world.stored(order).status, OrderStatus::pending);
    }
    EXPECT_EQ(story(absent), (std::vector<std::string>{"query: absent -> noted"}));
    world.clock = closed.expires_at + minutes{1};
    worker::ask_due(world.inquiring());
    for (auto const& order : {closed, absent}) {
        EXPECT_EQ(world.stored(order).status, OrderStatus::closed);
    }
}

TEST_F(Inquiries, APlatformThatFailsIsLeftAloneAndAskedAgain) {
    auto const first = world.open("wechat");
    auto const second = world.open("wechat");
    world.answers[first.id] = Platforms::paid(first);
    world.answers[second.id] = Platforms::paid(second);
    world.down = true;
    world.clock += minutes{2};
    auto const run = worker::ask_due(world.inquiring());
    EXPECT_EQ(run.asked, 2);
    EXPECT_EQ(run.failed, 2);
    EXPECT_FALSE(run.more);
    EXPECT_EQ(story(first), (std::vector<std::string>{"query: no answer -> noted"}));
    std::multiset<std::string> said;
    for (auto const& order : {first, second}) {
        auto const notice =
            world.store->orders().find_notice({"wechat", "query:" + order.id + ":1"});
        ASSERT_TRUE(notice);
        said.insert(notice->notice.body);
    }
    EXPECT_EQ(said, (std::multiset<std::string>{"connect: nobody is there",
                                                "not asked: the platform failed just before"}));
    world.down = false;
    world.clock += minutes{1};
    EXPECT_EQ(worker::ask_due(world.inquiring()).paid, 2);
}

TEST_F(Inquiries, AForgedAnswerIsNone) {
    auto const order = world.open("wechat");
    world.answers[order.id] = Platforms::paid(order);
    world.forges = true;
    world.clock += minutes{2};
    EXPECT_EQ(worker::ask_due(world.inquiring()).failed, 1);
    EXPECT_EQ(world.stored(order).status, OrderStatus::pending);
    EXPECT_EQ(balance(), 0);
}

TEST_F(Inquiries, AnAnswerWithAnotherAmountWaitsForAPerson) {
    auto const order = world.open("wechat");
    world.answers[order.id] = Platforms::paid(order, 1);
    world.clock += minutes{2};
    EXPECT_EQ(worker::ask_due(world.inquiring()).paid, 0);
    EXPECT_EQ(world.stored(order).review, jobs::Words{"wrong_amount"});
    EXPECT_EQ(balance(), 0);
}

TEST_F(Inquiries, ByHandAnOrderIsAskedAboutWhateverItsState) {
    auto const order = world.open("wechat");
    world.clock = order.expires_at + minutes{1};
    worker::ask_due(world.inquiring());
    ASSERT_EQ(world.stored(order).status, OrderStatus::closed);
    world.answers[order.id] = Platforms::paid(order);
    auto const asked = worker::ask_now(world.inquiring(), order.id);
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->taken.outcome, NoticeOutcome::paid);
    EXPECT_TRUE(world.stored(order).flags.contains("late"));
    EXPECT_EQ(balance(), 550);
}

TEST_F(Inquiries, ByHandNobodyIsAskedWhereNobodyCanBe) {
    EXPECT_FALSE(worker::ask_now(world.inquiring(), "nothing"));
    EXPECT_FALSE(worker::ask_now(world.inquiring(), world.open("simulate").id));
}

}  // namespace
}  // namespace tests
