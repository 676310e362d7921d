// Nothing that is not public is spoken to, however it is named, and whatever names mean later.
#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/fetch/support.h"

using namespace std::chrono_literals;
using adapters::fetch::Address;
using adapters::fetch::Clock;
using adapters::fetch::open_url;
using adapters::fetch::parse_ipv4;
using adapters::fetch::parse_ipv6;
using adapters::fetch::why_not_public;
using tests::asked;
using tests::code;
using tests::FetchOptions;
using tests::for_tests;
using tests::web;

namespace {

Address const loopback = *parse_ipv4("127.0.0.1");
Address const elsewhere = *parse_ipv4("8.8.8.8");

Address const inner_one = *parse_ipv4("127.0.0.2");

// The test's server plays a public one, all other loopback addresses are what they are.
FetchOptions as_if_public() {
    auto options = for_tests();
    options.allow_private = false;
    options.judge = [](Address const& address) {
        return address == loopback ? std::string_view{} : why_not_public(address);
    };
    return options;
}

std::string at_port(std::string const& host, std::string const& path) {
    return "http://" + host + ":" + std::to_string(web().port()) + path;
}

}  // namespace

TEST(FetchForbidden, LoopbackIsNotFetchedFromUnlessAllowed) {
    auto const url = web().url() + "/file/1000";
    EXPECT_EQ(code(open_url(url, FetchOptions{})), "forbidden_address");
    EXPECT_TRUE(asked().empty());
    EXPECT_EQ(code(open_url(url, for_tests())), "");
}

TEST(FetchForbidden, InnerAddressesAreRefusedInEveryForm) {
    for (auto const* const host :
         std::array{"127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "0.0.0.0",
                    "169.254.169.254", "100.100.100.200", "[::1]", "[::]", "[::ffff:127.0.0.1]",
                    "[fe80::1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
                    "255.255.255.255", "224.0.0.1", "localhost"}) {
        EXPECT_EQ(code(open_url(at_port(host, "/file/1"), FetchOptions{})), "forbidden_address")
            << host;
    }
    EXPECT_TRUE(asked().empty());
}

TEST(FetchForbidden, OneInnerAddressAmongThoseOfANameIsEnough) {
    FetchOptions options;
    options.resolver = [](std::string const&) { return std::vector{elsewhere, loopback}; };
    EXPECT_EQ(code(open_url(at_port("mixed.example", "/file/1"), options)), "forbidden_address");
}

TEST(FetchForbidden, TheMessageSaysWhyAndNotWhere) {
    FetchOptions options;
    options.resolver = [](std::string const&) { return std::vector{*parse_ipv4("10.1.2.3")}; };
    auto const result = open_url("http://inner.example/?secret", options);
    EXPECT_TRUE(result.error().message.contains("a private address")) << result.error().message;
    EXPECT_FALSE(result.error().message.contains("10.1.2.3")) << result.error().message;
}

TEST(FetchForbidden, ANameIsConnectedToWhereItWasCheckedToBe) {
    auto options = for_tests();
    int lookups = 0;
    options.resolver = [&](std::string const& host) {
        EXPECT_EQ(host, "any.example");
        ++lookups;
        return std::vector{loopback};
    };
    auto result = open_url(at_port("any.example", "/file/50000"), options);
    ASSERT_EQ(code(result), "");
    EXPECT_EQ(tests::read(**result, 40'000, 4), tests::content(40'000, 40'004));
    EXPECT_EQ(lookups, 1) << "once for each connection";
}

TEST(FetchForbidden, ARedirectToAnInnerAddressIsRefused) {
    auto const inner = at_port("127.0.0.2", "/file/1000");
    EXPECT_EQ(code(open_url(web().url() + "/to/0?url=" + inner, as_if_public())),
              "forbidden_address");
    EXPECT_EQ(asked().size(), 1U);
    auto const hops = web().url() + "/to/0?url=" + web().url() + "/file/1000";
    EXPECT_EQ(code(open_url(hops, as_if_public())), "");
}

TEST(FetchForbidden, ARedirectToANameThatIsInnerIsRefused) {
    auto options = as_if_public();
    options.resolver = [](std::string const&) { return std::vector{inner_one}; };
    auto const url = web().url() + "/to/0?url=" + at_port("inner.example", "/file/1");
    EXPECT_EQ(code(open_url(url, options)), "forbidden_address");
}

TEST(FetchForbidden, ARedirectToAnotherProtocolOrPortIsRefused) {
    EXPECT_EQ(code("/to/0?url=ftp://127.0.0.1/"), "bad_url");
    EXPECT_EQ(code("/to/0?url=http://127.1/"), "bad_url");
    EXPECT_EQ(code("/to/0?url=http://127.0.0.1:22/"), "forbidden_address");
    EXPECT_EQ(code("/to/0?url=http://example.com:25/"), "forbidden_address");
}

TEST(FetchForbidden, ANameThatBecomesInnerBetweenTwoConnectionsIsRefused) {
    auto options = as_if_public();
    int lookups = 0;
    options.resolver = [&](std::string const&) {
        return std::vector{++lookups == 1 ? loopback : inner_one};
    };
    auto result = open_url(at_port("rebound.example", "/close/50000"), options);
    ASSERT_EQ(code(result), "");
    EXPECT_TRUE(tests::complaint(**result, 40'000, 4).starts_with("forbidden_address: "));
    EXPECT_EQ(lookups, 2);
}

TEST(FetchForbidden, AnUnknownNameIsSaidToBeUnknown) {
    FetchOptions options;
    options.resolver = [](std::string const&) { return std::vector<Address>{}; };
    EXPECT_EQ(code(open_url("http://nobody.example/", options)), "dns");
    options.resolver = [](std::string const&) -> std::vector<Address> {
        throw std::runtime_error{"no"};
    };
    EXPECT_EQ(code(open_url("http://nobody.example/", options)), "dns");
}

TEST(FetchForbidden, ASilentNameServerCostsNoMoreThanTheDeadline) {
    FetchOptions options;
    options.connect_timeout = 100ms;
    // shared_ptr, because the look-up that is left alone may outlive the test.
    auto const over = std::make_shared<std::atomic<bool>>(false);
    options.resolver = [over](std::string const&) {
        over->wait(false);
        return std::vector{elsewhere};
    };
    auto const begun = Clock::now();
    EXPECT_EQ(code(open_url("http://slow.example/", options)), "timeout");
    EXPECT_LT(Clock::now() - begun, 5s);
    over->store(true);
    over->notify_all();
}

TEST(FetchForbidden, ADeadAddressDoesNotHideALivingOne) {
    auto options = for_tests();
    options.resolver = [](std::string const&) {
        return std::vector{*parse_ipv6("::1"), *parse_ipv4("127.0.0.2"), loopback};
    };
    EXPECT_EQ(code(open_url(at_port("several.example", "/file/100"), options)), "");
}

TEST(FetchForbidden, OnlyPortsOfTheWebAreSpokenTo) {
    auto options = for_tests();
    for (auto const* const port : {"22", "25", "81", "6000"}) {
        auto const url = std::string{"http://127.0.0.1:"} + port + "/";
        EXPECT_EQ(code(open_url(url, options)), "forbidden_address") << port;
    }
    options.allow_any_port = true;
    EXPECT_EQ(code(open_url("http://127.0.0.1:81/", options)), "connect");
}

TEST(FetchForbidden, WhatIsNoUrlIsNotAskedFor) {
    for (auto const* const url : {"", "file:///etc/passwd", "http://127.1/", "http://a@b/"}) {
        EXPECT_EQ(code(open_url(url, for_tests())), "bad_url") << url;
    }
}
