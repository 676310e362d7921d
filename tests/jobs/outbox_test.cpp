// What the world is told of a decision: of what, to whom, and that nothing is said to nobody.
#include "jobs/outbox.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "adapters/forwarding_store.h"
#include "adapters/memory/open.h"
#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;
using Kinds = std::vector<std::string>;

// Hears what is told, in place of an outbox.
class Ear final : public adapters::ForwardingStore {
public:
    Ear(std::unique_ptr<adapters::Store> inner, jobs::Listening const& listening,
        std::vector<jobs::Told>& heard)
        : ForwardingStore{*inner}, inner_{std::move(inner)}, listening_{listening}, heard_{heard} {}

    void transact(jobs::Load const& load, jobs::Decide const& decide) override {
        inner_->transact(load, [&](jobs::Batch& batch) {
            jobs::NoticeWatch const watch{batch, listening_};
            decide(batch);
            std::ranges::move(watch.told(batch), std::back_inserter(heard_));
        });
    }

private:
    std::unique_ptr<adapters::Store> inner_;
    jobs::Listening const& listening_;
    std::vector<jobs::Told>& heard_;
};

class OutboxTest : public testing::Test {
protected:
    jobs::Listening listening{.endpoints = {{.name = "all", .events = {"*"}}}};
    std::vector<jobs::Told> heard;
    Desk desk{[this](Desk::Clock clock) {
        return std::make_unique<Ear>(adapters::open_memory({.clock = std::move(clock)}), listening,
                                     heard);
    }};

    base::JobId submitted(std::string const& service = "script") {
        return desk.submit(request(service)).job->id;
    }

    jobs::Reported say(base::JobId id, Said said, std::optional<Millis> duration = {}) {
        jobs::Report report{.job = id, .attempt = desk.job(id).attempt, .said = said};
        report.duration = duration;
        report.error = jobs::Error{.code = "bad", .retryable = true};
        report.needs_charge = true;
        return desk.report(report);
    }

    Kinds kinds() {
        Kinds all;
        for (auto const& told : heard) {
            all.push_back(told.notice.kind);
        }
        heard.clear();
        return all;
    }

    static std::int64_t number(jobs::Notice const& notice, std::string const& name) {
        auto const fact = std::ranges::find(notice.facts, name, &jobs::Fact::name);
        return fact == notice.facts.end() ? -1 : std::get<std::int64_t>(fact->value);
    }
};

TEST_F(OutboxTest, AJobsCourseIsToldInOrder) {
    auto const id = submitted();
    EXPECT_EQ(kinds(), Kinds{"job.queued"});
    desk.claim("w1");
    EXPECT_EQ(kinds(), (Kinds{"charge.debited", "job.started"}));
    say(id, Said::alive);
    EXPECT_EQ(kinds(), Kinds{});
    say(id, Said::completed);
    EXPECT_EQ(kinds(), (Kinds{"charge.settled", "job.completed"}));
    say(id, Said::completed);
    EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(OutboxTest, ATryThatFailsIsNoNewsButTheEndIs) {
    desk.rules.defaults.max_attempts = 2;
    auto const id = submitted();
    desk.claim("w1");
    kinds();
    say(id, Said::failed);
    EXPECT_EQ(kinds(), Kinds{});
    desk.now += Millis{600'000};
    desk.wake();
    desk.claim("w1");
    EXPECT_EQ(kinds(), Kinds{"job.started"});
    say(id, Said::failed);
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(number(heard[0].notice, "refunded"), 5);
    EXPECT_EQ(number(heard[0].notice, "net"), 0);
    EXPECT_EQ(kinds(), (Kinds{"charge.refunded", "job.failed"}));
    desk.retry(id);
    EXPECT_EQ(kinds(), Kinds{"job.queued"});
}

TEST_F(OutboxTest, ASettlementSaysWhatItCostInTheEnd) {
    auto wanted = request("tts");
    wanted.usage.characters = 30;
    auto const id = desk.submit(wanted).job->id;
    desk.claim("w1");
    kinds();
    say(id, Said::completed, Millis{2'000});
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(number(heard[0].notice, "debited"), 10);
    EXPECT_EQ(number(heard[0].notice, "settled"), 2);
    EXPECT_EQ(heard[1].notice.job->bill.settled, Credits{2});
}

TEST_F(OutboxTest, AFreeJobHasNoCharge) {
    auto const id = submitted("caption");
    desk.claim("w1");
    say(id, Said::completed);
    EXPECT_EQ(kinds(), (Kinds{"job.queued", "job.started", "job.completed"}));
}

TEST_F(OutboxTest, ACancelledJobIsToldAsSuch) {
    desk.cancel(submitted());
    EXPECT_EQ(kinds(), (Kinds{"job.queued", "job.cancelled"}));
}

TEST_F(OutboxTest, SpendingByHandIsADebit) {
    desk.open_account("u1");
    desk.spend("u1", {.kind = ledger::Kind::consume, .amount = {20}});
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].notice.kind, "charge.debited");
    EXPECT_EQ(number(heard[0].notice, "debited"), 20);
    EXPECT_EQ(number(heard[0].notice, "balance_after"), 500);
}

TEST_F(OutboxTest, ALowBalanceIsToldOnceACrossing) {
    listening.balance_low = {100};
    listening.endpoints[0].events = {"balance.low"};
    desk.open_account("u1");
    desk.spend("u1", {.kind = ledger::Kind::consume, .amount = {420}});
    EXPECT_EQ(kinds(), Kinds{});  // 100 is not below 100
    desk.spend("u1", {.kind = ledger::Kind::consume, .amount = {1}});
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(number(heard[0].notice, "balance"), 99);
    EXPECT_EQ(kinds(), Kinds{"balance.low"});
    desk.spend("u1", {.kind = ledger::Kind::consume, .amount = {1}});
    EXPECT_EQ(kinds(), Kinds{});
    desk.give("u1", {.kind = ledger::Kind::bonus, .amount = {50}});
    desk.spend("u1", {.kind = ledger::Kind::consume, .amount = {50}});
    EXPECT_EQ(kinds(), Kinds{"balance.low"});
}

TEST_F(OutboxTest, AnExpiryMayMakeABalanceLow) {
    listening.balance_low = {525};
    listening.endpoints[0].events = {"balance.low"};
    desk.open_account("u1");
    desk.give(
        "u1",
        {.kind = ledger::Kind::bonus, .amount = {10}, .expires_at = desk.now + Millis{1'000}});
    desk.now += Millis{1'000};
    desk.expire();
    EXPECT_EQ(kinds(), Kinds{"balance.low"});
    desk.expire();
    EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(OutboxTest, ADailyCapAtTheStartIsHit) {
    desk.rules.guards.daily_cap = {7};
    desk.submit(request("script"));
    auto second = request("script");
    second.queue_anyway = true;
    desk.submit(second);
    desk.claim("w1", 2);
    auto const all = kinds();
    EXPECT_EQ(std::ranges::count(all, "cap.hit"), 1);
    EXPECT_EQ(std::ranges::count(all, "job.failed"), 1);
}

TEST_F(OutboxTest, ARequestThatACapRefusesIsTold) {
    desk.rules.guards.job_cap = {4};
    desk.submit(request("script"));
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].notice.kind, "cap.hit");
    EXPECT_EQ(number(heard[0].notice, "limit"), 4);
    auto const once = heard[0].notice.once;
    desk.submit(request("script"));
    EXPECT_EQ(heard[1].notice.once, once);
    desk.now += Millis{24LL * 3600 * 1000};
    desk.submit(request("script"));
    EXPECT_NE(heard[2].notice.once, once);
}

TEST_F(OutboxTest, WithNobodyListeningNothingIsSaid) {
    listening.endpoints.clear();
    listening.balance_low = {600};
    auto const id = submitted();
    desk.claim("w1");
    say(id, Said::completed);
    EXPECT_TRUE(heard.empty());
}

TEST_F(OutboxTest, AJobsOwnAddressIsToldOfItsEndOnly) {
    listening.endpoints.clear();
    auto wanted = request("script");
    wanted.webhook = "HTTPS://Hooks.Example:8443/a/b?c=d";
    auto const id = desk.submit(wanted).job->id;
    submitted();  // another one, with none
    desk.claim("w1", 2);
    EXPECT_TRUE(heard.empty());
    say(id, Said::completed);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].notice.kind, "job.completed");
    ASSERT_EQ(heard[0].receivers.size(), 1U);
    EXPECT_EQ(heard[0].receivers[0].target, "https://hooks.example:8443");
    EXPECT_EQ(heard[0].receivers[0].url, wanted.webhook);
}

TEST_F(OutboxTest, AnOwnAddressShowsNobodysPassword) {
    auto wanted = request("script");
    wanted.webhook = "https://ann:secret@hooks.example/a@b";
    auto const id = desk.submit(wanted).job->id;
    desk.claim("w1");
    heard.clear();
    say(id, Said::completed);
    ASSERT_FALSE(heard.empty());
    EXPECT_EQ(heard.back().receivers.back().target, "https://hooks.example");
}

TEST_F(OutboxTest, EachEndpointHearsWhatItAskedFor) {
    listening.endpoints = {{.name = "jobs", .events = {"job.*"}},
                           {.name = "ends", .events = {"job.completed", "order.paid"}},
                           {.name = "bob's", .events = {"*"}, .users = {"bob"}}};
    desk.submit(request("script", "ann"));
    desk.submit(request("script", "bob"));
    ASSERT_EQ(heard.size(), 2U);
    auto const names = [](jobs::Told const& told) {
        Kinds all;
        for (auto const& receiver : told.receivers) {
            all.push_back(receiver.target);
        }
        return all;
    };
    EXPECT_EQ(names(heard[0]), Kinds{"jobs"});
    EXPECT_EQ(names(heard[1]), (Kinds{"jobs", "bob's"}));
}

TEST_F(OutboxTest, WhatADecisionSaysItselfIsToldAfterWhatItDid) {
    desk.open_account("u1");
    desk.store->transact({.users = {"u1"}}, [](jobs::Batch& batch) {
        batch.notices.push_back({.kind = "order.paid", .user = "u1"});
    });
    EXPECT_EQ(kinds(), Kinds{"order.paid"});
}

TEST(OutboxPatterns, MeanKindsThatThereAre) {
    EXPECT_TRUE(jobs::means_something("*"));
    EXPECT_TRUE(jobs::means_something("job.*"));
    EXPECT_TRUE(jobs::means_something("cap.hit"));
    EXPECT_FALSE(jobs::means_something("job."));
    EXPECT_FALSE(jobs::means_something("jobs.*"));
    EXPECT_FALSE(jobs::means_something(".*"));
    EXPECT_FALSE(jobs::means_something(""));
}

TEST_F(OutboxTest, AJobsOwnAddressIsToldOfItsEndOnlyHoweverItEnds) {
    listening.endpoints.clear();
    desk.rules.defaults.max_attempts = 1;
    auto const with_address = [&] {
        auto wanted = request("script");
        wanted.webhook = "https://User:Secret@Shop.example:8443/hook?x=1";
        return desk.submit(wanted).job->id;
    };
    auto const failed = with_address();
    submitted();  // another's, that nobody hears of
    desk.claim("w1", 2);
    EXPECT_EQ(kinds(), Kinds{});
    say(failed, Said::failed);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].receivers.at(0).target, "https://shop.example:8443");
    EXPECT_EQ(kinds(), Kinds{"job.failed"});
    desk.cancel(with_address());
    EXPECT_EQ(kinds(), Kinds{"job.cancelled"});
}

TEST_F(OutboxTest, WhoHearsOfBalancesOnlyIsToldOfThoseBelowTheThreshold) {
    listening.endpoints = {{.name = "money", .events = {"balance.low"}}};
    submitted();
    desk.claim("w1");
    EXPECT_EQ(kinds(), Kinds{});  // there is no threshold
    listening.balance_low = {511};
    submitted();
    desk.claim("w1");
    EXPECT_EQ(kinds(), Kinds{"balance.low"});
    submitted();
    desk.claim("w1");
    EXPECT_EQ(kinds(), Kinds{});  // it was below before
}

TEST_F(OutboxTest, ALateResultIsNoNews) {
    auto const id = submitted();
    desk.claim("w1");
    desk.cancel(id);
    kinds();
    say(id, Said::completed);
    EXPECT_TRUE(desk.job(id).late_result);
    EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(OutboxTest, AStartThatCanNotBePaidIsAFailureAndNoCap) {
    desk.rules.signup_gift = {5};
    auto poor = request("script");
    poor.queue_anyway = true;
    desk.submit(poor);
    desk.submit(poor);
    desk.claim("w1");
    kinds();
    desk.claim("w1");
    EXPECT_EQ(kinds(), Kinds{"job.failed"});
}

}  // namespace
}  // namespace tests
