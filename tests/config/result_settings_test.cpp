// The sections `results` and `hints`: their defaults, each key, and what is refused.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

TEST(ResultKeys, TheShippedOnesAreTheDefaults) {
    auto const shipped = load_settings("", {}).value.value();
    Results const plain;
    EXPECT_EQ(shipped.results.store, plain.store);
    EXPECT_EQ(shipped.results.max_size, plain.max_size);
    EXPECT_EQ(shipped.results.timeout, plain.timeout);
    EXPECT_EQ(shipped.results.retry_for, plain.retry_for);
    EXPECT_EQ(shipped.results.at_once, plain.at_once);
    EXPECT_EQ(shipped.results.free_space, plain.free_space);
    EXPECT_TRUE(shipped.results.types.empty());
    EXPECT_FALSE(shipped.results.s3.there());
    EXPECT_EQ(shipped.hints.public_url, "");
    EXPECT_EQ(service_for(shipped, "tts").results, ResultFiles::keep);
}

TEST(ResultKeys, EachOfThem) {
    auto const loaded = load_text(
        "results:\n"
        "  {store: s3, max_size: 1000, timeout: 1m, retry_for: 2h, at_once: 3, free_space: 5,\n"
        "   types: [audio/*, video/mp4], ca_file: /ca.pem,\n"
        "   s3: {endpoint: \"https://s3.example\", region: eu-1, bucket: b.c-d, prefix: a/b/,\n"
        "     key: id, secret: word, session_token: t, path_style: false, ca_file: /s3.pem,\n"
        "     timeout: 5s}}\n"
        "hints: {public_url: \"https://us.example/tallyman\", secret: sixteen bytes and more}\n"
        "services: {defaults: {results: link}, tts: {results: keep}}\n"
        "providers: {mine: {kind: command, run: [x], allow_private: true}}\n");
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& results = loaded.value->results;
    EXPECT_EQ(results.store, ResultStore::s3);
    EXPECT_EQ(results.max_size, 1'000);
    EXPECT_EQ(results.timeout, base::Millis{60'000});
    EXPECT_EQ(results.retry_for, base::Millis{7'200'000});
    EXPECT_EQ(results.at_once, 3);
    EXPECT_EQ(results.free_space, 5);
    EXPECT_EQ(results.types, (std::vector<std::string>{"audio/*", "video/mp4"}));
    EXPECT_EQ(results.ca_file, "/ca.pem");
    EXPECT_EQ(results.s3.endpoint, "https://s3.example");
    EXPECT_EQ(results.s3.region, "eu-1");
    EXPECT_EQ(results.s3.bucket, "b.c-d");
    EXPECT_EQ(results.s3.prefix, "a/b/");
    EXPECT_EQ(results.s3.key + results.s3.secret + results.s3.session_token, "idwordt");
    EXPECT_FALSE(results.s3.path_style);
    EXPECT_EQ(results.s3.ca_file, "/s3.pem");
    EXPECT_EQ(results.s3.timeout, base::Millis{5'000});
    EXPECT_EQ(loaded.value->hints.public_url, "https://us.example/tallyman");
    EXPECT_EQ(loaded.value->hints.secret, "sixteen bytes and more");
    EXPECT_EQ(service_for(*loaded.value, "tts").results, ResultFiles::keep);
    EXPECT_EQ(service_for(*loaded.value, "script").results, ResultFiles::link);
    EXPECT_TRUE(loaded.value->providers.at("mine").allow_private);
}

TEST(ResultKeys, WhatCanNotBeMeantIsRefusedAndSecretsAreNotShown) {
    for (auto const* text :
         {"results: {store: tape}", "results: {s3: {bucket: \"a/b\"}}",
          "results: {s3: {endpoint: s3.example}}", "results: {s3: {endpoint: \"https://a/\"}}",
          "results: {s3: {prefix: /a}}", "results: {s3: {prefix: a/../b}}",
          "results: {types: [audio]}", "results: {at_once: 0}",
          "hints: {public_url: \"https://a/?b\"}", "hints: {public_url: us.example}"}) {
        EXPECT_EQ(load_text(std::string{text} + "\n").problems.size(), 1U) << text;
    }
    auto const shown = load_text("hints: {secret: tooshort}\n").problems;
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_EQ(to_text(shown[0]).find("tooshort"), std::string::npos);
}

TEST(ResultKeys, S3NeedsAllOfItsParts) {
    auto const missing = load_text("results: {store: s3}\n").problems;
    EXPECT_EQ(missing.size(), 4U);
    EXPECT_EQ(
        load_text("results: {s3: {bucket: b, endpoint: \"https://a\", key: k}}\n").problems.size(),
        1U);
}

}  // namespace
}  // namespace config
