// The forms in which stores keep what has no columns of its own: what is written is read again as
// it was, and what was damaged is left out.
#include <gtest/gtest.h>

#include "jobs/job.h"
#include "jobs/order.h"

namespace jobs {
namespace {

using std::chrono::hours;

TEST(JobLines, TheKeyThatAJobCameWithStandsBehindItsTrace) {
    Job job{.trace = "00-abc-def-01"};
    EXPECT_EQ(origin_of(job), "00-abc-def-01");
    job.api_key = 7;
    Job again;
    read_origin(origin_of(job), again);
    EXPECT_EQ(again.trace, job.trace);
    EXPECT_EQ(again.api_key, 7);
    read_origin("00-abc-def-01;key=x", again);
    EXPECT_EQ(again.api_key, 0);
}

TEST(JobLines, AProviderIsAloneUnlessThereIsMoreToTell) {
    Job job{.provider = "alpha"};
    EXPECT_EQ(runner_of(job), "alpha");
    Job again{.model = "old"};
    read_runner("alpha", again);
    EXPECT_EQ(again.provider, "alpha");
}

TEST(JobLines, MarksAndModelStandBehindTheProvider) {
    for (auto const& [model, parked, resubmitted] :
         {std::tuple{"m|1", false, false}, std::tuple{"", true, false}, std::tuple{"", false, true},
          std::tuple{"m1", true, true}}) {
        Job job{.provider = "alpha", .model = model};
        job.parked = parked;
        job.resubmitted = resubmitted;
        Job again;
        read_runner(runner_of(job), again);
        EXPECT_EQ(again.provider, "alpha");
        EXPECT_EQ(again.model, model);
        EXPECT_EQ(again.parked, parked);
        EXPECT_EQ(again.resubmitted, resubmitted);
    }
}

TEST(JobLines, ParentsStandWithCommasBetween) {
    EXPECT_EQ(to_line(std::vector<base::JobId>{}), "");
    EXPECT_EQ(to_line(std::vector<base::JobId>{{12}, {15}}), "12,15");
    EXPECT_EQ(parse_ids("12,15"), (std::vector<base::JobId>{{12}, {15}}));
    EXPECT_TRUE(parse_ids("").empty());
}

TEST(JobLines, StatesAndWaitsHaveOneWordEach) {
    for (auto const state :
         {State::queued, State::processing, State::completed, State::failed, State::cancelled}) {
        EXPECT_EQ(parse_state(to_text(state)), state);
    }
    for (auto const wait : {Wait::none, Wait::time, Wait::parents, Wait::room}) {
        EXPECT_EQ(parse_wait(to_text(wait)), wait);
    }
    EXPECT_FALSE(parse_state("lost"));
    EXPECT_FALSE(parse_wait(""));
}

TEST(OrderLines, WhatWasBoughtIsReadAsItWasWritten) {
    CreditsBought credits{.package = "50", .credits = {500}, .bonus = {50}};
    credits.multiplier = base::parse_rate("1.2").value();
    EXPECT_EQ(to_line(Bought{credits}), "credits:50:500:50:-:1.2");
    EXPECT_EQ(parse_bought(to_line(Bought{credits})), Bought{credits});
    credits.life = hours{24};
    EXPECT_EQ(parse_bought(to_line(Bought{credits})), Bought{credits});
    Bought const term = TermBought{.name = "month", .months = 1};
    EXPECT_EQ(parse_bought(to_line(term)), term);
}

TEST(OrderLines, WhatIsNeitherCreditsNorATermIsNothing) {
    for (auto const* line :
         {"", "term:month", "terms:month:1", "credits:50:500:50:-", "credit:50:500:50:-:1",
          "credits:50:x:50:-:1", "credits:50:500:x:-:1", "credits:50:500:50:-:x", "credits:::::"}) {
        EXPECT_FALSE(parse_bought(line)) << line;
    }
}

TEST(OrderLines, ReturnsAreALineEach) {
    std::vector<Return> const returns{
        {.id = "r1", .trade = "t1", .amount = 5, .chargeback = false, .at = base::from_ms(7)},
        {.id = "r2", .trade = "", .amount = 9, .chargeback = true, .at = base::from_ms(8)}};
    EXPECT_EQ(parse_returns(to_lines(returns)), returns);
    EXPECT_TRUE(parse_returns("").empty());
    EXPECT_TRUE(parse_returns("r1\tt1\t5\nr2\tt1\t5\trefund\t").size() == 1);
}

TEST(OrderLines, WordsStandWithCommasBetween) {
    Words const words{"late", "unknown_order"};
    EXPECT_EQ(to_line(words), "late,unknown_order");
    EXPECT_EQ(parse_words("late,unknown_order"), words);
    EXPECT_EQ(parse_words("late,"), (Words{"", "late"}));
}

TEST(OrderLines, StatesHaveOneWordEach) {
    EXPECT_EQ(parse_order_status("paid"), OrderStatus::paid);
    EXPECT_EQ(parse_payment_state("chargeback"), PaymentState::chargeback);
    EXPECT_EQ(parse_notice_outcome("review"), NoticeOutcome::review);
    EXPECT_FALSE(parse_order_status("lost"));
    EXPECT_FALSE(parse_payment_state("lost"));
    EXPECT_FALSE(parse_notice_outcome("lost"));
}

TEST(OrderLines, OnlyReturnsOfItsOwnPaymentCountAndNeverMoreThanWasPaid) {
    Order order{.amount = 100};
    order.trade = "t1";
    order.returns = {{.id = "a", .trade = "", .amount = 30},
                     {.id = "b", .trade = "t2", .amount = 50},
                     {.id = "c", .trade = "t1", .amount = 90}};
    EXPECT_EQ(returned_of(order), 100);
    order.paid = 200;
    EXPECT_EQ(returned_of(order), 120);
}

TEST(LoadedOrders, AreFoundByTheirIdAndByTheirPaymentAndNotByNothing) {
    Orders orders;
    orders.loaded.push_back({});
    orders.loaded.push_back({.order = {.id = "o1", .provider = "wechat", .trade = "t1"}});
    EXPECT_EQ(orders.find(""), nullptr);
    EXPECT_EQ(orders.find("o1"), &orders.loaded[1]);
    EXPECT_EQ(orders.paid_by("", ""), nullptr);
    EXPECT_EQ(orders.paid_by("alipay", "t1"), nullptr);
    EXPECT_EQ(orders.paid_by("wechat", "t2"), nullptr);
    EXPECT_EQ(orders.paid_by("wechat", "t1"), &orders.loaded[1]);
}

}  // namespace
}  // namespace jobs
