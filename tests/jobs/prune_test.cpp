// Retention.
#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;

TEST(Prune, TakesInputAndResultOfWhatEndedLongAgo) {
    Desk desk;
    auto keyed = request("script");
    keyed.key = "k1";
    auto const id = desk.submit(keyed).job->id;
    desk.claim("w1");
    desk.report({.job = id, .attempt = 1, .said = Said::completed, .result = "{}"});
    EXPECT_EQ(desk.prune(desk.now), 0);  // it ended now, not before now
    desk.now += Millis{1};
    EXPECT_EQ(desk.prune(desk.now), 1);
    auto const job = desk.job(id);
    EXPECT_TRUE(job.pruned);
    EXPECT_EQ(job.input, "");
    EXPECT_EQ(job.result, "");
    EXPECT_EQ(job.bill.settled.value, 5);
    EXPECT_EQ(desk.submit(keyed).outcome, jobs::SubmitOutcome::repeated);
    EXPECT_EQ(desk.prune(desk.now), 0);
}

TEST(Prune, LeavesWhatHasNotEnded) {
    Desk desk;
    desk.submit(request("script"));
    desk.submit(request("script"));
    desk.claim("w1");
    desk.now += std::chrono::days{365};
    EXPECT_EQ(desk.prune(desk.now), 0);
}

TEST(Prune, LeavesAParentWhileAChildWaits) {
    Desk desk;
    auto const parent = desk.submit(request("caption")).job->id;
    auto child = request("caption");
    child.after = {parent};
    child.run_at = desk.now + std::chrono::days{100};
    desk.submit(child);
    desk.claim("w1");
    desk.report({.job = parent, .attempt = 1, .said = Said::completed, .result = "{}"});
    desk.now += std::chrono::days{50};
    EXPECT_EQ(desk.prune(desk.now), 0);
    EXPECT_EQ(desk.job(parent).result, "{}");
}

}  // namespace
}  // namespace tests
