// The four bytes before each frame of MPEG audio: versions 1, 2 and 2.5, layers I, II and III.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/frames.h"
#include "adapters/media/reader.h"

namespace adapters::media {

enum class MpegVersion : std::uint8_t { v2_5 = 0, v2 = 2, v1 = 3 };

struct MpegHeader {
    Frame frame;  // length 0: free format, the length is what all frames of the file have
    MpegVersion version = MpegVersion::v1;
    std::uint8_t layer = 3;
    bool mono = false;
    bool guarded = false;       // two bytes of CRC follow the header
    std::uint32_t padding = 0;  // bytes by which this frame is longer than its bit rate says
};

std::optional<MpegHeader> mpeg_header(Bytes bytes, std::size_t at);

// MPEG frames for a walk; learns the length of frames in free format.
class MpegFrames : public FrameFormat {
public:
    [[nodiscard]] std::optional<Frame> frame(Bytes bytes, std::size_t at) const override;
    bool learn(Bytes bytes, bool last) override;

private:
    struct Free {
        std::uint32_t kind = 0;
        std::uint32_t length = 0;  // without padding
    };

    [[nodiscard]] static bool repeats(Bytes bytes, bool last, std::uint32_t kind,
                                      std::uint32_t length);

    std::optional<Free> free_;
};

}  // namespace adapters::media
