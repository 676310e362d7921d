// Files of frames that are cut and changed everywhere, or made to cost time.
#include <gtest/gtest.h>

#include "adapters/media/adts.h"
#include "adapters/media/amr.h"
#include "adapters/media/mpeg.h"
#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::expect_answer;
using frames::expect_no_surprise;
using frames::times;

std::string tagged_mp3() {
    return frames::id3v2("title") +
           frames::info_frame(
               {.frames = 12, .encoder = "LAME3.100", .delay = 576, .padding = 1'056}) +
           times(12, frames::mono24) + times(4, frames::stereo44) + frames::ape("items") +
           frames::id3v1();
}

TEST(FramesHostile, MpegCutAndChangedIsAnAnswer) {
    expect_no_surprise(measure_mpeg, tagged_mp3());
}

TEST(FramesHostile, FreeFormatCutAndChangedIsAnAnswer) {
    expect_no_surprise(measure_mpeg, times(9, frames::frame(0xFFFB0064, 500)));
}

TEST(FramesHostile, AdtsCutAndChangedIsAnAnswer) {
    auto const frame = std::string{"\xFF\xF1\x58\x40\x10\x00\xFC", 7} + frames::zeros(121);
    expect_no_surprise(measure_adts, frames::id3v2("title") + times(20, frame) + frames::id3v1());
}

TEST(FramesHostile, AmrCutAndChangedIsAnAnswer) {
    expect_no_surprise(measure_amr, "#!AMR\n" + times(40, "\x3C" + frames::zeros(31)));
    expect_no_surprise(measure_amr, "#!AMR-WB\n" + times(20, "\x44" + frames::zeros(60)));
}

// Each of them makes a naive search look at the same bytes again and again.
TEST(FramesHostile, WorkIsLinearWhateverTheBytesAre) {
    constexpr std::size_t much = 1 << 18;
    auto const free = frames::number(0xFFFB0064, 4);
    auto const pair = frames::mono24 + frames::mono24 + "x";
    auto const kinds = frames::frame(0xFFF314C4, 24) + frames::frame(0xFFF318C4, 36);
    for (auto const& piece :
         {std::string{"\xFF"}, free, frames::number(0xFFFBE464, 4), frames::number(0xFFF15840, 4),
          pair, kinds, std::string{"ID3\x03\x00\x00\x00\x00\x00\x00", 10}, std::string{"TAG"},
          std::string{"\x04"}, free + frames::zeros(20)}) {
        auto const data = times(much / piece.size(), piece);
        expect_answer(measure_mpeg, data);
        expect_answer(measure_adts, data);
        expect_answer(measure_amr, "#!AMR\n" + data);
    }
}

// Bytes far away, which may be fewer than was said.
class Far : public ByteSource {
public:
    explicit Far(std::string data, std::uint64_t missing = 0)
        : data_{std::move(data)}, missing_{missing} {}

    [[nodiscard]] std::uint64_t size() const override { return data_.size() + missing_; }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        ++trips;
        if (offset >= data_.size()) {
            return 0;
        }
        auto const rest = frames::in(data_).subspan(offset);
        auto const count = std::min(rest.size(), into.size());
        std::ranges::copy(rest.first(count), into.begin());
        return count;
    }

    int trips = 0;

private:
    std::string data_;
    std::uint64_t missing_;
};

TEST(FramesFar, AreReadOnceFromFrontToBack) {
    auto const data = times(5'000, frames::stereo44);
    Far source{data};
    Reader reader{source};
    EXPECT_EQ(measure_mpeg(reader).audio.samples, 5'000U * 1'152);
    EXPECT_LT(reader.bytes_read(), data.size() + (64 << 10));
    EXPECT_LT(source.trips, 30);
}

TEST(FramesFar, AnId3v2OfAnySizeIsNotRead) {
    Far source{frames::id3v2(std::string(8 << 20, 'p')) + times(50, frames::stereo44)};
    Reader reader{source};
    EXPECT_EQ(measure_mpeg(reader).audio.samples, 50U * 1'152);
    EXPECT_LT(reader.bytes_read(), 100U << 10);
}

TEST(FramesFar, DataThatEndsBeforeItsSizeIsTruncated) {
    Far mpeg{times(500, frames::stereo44), 100'000};
    Reader reader{mpeg};
    auto const found = measure_mpeg(reader);
    EXPECT_EQ(found.audio.samples, 500U * 1'152);
    EXPECT_TRUE(found.truncated);
    Far amr{"#!AMR\n" + times(5'000, "\x3C" + frames::zeros(31)), 100'000};
    Reader other{amr};
    auto const shorter = measure_amr(other);
    EXPECT_EQ(shorter.audio.samples, 5'000U * 160);
    EXPECT_TRUE(shorter.truncated);
}

}  // namespace

}  // namespace adapters::media
