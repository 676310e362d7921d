// Jobs and credits in numbers: what a transaction does is counted when it is committed, once.
#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "jobs/accounts.h"
#include "tests/support/builders.h"
#include "tests/support/flaky_store.h"
#include "worker/metrics/meters.h"

namespace tests {

namespace {

using jobs::State;
using support::a_job;
using worker::metrics::MeteredStore;
using worker::metrics::Meters;
using worker::metrics::Tally;

// A store that counts, over one that may fail.
class JobMeters : public testing::Test {
protected:
    bool says(std::string const& line) const {
        return meters.registry.text().find("\n" + line + "\n") != std::string::npos;
    }

    // As a decision does: how a job was, and what became of it.
    void change(jobs::Job was, std::function<void(jobs::Job&)> const& how) {
        jobs::Batch batch;
        batch.now = clock.now();
        batch.jobs.push_back({.job = std::move(was)});
        Tally tally{meters.jobs};
        tally.before(batch);
        how(batch.jobs.back().job);
        batch.jobs.back().changed = true;
        tally.after(batch);
        tally.count();
    }

    support::Clock clock;
    Meters meters{{"tts", "video"}, {}};
};

}  // namespace

TEST_F(JobMeters, AnEndIsCountedByOutcomeAndClassOfError) {
    auto const job = support::processing(a_job({.service = "tts"}), "w", clock.now());
    change(job, [&](jobs::Job& it) { it = support::ended(it, State::completed, clock.now()); });
    change(job, [&](jobs::Job& it) {
        it = support::ended(it, State::failed, clock.now());
        it.error = jobs::Error{.code = "poison"};
    });
    change(job, [&](jobs::Job& it) {
        it = support::ended(it, State::failed, clock.now());
        it.error = jobs::Error{.code = "a word of the provider's own"};
    });
    using namespace std::string_literals;
    auto const line = [](char const* error, char const* outcome) {
        return R"(tallyman_jobs_ended_total{error=")"s + error + R"(",outcome=")" + outcome +
               R"(",service="tts"} 1)";
    };
    EXPECT_TRUE(says(line("none", "completed"))) << meters.registry.text();
    EXPECT_TRUE(says(line("poison", "failed")));
    EXPECT_TRUE(says(line("provider", "failed")));
}

TEST_F(JobMeters, WhatHadEndedBeforeIsNotAnEnd) {
    auto const job = support::ended(a_job({.service = "tts"}), State::failed, clock.now());
    change(job, [](jobs::Job& it) { it.late_result = true; });
    EXPECT_TRUE(says(R"(tallyman_jobs_late_results_total{service="tts"} 1)"));
    EXPECT_TRUE(says(R"(tallyman_job_run_seconds_count{service="tts"} 0)"));
}

TEST_F(JobMeters, ALossAndItsPoisonAreCounted) {
    auto const job = support::processing(a_job({.service = "video"}), "w", clock.now());
    change(job, [](jobs::Job& it) {
        it.losses += 1;
        it.state = State::queued;
    });
    change(job, [&](jobs::Job& it) {
        it.losses += 1;
        it.poison = true;
        it = support::ended(it, State::failed, clock.now());
    });
    EXPECT_TRUE(says(R"(tallyman_jobs_lost_total{service="video"} 2)"));
    EXPECT_TRUE(says(R"(tallyman_jobs_poison_total{service="video"} 1)"));
}

TEST_F(JobMeters, PickupIsCountedFromWhenTheJobWasDue) {
    auto job = a_job({.service = "tts", .at = clock.now() - base::Millis{60'000}});
    job.run_at = clock.now() - base::Millis{20};
    change(job, [&](jobs::Job& it) {
        it = support::processing(it, "w", clock.now());
        it.started_at = clock.now();
    });
    EXPECT_TRUE(says(R"(tallyman_job_pickup_seconds_sum{service="tts"} 0.02)"))
        << meters.registry.text();
}

TEST_F(JobMeters, ServicesThatNobodyConfiguredShareOneSeries) {
    for (auto const* const service : {"a", "b", "c"}) {
        auto const job = a_job({.service = service});
        change(job, [&](jobs::Job& it) { it = support::ended(it, State::cancelled, clock.now()); });
    }
    EXPECT_TRUE(
        says(R"(tallyman_jobs_ended_total{error="none",outcome="cancelled",service="other"} 3)"));
    meters.jobs.learn({"a"});
    EXPECT_TRUE(meters.jobs.knows("a"));
    EXPECT_FALSE(meters.jobs.knows("b"));
}

TEST_F(JobMeters, ARepeatedDecisionCountsOnce) {
    jobs::Batch batch;
    batch.new_jobs.push_back(a_job({.service = "tts"}));
    Tally tally{meters.jobs};
    for (int tries = 0; tries < 3; ++tries) {
        tally.before(batch);
        tally.after(batch);
    }
    tally.count();
    EXPECT_TRUE(says(R"(tallyman_jobs_submitted_total{service="tts"} 1)"));
}

namespace {

class Metered : public JobMeters {
protected:
    void grant(std::string const& user, std::int64_t credits) {
        store->transact(jobs::load_for_move(user, ""), [&](jobs::Batch& batch) {
            ledger::Credit credit;
            credit.kind = ledger::Kind::recharge;
            credit.amount = {credits};
            jobs::grant(batch, user, credit, rules);
        });
    }

    jobs::Rules rules;
    std::unique_ptr<adapters::Store> truth =
        adapters::open_memory({.clock = [this] { return clock.now(); }});
    bool down = false;
    std::unique_ptr<adapters::Store> store = std::make_unique<MeteredStore>(
        std::make_unique<support::FlakyStore>(
            *truth, [this](int) { return down ? support::Flaw::before : support::Flaw::none; }),
        meters.jobs, meters.store, meters.day);
};

}  // namespace

TEST_F(Metered, WhatIsNotCommittedIsNotCounted) {
    rules.signup_gift = {};
    grant("ann", 7);
    down = true;
    EXPECT_THROW(grant("ann", 9), adapters::Unavailable);
    EXPECT_TRUE(says(R"(tallyman_credits_granted_total{kind="recharge"} 7)"))
        << meters.registry.text();
    EXPECT_TRUE(says(R"(tallyman_store_call_failures_total{call="transact"} 1)"));
    EXPECT_TRUE(says(R"(tallyman_store_call_seconds_count{call="transact"} 2)"));
    EXPECT_EQ(meters.day.sums(clock.now())->in.value, 7);
}

TEST_F(Metered, ADayBeginsAnew) {
    rules.signup_gift = {};
    clock.advance(std::chrono::hours{1});
    auto const first = clock.now();
    grant("ann", 7);
    EXPECT_EQ(meters.day.sums(clock.now())->since, first);
    clock.advance(std::chrono::days{1});
    EXPECT_FALSE(meters.day.sums(clock.now()).has_value());
    grant("ann", 5);
    EXPECT_EQ(meters.day.sums(clock.now())->in.value, 5);
    EXPECT_EQ(meters.day.sums(clock.now())->since, base::day_start({}, clock.now()));
}

TEST_F(Metered, NoUserIsNamed) {
    grant("somebody", 7);
    EXPECT_EQ(meters.registry.text().find("somebody"), std::string::npos);
}

}  // namespace tests
