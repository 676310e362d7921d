// ISO 13818-7 and 14496-3. With HE-AAC the header tells the rate of the core, and 1,024 samples of
// that last as long as the 2,048 that are played.
#include "adapters/media/adts.h"

#include <array>

#include "adapters/media/frames.h"

namespace adapters::media {

namespace {

constexpr std::array<std::uint32_t, 13> rates{96'000, 88'200, 64'000, 48'000, 44'100,
                                              32'000, 24'000, 22'050, 16'000, 12'000,
                                              11'025, 8'000,  7'350};
constexpr std::uint32_t samples_of_block = 1'024;

class AdtsFrames : public FrameFormat {
public:
    [[nodiscard]] std::optional<Frame> frame(Bytes bytes, std::size_t at) const override {
        if (bytes.size() < at || bytes.size() - at < 7 || u8(bytes, at) != 0xFF ||
            (u8(bytes, at + 1) & 0xF6U) != 0xF0) {
            return std::nullopt;
        }
        unsigned const second = u8(bytes, at + 1);
        unsigned const third = u8(bytes, at + 2);
        std::size_t const rate = third >> 2 & 15;
        auto const length = static_cast<std::uint32_t>(big<3>(bytes, at + 3) >> 5 & 0x1FFF);
        std::uint32_t const blocks = (u8(bytes, at + 6) & 3U) + 1;
        bool const guarded = (second & 1) == 0;
        if (rate >= rates.size() || length < (guarded ? 9U : 7U)) {
            return std::nullopt;
        }
        // MPEG-2 or 4, profile and rate; the channels may change.
        return Frame{.length = length,
                     .samples = samples_of_block * blocks,
                     .rate = rates[rate],
                     .kind = (second & 8) << 8 | (third & 0xFC)};
    }
};

}  // namespace

Measured measure_adts(Reader& reader) {
    AdtsFrames format;
    FrameWalk walk{reader, format, between_tags(reader)};
    Measured found{.container = "adts", .codec = "aac"};
    Sum sum;
    Frame like;
    std::uint64_t samples = 0;  // since the kind of frames was another
    while (auto const step = walk.next()) {
        if (step->frame.kind != like.kind && samples > 0) {
            sum.add(samples, like.rate);
            samples = 0;
            ++found.segments;
        } else if (step->after_tag && samples > 0) {
            ++found.segments;
        }
        like = step->frame;
        samples += like.samples;
    }
    if (samples == 0) {
        fail("not_audio", "no two frames of ADTS follow on each other");
    }
    sum.add(samples, like.rate);
    found.audio = sum.total();
    found.skipped_bytes = walk.skipped();
    found.truncated = walk.cut();
    if (found.truncated) {
        found.note = "the data ends within a frame or a tag";
    }
    return found;
}

bool looks_like_adts(Reader& reader, std::uint64_t at) {
    AdtsFrames format;
    return frame_stands(reader, format, at);
}

}  // namespace adapters::media
