// What an operator is told first.
#include <algorithm>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "worker/http/overview_view.h"
#include "worker/http/texts.h"
#include "worker/pace.h"

namespace tests {

namespace {

using adapters::QueueMode;
using base::Millis;
using worker::http::OverviewFacts;

class Concerns : public testing::Test {
protected:
    Concerns() {
        view().now = support::Clock{}.now();
        view().workers = {{.name = "w", .alive = true}};
    }

    adapters::Overview& view() { return facts.sighting.view; }

    std::vector<std::string> told() const {
        std::vector<std::string> names;
        for (auto const& concern : concerns_of(facts)) {
            names.push_back(concern.what);
            auto const line = worker::http::chinese("attention." + concern.what, concern.facts);
            EXPECT_TRUE(line.has_value()) << concern.what << " has no line in Chinese";
        }
        return names;
    }

    OverviewFacts facts;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_F(Concerns, NothingIsWrongWhenNothingIs) {
    view().services = {{.service = "tts", .ready = 3, .oldest_ready = view().now}};
    EXPECT_EQ(told(), Names{});
}

TEST_F(Concerns, AJobThatWaitsLongIsToldUnlessItsQueueIsPaused) {
    view().services = {
        {.service = "tts", .ready = 1, .oldest_ready = view().now - Millis{300'001}}};
    EXPECT_EQ(told(), Names{"waiting"});
    facts.queues["tts"] = QueueMode::paused;
    EXPECT_EQ(told(), Names{"queue_paused"});
}

TEST_F(Concerns, WhatIsUrgentComesFirst) {
    view().unknown_fates = 2;
    facts.store_trouble = "no answer within 1s";
    facts.sighting.duties = {{.name = "audit",
                              .finished_at = view().now,
                              .result = "3 findings, 1 accounts",
                              .failed = true},
                             {.name = "expiry", .failed = true}};
    auto const all = concerns_of(facts);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_TRUE(all[0].urgent && all[1].urgent && !all[2].urgent && !all[3].urgent);
    auto const names = told();
    EXPECT_TRUE(std::ranges::is_permutation(
        names, Names{"ledger_drift", "store_away", "unknown_fate", "duty_failed"}));
    EXPECT_EQ(worker::metrics::last_audit(facts.sighting.duties)->findings, 3);
}

TEST_F(Concerns, PoisonOfTheLastDayIsNews) {
    view().poison = {{.since = view().now - Millis{86'400'000}}};
    EXPECT_EQ(told(), Names{});
    view().poison.push_back({.since = view().now});
    EXPECT_EQ(told(), Names{"poison"});
}

TEST_F(Concerns, JobsWithoutAnyWorkerAreUrgent) {
    view().workers = {{.name = "w", .jobs = 4}};
    view().services = {{.service = "tts", .ready = 1, .oldest_ready = view().now}};
    EXPECT_EQ(told(), (Names{"no_workers", "worker_lost"}));
}

TEST_F(Concerns, AProcessThatTakesNoJobsIsNoWorker) {
    view().workers = {{.name = "api", .alive = true, .note = to_line(worker::PaceNote{})}};
    view().services = {{.service = "tts", .ready = 1, .oldest_ready = view().now}};
    EXPECT_EQ(told(), Names{"no_workers"});
    view().workers[0].note = to_line(worker::PaceNote{.slots = 4});
    EXPECT_EQ(told(), Names{});
}

TEST_F(Concerns, AProviderIsFailingAfterFiveInARow) {
    facts.providers["p"].in_a_row = 4;
    EXPECT_EQ(told(), Names{});
    facts.providers["p"].in_a_row = 5;
    EXPECT_EQ(told(), Names{"provider_failing"});
}

TEST_F(Concerns, ChargesOlderThanAnHourAreTold) {
    view().charges[2].jobs = 5;
    EXPECT_EQ(told(), Names{});
    view().charges[3] = {.jobs = 1, .credits = {5}};
    EXPECT_EQ(told(), Names{"old_charges"});
}

TEST_F(Concerns, AreToldInTheLanguageOfWhoeverAsks) {
    view().parked = 2;
    view().braked = 1;
    view().frozen = 1;
    view().stopped = {{.user = "ann", .frozen = true}, {.user = "bob"}};
    facts.redis_trouble = "refused";
    facts.providers["p"].refuses_us = true;
    facts.sighting.outbox = {
        .pending = 7, .dead = 3, .oldest_pending = view().now - Millis{300'001}};
    EXPECT_EQ(told(), (Names{"provider_refuses", "redis_away", "parked", "webhooks_dead",
                             "webhooks_late", "account_braked", "account_frozen"}));
    auto const lines = [&](worker::http::Language language) {
        auto const json = overview_json(facts, language);
        return boost::json::serialize(json.at("attention"));
    };
    EXPECT_TRUE(lines(worker::http::Language::chinese).contains("1 个账户已冻结，不能消费：ann"));
    EXPECT_TRUE(lines(worker::http::Language::english).contains("accounts are frozen"));
}

}  // namespace tests
