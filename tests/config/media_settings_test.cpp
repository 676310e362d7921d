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
    EXPECT_EQ(shipped.input_dir, plain.input_dir);
}

TEST(MediaKeys, EachOfThem) {
    auto const loaded = load_text(
        "media: {helpers: 3, timeout: 2s, memory: 33554432, max_duration: 1h, max_size: 1000,\n"
        "  taglib: sample, allow_private: true, connect_timeout: 250ms, total_timeout: 1m,\n"
        "  redirects: 0, ca_file: /ca.pem, input_dir: /srv/uploads}\n");
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
    EXPECT_EQ(media.input_dir, "/srv/uploads");
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

TEST(MediaKeys, AServiceSaysWhatOfItIsMeasured) {
    auto const shipped = load_settings("", {}).value.value();
    EXPECT_EQ(shipped.defaults.media_field, Service{}.media_field);
    EXPECT_EQ(shipped.defaults.result_fields, Service{}.result_fields);
    EXPECT_EQ(track_of(shipped, "tts"), Track::audio);
    EXPECT_EQ(track_of(shipped, "video"), Track::video);

    auto const own = load_text(
        "services:\n  defaults: {media_field: song}\n"
        "  tts: {result_fields: [/data/0/url, file], track: video}\n  dub: {result_fields: []}\n");
    ASSERT_TRUE(own.value) << to_text(own.problems[0]);
    EXPECT_EQ(service_for(*own.value, "tts").media_field, "song");
    EXPECT_EQ(service_for(*own.value, "tts").result_fields,
              (std::vector<std::string>{"/data/0/url", "file"}));
    EXPECT_TRUE(service_for(*own.value, "dub").result_fields.empty());
    EXPECT_EQ(track_of(*own.value, "tts"), Track::video);
    EXPECT_EQ(track_of(*own.value, "dub"), Track::audio);
    EXPECT_EQ(track_of(*own.value, "video"), Track::video);
    auto const changed =
        load_text("data_dir: d\n", {{"TALLYMAN_SERVICES_DEFAULTS_RESULT_FIELDS", "[a, b]"}});
    EXPECT_EQ(changed.value.value().defaults.result_fields, (std::vector<std::string>{"a", "b"}));
}

TEST(MediaKeys, MistakesNameTheKey) {
    EXPECT_EQ(mistakes("services: {tts: {track: sound}}\n"),
              Lines{"1: services.tts.track: expected audio or video, got `sound`"});
    EXPECT_EQ(mistakes("services: {tts: {result_fields: file}}\n").size(), 1U);
    EXPECT_EQ(mistakes("media: {taglib: often}\n"),
              Lines{"1: media.taglib: expected true, false or sample, got `often`"});
    EXPECT_EQ(mistakes("media: {helper: 2}\n"),
              Lines{"1: media.helper: unknown key; did you mean `helpers`?"});
    EXPECT_EQ(mistakes("media: {memory: 1000}\n").size(), 1U);
    EXPECT_EQ(mistakes("media: {timeout: 0s, max_duration: 0s, max_size: 0}\n").size(), 3U);
}

}  // namespace
}  // namespace config
