// Clients that are too many, too slow, or too much.
#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;
using base::Millis;

TEST(Limits, TooManyConnectionsAreToldSo) {
    Served served{{.max_connections = 2}};
    Client one{served.port};
    Client two{served.port};
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 2; }));
    Client three{served.port};
    three.get("/");
    auto const reply = three.read();
    EXPECT_EQ(reply.status, 503);
    EXPECT_TRUE(reply.body.starts_with("too_many_connections"));
    EXPECT_EQ(reply.header("retry-after"), "1");
    EXPECT_TRUE(three.closes());
    one.get("/");
    EXPECT_EQ(one.read().status, 200);
}

TEST(Limits, ConnectionsBeyondEvenThatWaitAtTheDoor) {
    Served served{{.max_connections = 1}};
    std::vector<std::unique_ptr<Client>> clients;
    for (int count = 0; count < 300; ++count) {
        clients.push_back(std::make_unique<Client>(served.port));
    }
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 257; }));
    clients.back()->get("/");
    clients.erase(clients.begin(), clients.begin() + 290);
    EXPECT_NE(clients.back()->read().status, 0);
}

TEST(Limits, RequestsOnOneConnectionAreCounted) {
    Served served{{.max_requests = 2}};
    Client client{served.port};
    client.get("/");
    EXPECT_EQ(client.read().header("connection"), "");
    client.get("/");
    EXPECT_EQ(client.read().header("connection"), "close");
    EXPECT_TRUE(client.closes());
}

TEST(Limits, AnIdleConnectionIsClosedWithoutAWord) {
    Served served{{.idle_time = Millis{100}}};
    Client fresh{served.port};
    EXPECT_EQ(fresh.read_bytes(1), "");
    Client used{served.port};
    used.get("/");
    EXPECT_EQ(used.read().status, 200);
    EXPECT_TRUE(used.closes());
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 0; }));
}

TEST(Limits, AHeadThatComesByteByByteIsCutOff) {
    Served served{{.header_time = Millis{200}}};
    Client client{served.port};
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    bool open = true;
    for (int count = 0; open && count < 500; ++count) {
        open = client.send("X");
        std::this_thread::sleep_for(Millis{10});
        open = open && served.figures().refused == 0;
    }
    EXPECT_FALSE(open);
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 408);
    EXPECT_TRUE(reply.body.starts_with("timeout"));
}

TEST(Limits, ABodyThatDoesNotComeIsCutOff) {
    Served served{{.body_time = Millis{100}}};
    Client client{served.port};
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_TRUE(client.closes());
}

TEST(Limits, AClientThatDoesNotReadIsCutOff) {
    Served served{{.write_time = Millis{200}}};
    Client client{served.port, 4'096};
    client.get("/text/30000000");
    EXPECT_TRUE(eventually([&] { return served.figures().requests == 1; }));
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 0; }));
}

TEST(Limits, AClientThatReadsSlowlyGetsItAll) {
    Served served{{.write_time = Millis{500}}};
    Client client{served.port, 4'096};
    client.get("/text/6000000");
    std::string got;
    while (got.size() < 6'000'000) {
        auto const more = client.read_bytes(100'000, 2'000);
        ASSERT_FALSE(more.empty());
        got += more;
        std::this_thread::sleep_for(Millis{20});
    }
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK"));
}

TEST(Limits, AHandlerMayTakeItsTime) {
    Millis const short_time{100};
    Served served{{.header_time = short_time,
                   .body_time = short_time,
                   .write_time = short_time,
                   .idle_time = short_time}};
    Client client{served.port};
    client.get("/wait");
    EXPECT_EQ(client.read().status, 200);
}

TEST(Limits, AHeadThatIsTooLargeIsRefused) {
    Served served;
    Client client{served.port};
    client.get("/", "X: " + std::string(20'000, 'x') + "\r\n");
    EXPECT_EQ(client.read().status, 431);
    Client other{served.port};
    other.get("/" + std::string(9'000, 'x'));
    auto const reply = other.read();
    EXPECT_EQ(reply.status, 414);
    EXPECT_TRUE(reply.body.starts_with("uri_too_long"));
}

TEST(Limits, AQuestionNobodyWaitsForIsDropped) {
    Served served;
    {
        Client client{served.port};
        client.get("/for-ever");
        EXPECT_TRUE(eventually([&] { return served.handler.waiting == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return served.handler.waiting == 0; }));
    EXPECT_TRUE(eventually([&] { return served.figures().connections == 0; }));
    EXPECT_TRUE(served.told().empty());
}

TEST(Limits, AChangeNobodyWaitsForIsMadeAllTheSame) {
    Served served;
    {
        Client client{served.port};
        client.send("POST /for-ever HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_TRUE(eventually([&] { return served.handler.waiting == 1; }));
    }
    std::this_thread::sleep_for(Millis{2'000});
    EXPECT_EQ(served.handler.waiting, 1);
}

}  // namespace
