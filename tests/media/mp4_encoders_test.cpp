// What encoders make of a known number of samples, measured to the sample.
#include <gtest/gtest.h>

#include "adapters/media/mp4.h"
#include "tests/media/boxes_support.h"

namespace {

using adapters::Basis;
using adapters::Length;
using adapters::Measured;
using adapters::media::Reader;

struct Case {
    char const* name;
    int rate;
    char const* options;
    std::uint64_t delay;  // that the file does not say is one
};

class Mp4Encoders : public testing::TestWithParam<Case> {};

TEST_P(Mp4Encoders, AreMeasuredToTheSample) {
    auto const& [name, rate, options, delay] = GetParam();
    support::TempDir const dir;
    for (std::uint64_t const samples : {1'500U, 175'217U}) {
        auto const file = boxes::made_by(dir, name, boxes::tone(samples, rate) + options);
        Reader reader{boxes::bytes_of(file)};
        auto const found = adapters::media::measure_mp4(reader);
        EXPECT_EQ(found.audio.samples, samples + delay) << options;
        EXPECT_EQ(found.audio.rate, static_cast<std::uint64_t>(rate)) << options;
        EXPECT_EQ(found.basis, delay == 0 ? Basis::trimmed : Basis::frames) << options;
        EXPECT_TRUE(found.exact) << found.note;
        EXPECT_FALSE(found.truncated);

        boxes::FarSource source{file};
        Reader far{source};
        EXPECT_EQ(adapters::media::measure_mp4(far).audio, found.audio) << options;
    }
}

constexpr char const* delayed =
    "-c:a aac -movflags frag_keyframe+empty_moov+delay_moov -frag_duration 500000";
constexpr char const* dashed =
    "-c:a aac -movflags dash+delay_moov+global_sidx -frag_duration 400000";

INSTANTIATE_TEST_SUITE_P(
    OfFfmpeg, Mp4Encoders,
    testing::Values(
        Case{"a.m4a", 24'000, "-c:a aac", 0}, Case{"a.m4a", 96'000, "-c:a aac", 0},
        Case{"a.mp4", 44'100, "-c:a aac -movflags faststart", 0},
        Case{"a.mov", 8'000, "-c:a aac -movie_timescale 600", 0}, Case{"a.mp4", 44'100, delayed, 0},
        Case{"a.mp4", 22'050, dashed, 0},
        Case{"a.mp4", 24'000, "-c:a aac -movflags frag_keyframe+empty_moov", 1024},
        Case{"a.mp4", 24'000, "-c:a aac -movflags frag_keyframe -frag_duration 300000", 1024},
        Case{"a.mp4", 48'000, "-c:a aac -movflags cmaf -frag_duration 300000", 1024},
        Case{"a.mp4", 48'000, "-c:a aac -movflags empty_moov+default_base_moof", 1024},
        Case{"a.mp4", 48'000, "-c:a libopus", 0},
        Case{"a.mp4", 48'000, "-c:a libopus -movflags cmaf -frag_duration 300000", 0},
        Case{"a.m4a", 44'100, "-c:a alac", 0}, Case{"a.mp4", 44'100, "-c:a flac -strict -2", 0},
        Case{"a.mp4", 32'000, "-c:a libmp3lame", 0}, Case{"a.mp4", 44'100, "-c:a libvorbis", 0},
        Case{"a.mov", 44'100, "-c:a pcm_s16le", 0}, Case{"a.mov", 96'000, "-c:a pcm_s24be", 0},
        Case{"a.mov", 8'000, "-c:a pcm_mulaw", 0}));

// 10.0 s of video over 7.3 s of audio.
TEST(Mp4Encoded, VideoIsNoLongerThanItself) {
    support::TempDir const dir;
    auto const file = boxes::made_by(
        dir, "v.mp4",
        "ffmpeg -v error -y -bitexact -f lavfi -i testsrc=s=64x48:r=25:d=10 -f lavfi -i "
        "sine=f=300:r=24000:d=7.3 -c:v libx264 -preset ultrafast -bf 2 -c:a aac");
    Reader reader{boxes::bytes_of(file)};
    auto const found = adapters::media::measure_mp4(reader);
    EXPECT_EQ(found.audio, (Length{175'200, 24'000}));
    EXPECT_EQ(adapters::to_millis(found.video)->count(), 10'000);
    EXPECT_EQ(found.video_codec, "h264");
}

}  // namespace
