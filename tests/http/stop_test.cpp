// How a server ends.
#include <chrono>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;
using base::Millis;

Millis time_of(std::function<void()> const& what) {
    auto const begin = std::chrono::steady_clock::now();
    what();
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
}

TEST(Stop, IsQuickWhereNobodyIsServed) {
    Served served;
    Client idle{served.port};
    idle.get("/");
    idle.read();
    EXPECT_LT(time_of([&] { served.stop(Millis{5'000}); }), Millis{2'000});
    EXPECT_TRUE(idle.closes());
    EXPECT_EQ(served.figures().connections, 0U);
}

TEST(Stop, TakesNoNewConnections) {
    Served served;
    served.stop(Millis{1'000});
    EXPECT_THROW(Client{served.port}, std::runtime_error);
}

TEST(Stop, LetsARequestComeToItsEndAndThenCloses) {
    Served served;
    Client client{served.port};
    client.get("/wait");
    EXPECT_TRUE(eventually([&] { return served.handler.waiting == 1; }));
    served.stop(Millis{10'000});
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("connection"), "close");
}

TEST(Stop, EndsStreamsAtOnceAndProperly) {
    Served served;
    Client client{served.port};
    client.get("/silence");
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 1; }));
    EXPECT_LT(time_of([&] { served.stop(Millis{5'000}); }), Millis{3'000});
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(served.handler.streams, 0);
}

TEST(Stop, CancelsWhatTakesLongerThanItMay) {
    Served served;
    Client client{served.port};
    client.send("POST /for-ever HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return served.handler.waiting == 1; }));
    EXPECT_LT(time_of([&] { served.stop(Millis{200}); }), Millis{3'000});
    EXPECT_EQ(served.handler.waiting, 0);
    EXPECT_TRUE(client.closes());
    EXPECT_TRUE(served.told().empty());
}

TEST(Stop, MayBeLeftOut) {
    Served served;
    Client stream{served.port};
    stream.get("/silence");
    Client waiting{served.port};
    waiting.get("/for-ever");
    EXPECT_TRUE(
        eventually([&] { return served.handler.streams == 1 && served.handler.waiting == 1; }));
    served.run([&] { served.server.reset(); });
    EXPECT_TRUE(stream.closes());
    EXPECT_TRUE(waiting.closes());
    EXPECT_EQ(served.handler.streams, 0);
    EXPECT_EQ(served.handler.waiting, 0);
}

TEST(Stop, OfAServerThatNeverRanLeavesNothing) {
    boost::asio::io_context io{1};
    TestHandler handler;
    auto server =
        adapters::http::serve(io.get_executor(), {.port = 0}, handler, [](auto const&) {});
    server.reset();
    EXPECT_GE(io.run_for(std::chrono::seconds{5}), 0U);
    EXPECT_TRUE(io.stopped());
}

}  // namespace
