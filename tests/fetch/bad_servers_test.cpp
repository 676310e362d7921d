// Every way in which a server can fail has a code of its own, and comes in time.
#include <array>
#include <netinet/in.h>

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "tests/fetch/support.h"

using namespace std::chrono_literals;
using adapters::fetch::Clock;
using tests::asked;
using tests::code;
using tests::FetchOptions;
using tests::for_tests;
using tests::open;
using tests::OpenResult;

namespace {

// Of its own: what is asked for and given up may be noted late, in the middle of another test.
std::string patient_server() {
    static support::PrivateServer server{{"http"}};
    return server.url();
}

OpenResult open_slow(std::string const& path, FetchOptions const& options) {
    return adapters::fetch::open_url(patient_server() + path, options);
}

}  // namespace

TEST(FetchBadServers, EachFailureHasItsCode) {
    struct Row {
        char const* path;
        char const* code;
    };

    for (auto const& row :
         std::array{Row{"/status/403", "http_403"},     Row{"/status/404", "http_404"},
                    Row{"/status/401", "http_status"},  Row{"/status/410", "http_410"},
                    Row{"/status/429", "http_status"},  Row{"/status/500", "http_status"},
                    Row{"/status/502", "http_status"},  Row{"/unnamed", "http_status"},
                    Row{"/page", "not_audio"},          Row{"/page-as-audio", "not_audio"},
                    Row{"/json", "not_audio"},          Row{"/line", "not_audio"},
                    Row{"/gzip/1000", "encoded"},       Row{"/wrong-always/100", "no_ranges"},
                    Row{"/several", "no_ranges"},       Row{"/far-away", "bad_url"},
                    Row{"/big-head/100", "bad_answer"}, Row{"/garbage", "bad_answer"},
                    Row{"/two-lengths", "bad_answer"},  Row{"/drop-all", "cut"},
                    Row{"/hop/6", "too_many_redirects"}}) {
        EXPECT_EQ(code(row.path), row.code) << row.path;
    }
}

TEST(FetchBadServers, NoMessageHoldsAQuery) {
    for (auto const* const path : {"/status/403?signature=secret", "/page?signature=secret",
                                   "/to/0?url=/status/404%3Fsignature=secret"}) {
        auto const result = open(path);
        ASSERT_FALSE(result);
        EXPECT_FALSE(result.error().message.contains("secret")) << result.error().message;
        EXPECT_TRUE(result.error().message.contains("http://127.0.0.1:")) << result.error().message;
    }
}

TEST(FetchBadServers, RedirectsHaveABound) {
    auto options = for_tests();
    options.redirects = 2;
    EXPECT_EQ(code("/hop/2", options), "");
    EXPECT_EQ(code("/hop/3", options), "too_many_redirects");
    EXPECT_EQ(asked().size(), 3U);
    options.redirects = 0;
    EXPECT_EQ(code("/hop/1", options), "too_many_redirects");
}

TEST(FetchBadServers, SlowOnesCostNoMoreThanTheirTime) {
    auto options = for_tests();
    options.idle_timeout = 300ms;
    patient_server();
    for (auto const* const path : {"/silence", "/slow-head"}) {
        auto const begun = Clock::now();
        EXPECT_EQ(code(open_slow(path, options)), "timeout") << path;
        EXPECT_LT(Clock::now() - begun, 5s) << path;
    }
}

TEST(FetchBadServers, ABodyThatTricklesMeetsTheTotalDeadline) {
    auto options = for_tests();
    options.total_timeout = 700ms;
    patient_server();
    auto const begun = Clock::now();
    EXPECT_EQ(code(open_slow("/slow-body/1000", options)), "timeout");
    EXPECT_LT(Clock::now() - begun, 5s);
}

TEST(FetchBadServers, AReadAfterTheTotalTimeIsATimeout) {
    auto options = for_tests();
    options.total_timeout = 2s;
    auto const opened = open_slow("/file/100000", options);
    ASSERT_EQ(code(opened), "");
    std::string complaint;
    for (std::uint64_t at = 20'000; complaint.empty(); at = at == 20'000 ? 90'000 : 20'000) {
        complaint = tests::complaint(**opened, at, 1);
    }
    EXPECT_TRUE(complaint.starts_with("timeout: ")) << complaint;
}

TEST(FetchBadServers, NobodyAtThePortIsSaidToBeSo) {
    auto const result = adapters::fetch::open_url("http://127.0.0.1:19999/", for_tests());
    EXPECT_EQ(code(result), "connect");
}

TEST(FetchBadServers, AHostThatTakesNoConnectionIsATimeout) {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(fd, raw, size), 0);
    ASSERT_EQ(::listen(fd, 0), 0);
    ASSERT_EQ(::getsockname(fd, raw, &size), 0);
    auto options = for_tests();
    options.connect_timeout = 200ms;
    options.idle_timeout = 200ms;
    auto const url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    EXPECT_EQ(code(adapters::fetch::open_url(url, options)), "timeout");
    EXPECT_EQ(::close(fd), 0);
}
