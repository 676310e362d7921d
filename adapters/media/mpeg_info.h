// The frame without sound that encoders put first: how many frames follow, and how many samples of
// them are not the recording's.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/mpeg_header.h"
#include "adapters/media/reader.h"

namespace adapters::media {

struct MpegTrim {
    std::uint32_t delay = 0;    // samples before the recording
    std::uint32_t padding = 0;  // and after it
};

struct MpegInfo {
    std::optional<std::uint32_t> frames;  // that follow; some encoders count this one too
    std::optional<std::uint32_t> bytes;   // of the file, with this frame
    std::optional<MpegTrim> trim;
};

// So many bytes of a frame are enough.
constexpr std::size_t mpeg_info_most = 224;

// Nullopt where the frame is one to be heard. `bytes` begins with its header.
std::optional<MpegInfo> mpeg_info(Bytes bytes);

}  // namespace adapters::media
