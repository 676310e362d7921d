// A connection: over each kind of door, with each way of being turned away, and to a new master.
#include <netinet/in.h>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/redis/support.h"

using namespace std::chrono_literals;
using adapters::redis::parse;
using adapters::redis::Settings;
using adapters::redis::Stop;
using tests::Link;
using tests::Redis;

namespace {

// What a connect or a command complains of, whether trying again would help or not.
template <typename Failure>
std::string failure(Settings const& settings) {
    try {
        Link link{settings};
        adapters::redis::checked(link.command({"PING"}), link.where());
    } catch (Failure const& error) {
        return error.what();
    }
    return "";
}

void expect_serves(Settings const& settings) {
    Link link{settings};
    std::string const large(3'000'000, 'x');
    EXPECT_EQ(link.command({"SET", "k", large}).text, "OK");
    EXPECT_EQ(link.command({"GET", "k"}).text, large);
    auto const replies = link.pipeline({{"INCR", "n"}, {"NO-SUCH"}, {"INCR", "n"}});
    ASSERT_EQ(replies.size(), 3U);
    EXPECT_EQ(replies[0].integer + 1, replies[2].integer);
    EXPECT_TRUE(replies[1].is_error());
}

// Takes connections and never answers.
class Silent {
public:
    Silent() : fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(fd_, raw, size), 0);
        EXPECT_EQ(::listen(fd_, 8), 0);
        EXPECT_EQ(::getsockname(fd_, raw, &size), 0);
        port_ = ntohs(address.sin_port);
    }

    Silent(Silent const&) = delete;
    Silent& operator=(Silent const&) = delete;

    ~Silent() { ::close(fd_); }

    [[nodiscard]] std::string url(std::string const& scheme = "redis") const {
        return scheme + "://127.0.0.1:" + std::to_string(port_);
    }

private:
    int fd_;
    int port_ = 0;
};

}  // namespace

TEST(RedisLink, ServesOverTcp) {
    expect_serves(tests::shared_redis().settings);
}

TEST(RedisLink, ServesOverAUnixSocket) {
    auto const& redis = tests::shared_redis();
    expect_serves(tests::settings_for("unix://" + redis.server.field("socket") + "?db=3"));
    EXPECT_EQ(redis.count({"EXISTS", "k"}), 0) << "it was written to the other database";
}

TEST(RedisLink, ServesOverTlsAndTrustsOnlyTheRightOnes) {
    Redis const redis{{"--tls", "--password", "open sesame"}};
    expect_serves(redis.settings);

    auto stranger = redis.settings;
    stranger.ca_file.clear();
    EXPECT_TRUE(failure<adapters::Unusable>(stranger).contains("certificate is refused"));

    auto elsewhere = redis.settings;
    elsewhere.place.host = "::ffff:127.0.0.1";  // the same server by a name it has no paper for
    EXPECT_TRUE(failure<adapters::Unusable>(elsewhere).contains("mismatch"));

    auto lost = redis.settings;
    lost.ca_file = "/no/such/ca.pem";
    EXPECT_TRUE(failure<adapters::Unusable>(lost).contains("redis.ca_file"));

    auto plain = redis.settings;
    plain.tls = false;
    EXPECT_NE(failure<adapters::Unavailable>(plain), "");
}

TEST(RedisLink, AServerThatWantsACertificateOfItsClientsGetsIt) {
    Redis const redis{{"--tls"}};
    redis.ask({"CONFIG", "SET", "tls-auth-clients", "yes"});
    EXPECT_NE(failure<adapters::Unavailable>(redis.settings), "") << "it came in without one";

    auto named = redis.settings;
    named.cert_file = redis.server.field("folder") + "/server.crt";
    named.key_file = redis.server.field("folder") + "/server.key";
    expect_serves(named);

    auto other = named;
    other.key_file = redis.server.field("folder") + "/ca.key";
    auto const line = failure<adapters::Unusable>(other);
    EXPECT_TRUE(line.contains("redis.key_file")) << line;
}

TEST(RedisLink, AWrongOrMissingPasswordIsAMistakeAndIsNotShown) {
    Redis const redis{{"--password", "open sesame"}};
    EXPECT_EQ(failure<adapters::Unusable>(redis.settings), "");
    auto wrong = redis.settings;
    wrong.password = "hunter2";
    auto const line = failure<adapters::Unusable>(wrong);
    EXPECT_TRUE(line.contains("WRONGPASS")) << line;
    EXPECT_FALSE(line.contains("hunter2")) << line;
    wrong.password.clear();
    EXPECT_TRUE(failure<adapters::Unusable>(wrong).contains("NOAUTH"));
}

TEST(RedisLink, AUserHasANameAndRights) {
    auto const& redis = tests::shared_redis();
    redis.ask({"ACL", "SETUSER", "ann", "on", ">pw", "~tallyman:*", "+get"});
    auto settings = redis.settings;
    settings.user = "ann";
    settings.password = "pw";
    EXPECT_TRUE(failure<adapters::Unusable>(settings).contains("NOPERM"));
}

TEST(RedisLink, NobodyThereAndNobodyAnsweringAreFoundOutInTime) {
    EXPECT_TRUE(failure<adapters::Unavailable>(tests::settings_for("redis://127.0.0.1:1"))
                    .contains("is Redis running there?"));
    EXPECT_NE(failure<adapters::Unavailable>(tests::settings_for("unix:///no/such.sock")), "");

    Silent const silent;
    for (auto const* const scheme : {"redis", "rediss"}) {
        auto settings = tests::settings_for(silent.url(scheme));
        settings.timeout = 200ms;
        auto const begun = std::chrono::steady_clock::now();
        EXPECT_NE(failure<adapters::Unavailable>(settings), "");
        auto const took = std::chrono::steady_clock::now() - begun;
        EXPECT_GE(took, 200ms);
        EXPECT_LT(took, 2s);
    }
}

TEST(RedisLink, AnOrderToStopEndsAWaitAtOnce) {
    auto const& redis = tests::shared_redis();
    Stop stop;
    Link link{redis.settings, &stop};
    std::jthread const later{[&] {
        tests::until(
            [&] { return redis.ask({"INFO", "clients"}).text.contains("blocked_clients:1"); });
        stop.request();
    }};
    auto const begun = std::chrono::steady_clock::now();
    EXPECT_THROW(link.command({"BLPOP", "nothing", "0"}, 60s), adapters::redis::Stopped);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST(RedisLink, SentinelsLeadToTheMasterAndAfterItsDeathToTheNext) {
    support::PrivateServer sentinel{{"sentinel"}};
    std::vector<std::string> places{"127.0.0.1:1"};  // one of them is down
    for (auto const& place : sentinel.facts().at("sentinels").as_array()) {
        places.emplace_back(place.as_string());
    }
    auto const settings =
        parse({.sentinels = places, .master = sentinel.field("master_name"), .timeout = 1s});
    std::string first;
    {
        Link link{settings};
        first = link.where();
        EXPECT_EQ(link.command({"SET", "k", "v"}).text, "OK");
    }
    sentinel.command("kill-master");
    EXPECT_TRUE(tests::until([&] {
        try {
            Link link{settings};
            return link.where() != first && link.command({"SET", "k", "w"}).text == "OK";
        } catch (adapters::Unavailable const&) {
            return false;
        }
    }));
    auto unknown = settings;
    unknown.master = "nobody";
    EXPECT_TRUE(failure<adapters::Unavailable>(unknown).contains("redis.master"));
}

TEST(RedisLink, SentinelsAndTheirMasterHaveAPasswordEach) {
    support::PrivateServer sentinel{{"sentinel"}};
    std::vector<std::string> places;
    for (auto const& place : sentinel.facts().at("sentinels").as_array()) {
        places.emplace_back(place.as_string());
        Link{tests::settings_for("redis://" + places.back())}.command(
            {"ACL", "SETUSER", "default", "resetpass", ">watch"});
    }
    Link{tests::settings_for(sentinel.field("url"))}.command(
        {"CONFIG", "SET", "requirepass", "open"});
    auto const with = [&](std::string const& sentinels, std::string const& master) {
        return parse({.password = master,
                      .sentinels = places,
                      .master = sentinel.field("master_name"),
                      .sentinel_password = sentinels,
                      .timeout = 1s});
    };
    expect_serves(with("watch", "open"));
    EXPECT_TRUE(failure<adapters::Unusable>(with("", "open")).contains("redis.sentinel_password"));
    auto const wrong = failure<adapters::Unusable>(with("hunter2", "open"));
    EXPECT_TRUE(wrong.contains("WRONGPASS")) << wrong;
    EXPECT_TRUE(wrong.contains("redis.sentinel_password")) << wrong;
    EXPECT_FALSE(wrong.contains("hunter2")) << wrong;
    EXPECT_TRUE(failure<adapters::Unusable>(with("watch", "")).contains("redis.password"));
}
