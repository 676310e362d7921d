// What a store hands over for a sweep may have changed between being found and being locked:
// decisions look again, and leave alone what is no longer theirs.
#include <gtest/gtest.h>

#include "jobs/orders.h"
#include "jobs/prune.h"
#include "jobs/questions.h"
#include "jobs/rescue.h"
#include "jobs/start.h"
#include "jobs/wake.h"
#include "tests/support/builders.h"

namespace jobs {
namespace {

using base::Millis;

auto const now = support::Clock{}.now();

// A batch of that job alone, of an account that is there.
Batch batch_of(Job job) {
    Batch batch{.now = now};
    job.id = {1};
    batch.jobs.push_back({.job = std::move(job)});
    batch.wallets.push_back(support::a_wallet());
    return batch;
}

Job running() {
    return support::processing(support::a_job(), "w1", now + Millis{10'000});
}

TEST(SecondLook, OnlyWhatIsQueuedAndWaitsForNothingIsStarted) {
    auto claimed = batch_of(running());
    EXPECT_TRUE(start(claimed, "w2", {}).empty());
    EXPECT_EQ(claimed.jobs[0].job.worker, "w1");
    auto held = batch_of(support::waiting(support::a_job(), Wait::room));
    EXPECT_TRUE(start(held, "w2", {}).empty());
    EXPECT_FALSE(held.jobs[0].changed);
}

TEST(SecondLook, OnlyWhatIsDueIsWoken) {
    auto later = support::waiting(support::a_job(), Wait::time);
    later.run_at = now + Millis{1};
    for (auto const& job : {running(), support::a_job(), later}) {
        auto batch = batch_of(job);
        auto const woken = wake(batch, {});
        EXPECT_EQ(woken.ready + woken.cancelled, 0);
        EXPECT_FALSE(batch.jobs[0].changed);
    }
}

TEST(SecondLook, AChildWaitsOnWhileAParentRuns) {
    auto batch = batch_of(support::waiting(support::a_job(), Wait::parents));
    batch.jobs[0].parents = {State::completed, State::processing};
    EXPECT_EQ(wake(batch, {}).ready, 0);
    EXPECT_FALSE(batch.jobs[0].changed);
    batch.jobs[0].parents = {State::completed, State::completed};
    EXPECT_EQ(wake(batch, {}).ready, 1);
    EXPECT_EQ(batch.jobs[0].job.wait, Wait::none);
}

TEST(SecondLook, OnlyWhatRunsWithALeaseIsRescued) {
    auto without = running();
    without.lease_until.reset();
    auto const done = support::ended(running(), State::completed, now);
    for (auto const& job : {support::a_job(), without, done}) {
        auto batch = batch_of(job);
        batch.jobs[0].holder_gone = true;
        rescue(batch, {});
        EXPECT_FALSE(batch.jobs[0].changed);
        EXPECT_TRUE(batch.events.empty());
    }
}

TEST(SecondLook, OnlyWhatHasEndedIsPrunedAndOnce) {
    auto pruned = support::ended(running(), State::failed, now);
    pruned.pruned = true;
    for (auto const& job : {running(), pruned}) {
        auto batch = batch_of(job);
        EXPECT_EQ(prune(batch), 0);
        EXPECT_EQ(batch.jobs[0].job.input, "{}");
    }
}

Order waiting_order() {
    Order order{.id = "o1", .channel = "wechat", .amount = 100, .created_at = now};
    order.expires_at = now + Millis{60'000};
    return order;
}

TEST(SecondLook, OnlyOrdersWhoseTimeIsUpAreClosedAndThoseInQuestionAreNot) {
    auto paid = waiting_order();
    paid.status = OrderStatus::paid;
    paid.expires_at = now;
    auto asked = waiting_order();
    asked.expires_at = now;
    asked.ask_at = now;
    for (auto const& order : {waiting_order(), paid, asked}) {
        Batch batch{.now = now};
        batch.orders.loaded.push_back({.order = order});
        EXPECT_EQ(close_due(batch), 0);
        EXPECT_EQ(batch.orders.loaded[0].order, order);
    }
}

TEST(SecondLook, OnlyOrdersThatAreDueAreAskedAbout) {
    auto paid = waiting_order();
    paid.status = OrderStatus::paid;
    paid.ask_at = now;
    auto later = waiting_order();
    later.ask_at = now + Millis{1};
    for (auto const& order : {waiting_order(), paid, later}) {
        Batch batch{.now = now};
        batch.orders.loaded.push_back({.order = order});
        EXPECT_TRUE(take_questions(batch, {"wechat"}).empty());
        EXPECT_FALSE(batch.orders.loaded[0].changed);
    }
}

TEST(SecondLook, AnOrderThatIsNotThereIsNotAskedAbout) {
    Batch batch{.now = now};
    EXPECT_FALSE(take_question(batch, "o1"));
    PaymentNotice answer;
    answer.provider = "wechat";
    answer.id = "query:o1:1";
    answer.order = "o1";
    answer.state = PaymentState::closed;
    EXPECT_EQ(take_answer(batch, answer, {}).order, std::nullopt);
}

TEST(OrderId, IsThirtyTwoSmallLettersAndDigits) {
    EXPECT_TRUE(is_order_id("0123456789abcdefghijklmnopqrstuv"));
    EXPECT_FALSE(is_order_id(""));
    EXPECT_FALSE(is_order_id("0123456789abcdefghijklmnopqrstuvw"));
    for (char const c : {'A', '-', '{', '/', ':', '\0'}) {
        std::string text(32, '7');
        text[31] = c;
        EXPECT_FALSE(is_order_id(text)) << c;
    }
}

}  // namespace
}  // namespace jobs
