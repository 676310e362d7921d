// Tasks that outlive their jobs.
#include "jobs/watch.h"

#include <gtest/gtest.h>

#include "tests/jobs/attempt_test.h"

namespace tests {
namespace {

using jobs::Said;
using jobs::State;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Watched : public AttemptTest {
protected:
    Watched() { desk.rules.defaults.deadline = Millis{60'000}; }

    // A job that ended at its deadline with a task that nobody has heard the end of.
    base::JobId late() {
        auto const id = started();
        desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t1"});
        desk.now += seconds{60};
        desk.report({.job = id, .attempt = 1, .needs_charge = true});
        EXPECT_EQ(desk.job(id).state, State::failed);
        return id;
    }

    std::vector<jobs::Watch> due() {
        std::vector<jobs::Watch> watches;
        desk.store->transact(jobs::load_for_watches(10),
                             [&](jobs::Batch& batch) { watches = jobs::take_watches(batch); });
        return watches;
    }

    void take(jobs::Watch const& watch, jobs::LateVerdict const& verdict) {
        desk.store->transact(jobs::load_for_late(watch),
                             [&](jobs::Batch& batch) { jobs::take_late(batch, watch, verdict); });
        EXPECT_EQ(desk.audit(), "");
    }

    static jobs::LateVerdict made() {
        return {.completed = true,
                .result = R"({"late":true})",
                .calls = {{.provider = "alpha", .micros = 7, .currency = "USD"}}};
    }
};

TEST_F(Watched, IsAskedAboutAfterHalfAMinuteAndThenLessAndLessOften) {
    auto const id = late();
    EXPECT_TRUE(due().empty());
    desk.now += seconds{30};
    ASSERT_EQ(due().size(), 1U);
    EXPECT_TRUE(due().empty());  // one asks
    desk.now += minutes{1};
    auto const second = due();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].job, id);
    EXPECT_EQ(second[0].task, "t1");
    desk.now += hours{80};
    ASSERT_EQ(due().size(), 1U);
    desk.now += minutes{59};
    EXPECT_TRUE(due().empty());
    desk.now += minutes{1};
    EXPECT_EQ(due().size(), 1U);
}

TEST_F(Watched, ItsResultIsKeptAndCostsTheCustomerNothing) {
    auto const id = late();
    desk.now += seconds{30};
    auto const watch = due().at(0);
    take(watch, made());
    EXPECT_TRUE(desk.job(id).late_result);
    EXPECT_EQ(desk.job(id).state, State::failed);
    EXPECT_EQ(desk.balance("u1"), 520);
    auto const story = desk.store->story_of(id);
    EXPECT_EQ(story->events.back().kind, "late_result");
    EXPECT_EQ(story->calls.size(), 1U);
    take(watch, made());  // and told twice it is one
    EXPECT_EQ(desk.store->story_of(id)->calls.size(), 1U);
    desk.now += hours{2};
    EXPECT_TRUE(due().empty());
}

TEST_F(Watched, ThatItFailedIsWrittenDownWithWhatItCost) {
    auto const id = late();
    desk.now += seconds{30};
    take(due().at(0), {.note = "expired", .calls = made().calls});
    auto const story = desk.store->story_of(id);
    EXPECT_EQ(story->events.back().kind, "watched");
    EXPECT_EQ(story->events.back().detail, "expired");
    EXPECT_EQ(story->calls.size(), 1U);
    EXPECT_FALSE(desk.job(id).late_result);
}

TEST_F(Watched, OfAJobThatIsGoneNothingIsKept) {
    take({.job = {99}, .attempt = 1}, made());
    EXPECT_FALSE(desk.store->story_of({99}));
}

}  // namespace
}  // namespace tests
