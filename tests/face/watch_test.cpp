// The cache behind polls and streams: how often it asks the store, and how old it may be.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {
namespace {

class Watching : public testing::Test {
protected:
    std::string state(base::JobId id) {
        auto const answer = counter.get(a_user(), "/api/jobs/" + base::to_text(id));
        return std::string{body_of(answer).at("state").as_string()};
    }

    Counter counter;
};

TEST(ManyPolls, AreAnsweredWithoutTheStore) {
    Counter counter{{}, base::Millis{60'000}};
    auto const path = "/api/jobs/" + base::to_text(counter.submit());
    EXPECT_EQ(counter.get(a_user(), path).status, 200);
    counter.store.set_down(true);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(counter.get(a_user(), path).status, 200);
    }
    counter.store.set_down(false);
}

TEST_F(Watching, IsNeverOlderThanItsAge) {
    auto const id = counter.submit();
    EXPECT_EQ(state(id), "queued");
    counter.start();
    counter.idle(base::Millis{250});
    EXPECT_EQ(state(id), "processing");
}

TEST_F(Watching, DoesNotAnswerFromMemoryWhenTheStoreIsAwayForLonger) {
    auto const id = counter.submit();
    EXPECT_EQ(state(id), "queued");
    counter.store.set_down(true);
    counter.idle(base::Millis{300});
    EXPECT_EQ(counter.get(a_user(), "/api/jobs/" + base::to_text(id)).status, 503);
    counter.store.set_down(false);
}

TEST_F(Watching, HearsAtOnceOfWhatThisProcessCommits) {
    auto const id = counter.submit();
    EXPECT_EQ(state(id), "queued");
    counter.start();
    auto const job = counter.desk.job(id);
    counter.watch.announce({{.job = id, .user = job.user, .service = job.service}});
    counter.until([&] { return counter.watch.known(id)->state == jobs::State::processing; });
}

TEST_F(Watching, KeepsWhatIsNewerAndNotWhatCameLater) {
    auto const id = counter.submit();
    auto const before = counter.desk.job(id);
    counter.start();
    EXPECT_EQ(state(id), "processing");
    counter.watch.put(before, base::Millis{60'000});
    EXPECT_EQ(state(id), "processing");
}

TEST_F(Watching, LetsGoOfWaitersThatHaveGone) {
    auto const id = counter.submit();
    {
        auto stream = counter.get(a_user(), "/api/jobs/" + base::to_text(id) + "/events");
        EXPECT_EQ(counter.watch.happenings().waiters(), 1U);
    }
    EXPECT_EQ(counter.watch.happenings().waiters(), 0U);
}

}  // namespace
}  // namespace tests
