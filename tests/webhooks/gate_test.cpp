// Who may be delivered to, as receivers come to be known.
#include "worker/webhooks/gate.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace worker {
namespace {

using base::Millis;

class GateTest : public testing::Test {
protected:
    Gate gate{{.at_once = 8, .first_pause = Millis{1'000}, .longest_pause = Millis{4'000}}};
    Gate::Time now{};

    bool may(std::string const& target) {
        auto const room = gate.room(now);
        bool const skipped = std::ranges::count(room.skip, target) > 0;
        bool const named = !room.only || std::ranges::count(*room.only, target) > 0;
        return room.targets > 0 && !skipped && named;
    }

    void round(std::string const& target, Gate::Ended const& ended) {
        gate.begin(target);
        gate.end(target, ended, now);
    }

    void prove(std::string const& target) { round(target, {.delivered = true, .reached = true}); }
};

TEST_F(GateTest, AStrangerGetsOneDeliveryAtATimeAndAProvenOneItsShare) {
    EXPECT_TRUE(may("a"));
    gate.begin("a");
    EXPECT_FALSE(may("a"));
    EXPECT_TRUE(may("b"));
    gate.end("a", {.delivered = true, .reached = true}, now);
    gate.begin("a");
    EXPECT_TRUE(may("a"));
    gate.begin("a");
    EXPECT_FALSE(may("a"));  // a quarter of eight
}

TEST_F(GateTest, StrangersNeverTakeMoreThanHalf) {
    prove("good");
    for (auto const* const target : {"a", "b", "c", "d"}) {
        EXPECT_TRUE(may(target));
        gate.begin(target);
    }
    EXPECT_FALSE(may("e"));
    EXPECT_TRUE(may("good"));
}

TEST_F(GateTest, ASlowReceiverIsAStrangerAgain) {
    prove("a");
    round("a", {.delivered = true, .reached = true, .took = Millis{2'001}});
    gate.begin("a");
    EXPECT_FALSE(may("a"));
}

TEST_F(GateTest, OneThatIsNotThereIsLeftAloneForLongerAndLonger) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(may("a"));
        round("a", {});
    }
    EXPECT_FALSE(may("a"));
    EXPECT_TRUE(may("b"));
    now += Millis{1'000};
    EXPECT_TRUE(may("a"));
    round("a", {});
    now += Millis{1'999};
    EXPECT_FALSE(may("a"));
    now += Millis{1};
    EXPECT_TRUE(may("a"));
    for (int i = 0; i < 9; ++i) {
        round("a", {});
    }
    now += Millis{4'000};
    EXPECT_TRUE(may("a"));
    prove("a");
    round("a", {});
    EXPECT_TRUE(may("a"));
}

TEST_F(GateTest, OneThatAnswersBadlyIsClosedLater) {
    for (int i = 0; i < 19; ++i) {
        round("a", {.reached = true});
    }
    EXPECT_TRUE(may("a"));
    round("a", {.reached = true});
    EXPECT_FALSE(may("a"));
}

TEST_F(GateTest, WhereThereWasNothingToDeliverNothingIsLearnt) {
    round("a", {.tried = false});
    gate.begin("a");
    EXPECT_FALSE(may("a"));
}

TEST_F(GateTest, AReceiverThatAsksForAPauseGetsIt) {
    round("a", {.delivered = true, .reached = true, .leave_alone = Millis{3'000}});
    EXPECT_FALSE(may("a"));
    now += Millis{3'000};
    EXPECT_TRUE(may("a"));
}

}  // namespace
}  // namespace worker
