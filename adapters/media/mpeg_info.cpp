// Xing (and Info, the same for constant bit rates) stands behind the side information, which is
// silence; VBRI always at 36. LAME and the libav family append what they added to the recording.
#include "adapters/media/mpeg_info.h"

#include <array>
#include <string_view>

namespace adapters::media {

namespace {

constexpr std::size_t vbri_at = 36;
constexpr std::size_t contents = 100;  // Xing's table of contents
constexpr std::size_t trim_at = 21;    // behind the encoder's name
constexpr std::uint32_t most_flags = 15;
constexpr std::array<std::string_view, 3> who_tells_trim{"LAME", "Lavf", "Lavc"};

bool marked(Bytes bytes, std::size_t at) {
    return matches(bytes, at, "Xing") || matches(bytes, at, "Info");
}

// The side information is as long as version and channels say. Where frames are guarded by a CRC
// most writers put the mark where it would be without.
std::optional<std::size_t> xing_at(Bytes bytes, MpegHeader const& header) {
    std::size_t const side =
        header.version == MpegVersion::v1 ? (header.mono ? 17 : 32) : (header.mono ? 9 : 17);
    if (marked(bytes, 4 + side)) {
        return 4 + side;
    }
    return header.guarded && marked(bytes, 6 + side) ? std::optional{6 + side} : std::nullopt;
}

std::optional<MpegTrim> trim_after(Bytes bytes, std::size_t at) {
    if (bytes.size() < at || bytes.size() - at < trim_at + 3) {
        return std::nullopt;
    }
    for (auto const who : who_tells_trim) {
        if (matches(bytes, at, who)) {
            auto const both = static_cast<std::uint32_t>(big<3>(bytes, at + trim_at));
            return MpegTrim{.delay = both >> 12, .padding = both & 0xFFF};
        }
    }
    return std::nullopt;
}

std::optional<MpegInfo> xing(Bytes bytes, std::size_t at) {
    if (bytes.size() < at + 8) {
        return std::nullopt;
    }
    auto const flags = static_cast<std::uint32_t>(big<4>(bytes, at + 4));
    if (flags > most_flags) {
        return std::nullopt;
    }
    MpegInfo info;
    at += 8;
    for (auto const& [flag, field] : {std::pair{1U, &info.frames}, std::pair{2U, &info.bytes}}) {
        if ((flags & flag) != 0) {
            if (bytes.size() < at + 4) {
                return info;
            }
            *field = static_cast<std::uint32_t>(big<4>(bytes, at));
            at += 4;
        }
    }
    at += (flags & 4) != 0 ? contents : 0;
    at += (flags & 8) != 0 ? 4 : 0;
    info.trim = trim_after(bytes, at);
    return info;
}

std::optional<MpegInfo> vbri(Bytes bytes) {
    if (bytes.size() < vbri_at + 18 || big<2>(bytes, vbri_at + 4) != 1) {
        return std::nullopt;
    }
    return MpegInfo{.frames = static_cast<std::uint32_t>(big<4>(bytes, vbri_at + 14)),
                    .bytes = static_cast<std::uint32_t>(big<4>(bytes, vbri_at + 10))};
}

}  // namespace

std::optional<MpegInfo> mpeg_info(Bytes bytes) {
    auto const header = mpeg_header(bytes, 0);
    if (!header || header->layer != 3) {
        return std::nullopt;
    }
    if (auto const at = xing_at(bytes, *header)) {
        return xing(bytes, *at);
    }
    return matches(bytes, vbri_at, "VBRI") ? vbri(bytes) : std::nullopt;
}

}  // namespace adapters::media
