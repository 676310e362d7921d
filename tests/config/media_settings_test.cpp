// The section `media`: its defaults, each key, and what is refused.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

TEST(MediaKeys, TheShippedOnesAreTheDefaults) {
    auto const shipped = load_settings("", {}).value.value().media;
    Media const plain;
    EXPECT_EQ(shipped.helpers, plain.helpers);
    EXPECT_EQ(shipped.timeout, plain.timeout);
    EXPECT_EQ(shipped.memory, plain.memory);
    EXPECT_EQ(shipped.max_duration, plain.max_duration);
    EXPECT_EQ(shipped.max_size, plain.max_size);
    EXPECT_EQ(shipped.taglib, plain.taglib);
    EXPECT_EQ(shipped.allow_private, plain.allow_private);
    EXPECT_EQ(shipped.connect_timeout, plain.connect_timeout);
    EXPECT_EQ(shipped.total_timeout, plain.total_timeout);
    EXPECT_EQ(shipped.redirects, plain.redirects);
    EXPECT_EQ(shipped.ca_file, plain.ca_file);
}

TEST(MediaKeys, EachOfThem) {
    auto const loaded = load_text(
        "media: {helpers: 3, timeout: 2s, memory: 33554432, max_duration: 1h, max_size: 1000,\n"
        "  taglib: sample, allow_private: true, connect_timeout: 250ms, total_timeout: 1m,\n"
        "  redirects: 0, ca_file: /ca.pem}\n");
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& media = loaded.value->media;
    EXPECT_EQ(media.helpers, 3);
    EXPECT_EQ(media.timeout, base::Millis{2'000});
    EXPECT_EQ(media.memory, 33'554'432);
    EXPECT_EQ(media.max_duration, base::Millis{3'600'000});
    EXPECT_EQ(media.max_size, 1'000);
    EXPECT_EQ(media.taglib, TaglibUse::sample);
    EXPECT_TRUE(media.allow_private);
    EXPECT_EQ(media.connect_timeout, base::Millis{250});
    EXPECT_EQ(media.total_timeout, base::Millis{60'000});
    EXPECT_EQ(media.redirects, 0);
    EXPECT_EQ(media.ca_file, "/ca.pem");
}

TEST(MediaKeys, TaglibIsTrueFalseOrSample) {
    auto const taglib = [](std::string const& word) {
        return load_text("data_dir: d\n", {{"TALLYMAN_MEDIA_TAGLIB", word}})
            .value.value()
            .media.taglib;
    };
    EXPECT_EQ(taglib("true"), TaglibUse::always);
    EXPECT_EQ(taglib("false"), TaglibUse::never);
    EXPECT_EQ(taglib("sample"), TaglibUse::sample);
}

TEST(MediaKeys, MistakesNameTheKey) {
    EXPECT_EQ(mistakes("media: {taglib: often}\n"),
              Lines{"1: media.taglib: expected true, false or sample, got `often`"});
    EXPECT_EQ(mistakes("media: {helper: 2}\n"),
              Lines{"1: media.helper: unknown key; did you mean `helpers`?"});
    EXPECT_EQ(mistakes("media: {memory: 1000}\n").size(), 1U);
    EXPECT_EQ(mistakes("media: {timeout: 0s, max_duration: 0s, max_size: 0}\n").size(), 3U);
}

}  // namespace
}  // namespace config
