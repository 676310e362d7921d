// Every point at which the store may fail, before it did something or after. In the end each job
// was done once and paid for once, nothing is stuck, and no provider was asked twice.
#include <gtest/gtest.h>

#include "adapters/sqlite/open.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/world.h"

namespace tests {

using jobs::State;
using support::FlakyStore;
using support::Flaw;

namespace {

constexpr int jobs_each = 12;
constexpr int failing_every = 4;  // of the jobs the first try fails

// Fixed prices and measured ones, some at the second try.
void play(World& world) {
    world.settings.worker.slots = 2;
    world.settings.rules.defaults.backoff = Millis{1};
    world.stage.resubmit_is_safe = false;
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = done();
        verdict.duration = Millis{2'000};
        return verdict;
    };
    std::map<base::JobId, int> tries;
    world.stage.on_submit = [&tries](adapters::Call const& call) {
        tries[call.job] += 1;
        bool const fails = call.job.value % failing_every == 0 && tries[call.job] == 1;
        return adapters::Submitted{.task = fails ? "" : "task-" + base::to_text(call.job),
                                   .verdict = fails ? failed(true) : still_running()};
    };
    for (int i = 0; i < jobs_each; ++i) {
        world.submit(i % 2 == 0 ? "script" : "tts");
    }
    world.hire();
    world.until([&] {
        world.advance(Millis{1});
        world.desk.wake();
        return world.desk.store->list_jobs({.state = State::completed}).size() == jobs_each;
    });
    world.stage.on_submit = {};
}

void expect_each_done_once(World& world) {
    std::map<base::JobId, int> submits;
    for (auto const& call : world.stage.submits()) {
        submits[call.job] += 1;
    }
    for (auto const& job : world.desk.store->list_jobs({})) {
        EXPECT_EQ(job.state, State::completed);
        EXPECT_EQ(job.bill.charge, 1);
        EXPECT_EQ(job.losses, 0);
        EXPECT_EQ(job.failures, job.id.value % failing_every == 0 ? 1 : 0);
        EXPECT_EQ(submits[job.id], 1 + job.failures) << "job " << job.id.value;
    }
    constexpr int price = (5 + 2) * jobs_each / 2;
    EXPECT_EQ(world.balance(), 520 - price);
}

class CommitInDoubt : public testing::TestWithParam<Flaw> {};

}  // namespace

TEST_P(CommitInDoubt, AtAnyPointLosesAndDoublesNothing) {
    for (int number = 1; number <= 40; ++number) {
        SCOPED_TRACE("the flaw is at write " + std::to_string(number));
        World world{FlakyStore::at(number, GetParam())};
        world.desk.auditing = false;  // once, at the end
        play(world);
        expect_each_done_once(world);
        // What is quick enough may be done before so many writes; heartbeats make up the number.
        world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
        auto const last = world.submit("script", "u2");
        world.until([&] { return world.store.writes() > number; });
        world.stage.on_poll = {};
        world.until_ended(last);
        EXPECT_EQ(world.store.failures(), 1);
        EXPECT_EQ(world.job(last).losses, 0);
        if (HasFailure()) {
            break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Store, CommitInDoubt, testing::Values(Flaw::before, Flaw::after),
                         [](auto const& flaw) {
                             return flaw.param == Flaw::before ? "BeforeTheTransaction"
                                                               : "AfterTheCommit";
                         });

TEST(FlakyCommits, ManyOfThemLoseAndDoubleNothing) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world{FlakyStore::by_seed(seed, 100, 100)};
        world.desk.auditing = false;
        play(world);
        expect_each_done_once(world);
    }
}

TEST(FlakyCommits, ManyOfThemLoseAndDoubleNothingOnTheEmbeddedStore) {
    support::TempDir const folder;
    World world{
        FlakyStore::by_seed(11, 100, 100), [&](Desk::Clock clock) {
            return adapters::open_sqlite(
                {.path = folder / "tallyman.db", .clock = std::move(clock), .durable = false});
        }};
    world.desk.auditing = false;
    play(world);
    expect_each_done_once(world);
}

}  // namespace tests
