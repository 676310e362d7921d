// Certificates that are good, and all that is wrong with others.
#include <gtest/gtest.h>

#include "tests/fetch/support.h"

using adapters::fetch::open_url;
using adapters::fetch::parse_ipv4;
using support::PrivateServer;
using tests::code;
using tests::FetchOptions;
using tests::for_tests;

namespace {

FetchOptions trusting(PrivateServer const& server) {
    auto options = for_tests();
    options.ca_file = server.field("ca");
    options.resolver = [](std::string const&) { return std::vector{*parse_ipv4("127.0.0.1")}; };
    return options;
}

std::string by_name(PrivateServer const& server, std::string const& host) {
    return "https://" + host + ":" + std::to_string(server.port());
}

// What is said of a server in this state, by one who trusts its authority.
std::string refusal(char const* way) {
    PrivateServer const server{{"http", "--tls", way}};
    auto const result = open_url(by_name(server, "localhost") + "/file/1000", trusting(server));
    return result ? "" : result.error().code + ": " + result.error().message;
}

PrivateServer& good() {
    static PrivateServer server{{"http", "--tls", "good"}};
    return server;
}

}  // namespace

TEST(FetchTls, FilesAreReadByNameAndByAddress) {
    for (auto const& url : {good().url(), by_name(good(), "localhost")}) {
        auto result = open_url(url + "/file/9000000", trusting(good()));
        ASSERT_EQ(code(result), "") << result.error().message;
        EXPECT_TRUE(tests::reads_as_it_is(**result, 100'000));
        auto whole = open_url(url + "/chunked/300000", trusting(good()));
        ASSERT_EQ(code(whole), "");
        EXPECT_TRUE(tests::reads_as_it_is(**whole, 100'000));
    }
}

TEST(FetchTls, OnlyWhoIsTrustedIsSpokenTo) {
    auto options = trusting(good());
    options.ca_file.clear();
    auto const result = open_url(good().url() + "/file/1000", options);
    EXPECT_EQ(code(result), "tls");
    EXPECT_TRUE(result.error().message.contains("not trusted")) << result.error().message;

    options.ca_file = "/no/such/file.pem";
    EXPECT_EQ(code(open_url(good().url() + "/file/1000", options)), "tls");
}

TEST(FetchTls, WhatIsWrongWithACertificateIsSaid) {
    EXPECT_TRUE(refusal("expired").contains("has expired")) << refusal("expired");
    EXPECT_TRUE(refusal("stranger").contains("another host")) << refusal("stranger");
    EXPECT_TRUE(refusal("self-signed").contains("self-signed")) << refusal("self-signed");
}

TEST(FetchTls, TheNameOfTheUrlMustBeInTheCertificate) {
    auto const result = open_url(by_name(good(), "other.example") + "/file/1", trusting(good()));
    EXPECT_EQ(code(result), "tls");
    EXPECT_TRUE(result.error().message.contains("another host")) << result.error().message;
}

TEST(FetchTls, AServerWithoutTlsIsSaidToHaveNone) {
    auto const url = "https://127.0.0.1:" + std::to_string(tests::web().port()) + "/file/1";
    EXPECT_EQ(code(open_url(url, for_tests())), "tls");
}

TEST(FetchTls, ARedirectDoesNotLeadOutOfIt) {
    auto const url = good().url() + "/to/0?url=" + tests::web().url() + "/file/1000";
    EXPECT_EQ(code(open_url(url, trusting(good()))), "bad_url");
    auto options = trusting(good());
    options.allow_downgrade = true;
    EXPECT_EQ(code(open_url(url, options)), "");
}

TEST(FetchTls, ARedirectMayLeadIntoIt) {
    auto const url = tests::web().url() + "/to/0?url=" + good().url() + "/file/1000";
    EXPECT_EQ(code(open_url(url, trusting(good()))), "");
}

TEST(FetchTls, AnEndThatIsNotSaidToBeOneIsACut) {
    auto const result = open_url(good().url() + "/until-close/100000", trusting(good()));
    EXPECT_EQ(code(result), "cut");
}
