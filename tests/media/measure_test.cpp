// The front door, with whatever may stand before it.
#include "adapters/media/measure.h"

#include <gtest/gtest.h>

#include "tests/media/mp4_builder.h"

namespace {

using adapters::Length;
using adapters::MeasureResult;
using adapters::MediaHints;
using adapters::media::Limits;
using adapters::media::measure;
using adapters::media::Reader;
using namespace std::string_literals;

MeasureResult measured(std::string_view bytes, Limits const& limits = {},
                       MediaHints const& hints = {}) {
    Reader reader{boxes::bytes_of(bytes)};
    return measure(reader, hints, limits);
}

std::string refused(std::string_view bytes, Limits const& limits = {}) {
    auto const result = measured(bytes, limits);
    return result ? "" : result.error().code;
}

std::string id3(std::size_t size) {
    return "ID3\x04\0\0\0\0"s + static_cast<char>(size >> 7) + static_cast<char>(size & 0x7F) +
           boxes::zeros(size);
}

struct Kind {
    char const* name;
    char const* options;
    char const* container;
    char const* codec;
    bool trimmed;  // the format can say what is the encoder's
};

class Kinds : public testing::TestWithParam<Kind> {};

// 7.3 s at 24 kHz.
TEST_P(Kinds, AreMeasuredByTheirContentAlone) {
    auto const& [name, options, container, codec, trimmed] = GetParam();
    support::TempDir const dir;
    auto const file = boxes::made_by(dir, name, boxes::tone(175'200, 24'000) + options);
    auto const found = measured(file);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->container, container);
    EXPECT_EQ(found->codec, codec);
    if (trimmed) {
        EXPECT_EQ(adapters::to_millis(found->audio)->count(), 7'300);
    } else {
        EXPECT_GT(adapters::to_millis(found->audio)->count(), 7'300);
        EXPECT_LT(adapters::to_millis(found->audio)->count(), 7'450);
    }
    EXPECT_TRUE(found->exact) << found->note;
    EXPECT_EQ(found->note, "");
}

INSTANTIATE_TEST_SUITE_P(OfFfmpeg, Kinds,
                         testing::Values(Kind{"a.mp3", "-c:a libmp3lame", "mp3", "mp3", true},
                                         Kind{"a.aac", "-c:a aac", "adts", "aac", false},
                                         Kind{"a.wav", "-c:a pcm_s16le", "wav", "pcm_s16le", true},
                                         Kind{"a.aiff", "-c:a pcm_s16be", "aiff", "pcm_s16be",
                                              true},
                                         Kind{"a.flac", "-c:a flac", "flac", "flac", true},
                                         Kind{"a.opus", "-c:a libopus", "ogg", "opus", true},
                                         Kind{"a.ogg", "-c:a libvorbis", "ogg", "vorbis", true},
                                         Kind{"a.m4a", "-c:a aac", "mp4", "aac", true}));

TEST(Measure, SkipsTagsBeforeFormatsThatKnowNone) {
    auto const file = boxes::file_of(boxes::TrackOf{});
    auto const found = measured(id3(200) + file);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->audio, (Length{177'152, 24'000}));
    EXPECT_EQ(found->container, "mp4");
}

TEST(Measure, RefusesWhatAServerSaidInsteadOfAudio) {
    EXPECT_EQ(refused("{\"error\": \"quota\"}"), "not_audio");
    EXPECT_EQ(refused("<html><body>502</body></html>"), "not_audio");
    EXPECT_EQ(refused(""), "empty");
}

TEST(Measure, RefusesWhatIsLongerThanAllowed) {
    auto const file = boxes::file_of(boxes::TrackOf{});
    EXPECT_EQ(refused(file, {.max_duration = base::Millis{7'381}}), "implausible");
    EXPECT_EQ(refused(file, {.max_duration = base::Millis{7'382}}), "");
}

TEST(Measure, RefusesAClaimWithoutBytes) {
    boxes::TrackOf const track{.runs = {{173, 10'000'000}}, .sample_size = 1};
    EXPECT_EQ(refused(boxes::file_of(track), {.max_duration = base::Millis{1LL << 40}}),
              "implausible");
}

TEST(Measure, SniffsNothingWhereItIsToldThatSamplesAreRaw) {
    MediaHints const hints{.raw = adapters::RawFormat{.codec = "pcm_s16le", .rate = 24'000}};
    auto const found = measured(boxes::file_of(boxes::TrackOf{}).substr(0, 2'000), {}, hints);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->audio, (Length{1'000, 24'000}));
}

TEST(Measure, HandsOnWhatASourceSays) {
    class Broken final : public adapters::ByteSource {
    public:
        [[nodiscard]] std::uint64_t size() const override { return 1'000; }

        std::expected<std::size_t, adapters::MediaError> read(
            std::uint64_t /*offset*/, std::span<std::byte> /*into*/) override {
            return std::unexpected{adapters::MediaError{"timeout", "no answer in 10 s"}};
        }
    };

    Broken source;
    Reader reader{source};
    auto const found = measure(reader, {}, {});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, "timeout");
}

TEST(Measure, EndsInOrderHoweverAFileIsBroken) {
    support::TempDir const dir;
    auto const file = boxes::made_by(dir, "a.m4a", boxes::tone(20'000, 24'000) + "-c:a aac");
    boxes::torment(file, [](std::string_view bytes) {
        auto const found = measured(bytes, {.taglib = false});
        if (found) {
            EXPECT_GT(found->audio.samples, 0U);
        } else {
            EXPECT_FALSE(found.error().code.empty());
        }
    });
}

}  // namespace
