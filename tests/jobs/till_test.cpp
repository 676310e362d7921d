// Many asks in one transaction: each is answered as if it had come alone.
#include "jobs/till.h"

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Ask;
using jobs::Consumption;
using jobs::MoveOutcome;
using jobs::PointsUse;
using jobs::Recharge;
using jobs::SubmitOutcome;

class Till : public testing::Test {
protected:
    Till() { desk.rules.signup_gift = {520}; }

    std::vector<jobs::PointsPaid> ask(std::vector<Ask> const& asks) {
        std::vector<jobs::PointsPaid> answers;
        desk.store->transact(jobs::load_for(asks, desk.rules), [&](jobs::Batch& batch) {
            answers = jobs::serve(batch, asks, desk.book, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return answers;
    }

    static Consumption takes(std::string user, std::int64_t amount, std::string reference = "") {
        return {.user = std::move(user),
                .amount = {amount},
                .action = "chat",
                .description = "a chat",
                .reference = std::move(reference)};
    }

    static Recharge gives(std::string user, std::int64_t credits, std::string order) {
        return {.user = std::move(user),
                .credits = {credits},
                .paid = 1000,
                .method = "card",
                .order = std::move(order)};
    }

    Desk desk;
};

TEST_F(Till, EachAskSeesWhatThoseBeforeItLeft) {
    auto const answers =
        ask({takes("ann", 500), takes("ann", 500), gives("ann", 480, "o1"), takes("ann", 500)});
    EXPECT_EQ(answers[0].moved.balance.value, 20);
    EXPECT_EQ(answers[1].moved.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(answers[1].moved.balance.value, 20);
    EXPECT_EQ(answers[2].moved.balance.value, 500);
    EXPECT_EQ(answers[3].moved.balance.value, 0);
}

TEST_F(Till, AReferenceHasOneEffectWithinATransaction) {
    auto const answers = ask({takes("ann", 5, "r"), takes("ann", 5, "r"), takes("ann", 6, "r"),
                              gives("ben", 7, "o"), gives("ann", 7, "o")});
    EXPECT_EQ(answers[1].moved.outcome, MoveOutcome::repeated);
    EXPECT_EQ(answers[1].moved.balance.value, 515);
    EXPECT_EQ(answers[2].moved.outcome, MoveOutcome::reference_conflict);
    EXPECT_EQ(answers[4].moved.outcome, MoveOutcome::reference_conflict);
}

TEST_F(Till, ARefusedFirstUseOpensNoAccountAndHarmsNoOther) {
    auto const answers = ask({takes("ann", 521), takes("ben", 20), takes("cat", 0)});
    EXPECT_EQ(answers[0].moved.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(answers[1].moved.balance.value, 500);
    EXPECT_EQ(answers[2].moved.outcome, MoveOutcome::not_positive);
    EXPECT_FALSE(desk.store->find_wallet("ann"));
    EXPECT_FALSE(desk.store->find_wallet("cat"));
    EXPECT_TRUE(desk.store->find_wallet("ben"));
}

TEST_F(Till, ADaysCapHoldsWithinATransaction) {
    desk.rules.guards.daily_cap = {9};
    PointsUse const use{.request = {.user = "ann", .service = "script"}, .reference = {}};
    auto const answers = ask({use, use});
    EXPECT_EQ(answers[0].judged.outcome, SubmitOutcome::created);
    EXPECT_EQ(answers[1].judged.outcome, SubmitOutcome::over_cap);
    ASSERT_TRUE(answers[1].judged.hit);
    EXPECT_EQ(answers[1].judged.hit->used.value, 5);
}

}  // namespace
}  // namespace tests
