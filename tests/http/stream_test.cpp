// Bodies that go on, and clients that don't.
#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;

TEST(Stream, ComesInChunksAndEnds) {
    Served served;
    Client client{served.port};
    client.get("/stream");
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("content-type"), "text/event-stream");
    EXPECT_EQ(reply.body, "one\ntwo\nthree\n");
    EXPECT_TRUE(client.closes());
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 0; }));
    EXPECT_EQ(served.handler.streams, 0);
}

TEST(Stream, OfOldHttpGoesToTheConnectionsEnd) {
    Served served;
    Client client{served.port};
    client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const reply = client.read();
    EXPECT_EQ(reply.header("transfer-encoding"), "");
    EXPECT_EQ(reply.body, "one\ntwo\nthree\n");
}

TEST(Stream, ShowsItsHeadAlone) {
    Served served;
    Client client{served.port};
    client.send("HEAD /silence HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read(true).status, 200);
    EXPECT_TRUE(client.closes());
    EXPECT_EQ(served.handler.streams, 0);
}

TEST(Stream, SendsItsHeadBeforeItHasAnythingToSay) {
    Served served;
    Client client{served.port};
    client.get("/silence");
    EXPECT_EQ(client.read(true).status, 200);
    EXPECT_EQ(served.figures().streams, 1U);
}

TEST(Stream, EndsAtOnceWhenItsSilentClientGoes) {
    Served served;
    {
        Client client{served.port};
        client.get("/silence");
        EXPECT_EQ(client.read(true).status, 200);
        EXPECT_EQ(served.handler.streams, 1);
    }
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 0; }));
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 0; }));
    EXPECT_EQ(served.figures().streams, 0U);
    EXPECT_TRUE(served.told().empty());
}

TEST(Stream, EndsWhenItsClientGoesTheHardWayInTheMiddle) {
    Served served;
    Client client{served.port};
    client.get("/flood");
    client.read_bytes(500'000);
    client.reset();
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 0; }));
}

TEST(Stream, EndsWhenItsClientDoesNotRead) {
    Served served{{.write_time = base::Millis{200}}};
    Client client{served.port, 4'096};
    client.get("/flood");
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 1; }));
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 0; }));
}

TEST(Stream, GoesOnLongerThanAnyDeadline) {
    base::Millis const short_time{50};
    Served served{{.header_time = short_time,
                   .body_time = short_time,
                   .write_time = short_time,
                   .idle_time = short_time}};
    Client client{served.port};
    client.get("/silence");
    EXPECT_EQ(client.read(true).status, 200);
    EXPECT_FALSE(client.closes(500));
}

TEST(Stream, ThatFailsBreaksOffAndIsTold) {
    Served served;
    Client client{served.port};
    client.get("/broken");
    EXPECT_EQ(client.read().status, 0);
    EXPECT_TRUE(client.closes());
    auto const told = served.told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(told.front().contains("this stream breaks"));
}

TEST(Stream, IgnoresWhatItsClientSaysUpToAPoint) {
    Served served;
    Client client{served.port};
    client.get("/silence");
    client.read(true);
    client.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_FALSE(client.closes(200));
    client.send(std::string(200'000, 'x'));
    EXPECT_TRUE(client.closes());
}

TEST(Stream, OneOfManyIsCheapToOpenAndClose) {
    Served served;
    {
        std::vector<std::unique_ptr<Client>> clients;
        for (int count = 0; count < 200; ++count) {
            clients.push_back(std::make_unique<Client>(served.port));
            clients.back()->get("/silence");
        }
        EXPECT_TRUE(eventually([&] { return served.handler.streams == 200; }));
        EXPECT_EQ(served.figures().streams, 200U);
    }
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 0; }));
}

}  // namespace
