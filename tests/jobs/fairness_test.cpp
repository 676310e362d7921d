// The order of the queue: priority, then fair among accounts, then age.
#include "jobs/fairness.h"

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

class Fairness : public testing::Test {
protected:
    base::JobId submit(std::string const& user, int priority = 0) {
        auto what = request("caption", user);
        what.priority = priority;
        return desk.submit(what).job->id;
    }

    void submit_many(std::string const& user, int count) {
        desk.auditing = false;  // ten thousand jobs are audited once, at the end
        for (int done = 0; done < count; done += 500) {
            desk.submit_all(std::vector(500, request("caption", user)));
        }
    }

    std::string next() {
        auto const starts = desk.claim("w1", 1);
        return starts.empty() ? "" : starts[0].job.user;
    }

    Desk desk;
};

TEST_F(Fairness, TenThousandJobsOfOneDelayASingleOneByNoMoreThanOneRound) {
    submit_many("hog", 10'000);
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(next(), "hog");
    }
    submit("guest");
    auto const first = next();
    auto const second = next();
    EXPECT_TRUE(first == "guest" || second == "guest") << first << ", " << second;
    EXPECT_EQ(desk.audit(), "");
}

TEST_F(Fairness, AccountsTakeTurns) {
    for (auto const* const user : {"a", "b", "c"}) {
        for (int i = 0; i < 3; ++i) {
            submit(user);
        }
    }
    std::string order;
    for (int i = 0; i < 9; ++i) {
        order += next();
    }
    EXPECT_EQ(order, "abcabcabc");
}

TEST_F(Fairness, AHeavierTierGetsAsManyTurns) {
    desk.rules.weights = {{"gold", 3}};
    desk.change_account("rich", [](auto& account) { account.tier = "gold"; });
    for (int i = 0; i < 12; ++i) {
        submit("rich");
        submit("plain");
    }
    int rich = 0;
    for (int i = 0; i < 12; ++i) {
        rich += next() == "rich" ? 1 : 0;
    }
    EXPECT_GE(rich, 8);
    EXPECT_LE(rich, 10);
}

TEST_F(Fairness, PriorityGoesBeforeFairness) {
    submit("a");
    submit("b");
    auto const urgent = submit("a", 5);
    submit("c", -5);
    EXPECT_EQ(desk.claim("w1").at(0).job.id, urgent);
    EXPECT_EQ(next(), "a");
    EXPECT_EQ(next(), "b");
    EXPECT_EQ(next(), "c");
}

TEST_F(Fairness, WithinAnAccountTheOldestGoesFirst) {
    auto const first = submit("a");
    auto const second = submit("a");
    EXPECT_EQ(desk.claim("w1").at(0).job.id, first);
    EXPECT_EQ(desk.claim("w1").at(0).job.id, second);
}

TEST_F(Fairness, ANewcomerStartsAtTheLowestTurnInUse) {
    jobs::Turns turns;
    turns.lowest[{"tts", 0}] = 70;
    turns.highest[{base::AccountId{1}, "tts", 0}] = 90;
    jobs::Rules const rules{.weights = {{"gold", 4}}};
    jobs::Job job{.account = {2}, .service = "tts"};
    EXPECT_EQ(jobs::next_turn(turns, job, "", rules), 70);
    EXPECT_EQ(jobs::next_turn(turns, job, "", rules), 70 + jobs::full_stride);
    job.account = {1};
    EXPECT_EQ(jobs::next_turn(turns, job, "gold", rules), 90 + jobs::full_stride / 4);
}

TEST_F(Fairness, AJobThatWaitedGetsItsTurnWhenItIsReady) {
    submit_many("hog", 500);
    auto later = request("caption", "guest");
    later.run_at = desk.now + Millis{10};
    desk.submit(later);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(next(), "hog");
    }
    desk.now += Millis{10};
    desk.wake();
    auto const first = next();
    auto const second = next();
    EXPECT_TRUE(first == "guest" || second == "guest") << first << ", " << second;
}

TEST_F(Fairness, AJobThatIsTriedAgainKeepsItsPlace) {
    auto const first = submit("a");
    submit("a");
    submit("a");
    desk.claim("w1");
    desk.report({.job = first, .attempt = 1, .said = jobs::Said::released});
    EXPECT_EQ(desk.claim("w1").at(0).job.id, first);
}

TEST_F(Fairness, RetryingManyFailedJobsDelaysAnothersByNoMoreThanOneRound) {
    desk.auditing = false;
    submit_many("hog", 500);
    auto const claimed = desk.claim("w1", 400);
    submit("guest");
    for (auto const& start : claimed) {
        desk.cancel(start.job.id);
        desk.retry(start.job.id);
    }
    auto const first = next();
    auto const second = next();
    EXPECT_TRUE(first == "guest" || second == "guest") << first << ", " << second;
    EXPECT_EQ(desk.audit(), "");
}

}  // namespace
}  // namespace tests
