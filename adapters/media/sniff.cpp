// Signatures first, then frames, which have none: ADTS before MPEG, for its headers look like
// those of a layer that does not exist. At last a bounded search for frames behind junk.
#include "adapters/media/sniff.h"

#include <algorithm>
#include <optional>

#include "adapters/media/adts.h"
#include "adapters/media/aiff.h"
#include "adapters/media/amr.h"
#include "adapters/media/flac.h"
#include "adapters/media/matroska.h"
#include "adapters/media/mp4.h"
#include "adapters/media/mpeg.h"
#include "adapters/media/ogg.h"
#include "adapters/media/strangers.h"
#include "adapters/media/tags.h"
#include "adapters/media/wav.h"

namespace adapters::media {

namespace {

constexpr std::size_t head_size = 512;
constexpr std::uint64_t junk_at_most = std::uint64_t{64} << 10;

std::optional<Container> by_signature(Bytes head) {
    if (looks_like_wav(head)) {
        return Container::wav;
    }
    if (looks_like_aiff(head)) {
        return Container::aiff;
    }
    if (looks_like_flac(head)) {
        return Container::flac;
    }
    if (looks_like_ogg(head)) {
        return Container::ogg;
    }
    if (looks_like_matroska(head)) {
        return Container::matroska;
    }
    if (looks_like_amr(head)) {
        return Container::amr;
    }
    if (looks_like_mp4(head)) {
        return Container::mp4;
    }
    return std::nullopt;
}

std::optional<Container> by_frames(Reader& reader, std::uint64_t at) {
    if (looks_like_adts(reader, at)) {
        return Container::adts;
    }
    return looks_like_mpeg(reader, at) ? std::optional{Container::mpeg} : std::nullopt;
}

// A transport stream has a 0x47 every 188 bytes.
bool is_transport_stream(Reader& reader, std::uint64_t begin) {
    auto const head = reader.at(begin, 3 * 188 + 1);
    return head.size() > 3 * 188 && u8(head, 0) == 0x47 && u8(head, 188) == 0x47 &&
           u8(head, 376) == 0x47 && u8(head, 564) == 0x47;
}

std::optional<Sniffed> behind_junk(Reader& reader, std::uint64_t begin) {
    auto const end = std::min(reader.size(), begin + junk_at_most);
    for (auto at = begin; at < end;) {
        // The frames' tests move the window; so only what may be one is shown to them.
        auto const rest = reader.rest_of_window(at, 2);
        auto const reach = static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), end - at));
        std::size_t i = 0;
        while (i + 1 < reach && (u8(rest, i) != 0xFF || (u8(rest, i + 1) & 0xE0) != 0xE0)) {
            ++i;
        }
        if (i + 1 >= reach) {
            at += std::max<std::size_t>(reach > 1 ? reach - 1 : reach, 1);
            continue;
        }
        at += i;
        if (auto const found = by_frames(reader, at)) {
            return Sniffed{.container = *found, .begin = at};
        }
        ++at;
    }
    return std::nullopt;
}

}  // namespace

Sniffed sniff(Reader& reader) {
    if (reader.size() == 0 || reader.at(0, 1).empty()) {
        throw Unmeasurable{"empty", "it is empty"};
    }
    auto const begin = after_leading_tags(reader);
    if (auto const found = by_signature(reader.at(begin, head_size))) {
        return {.container = *found, .begin = begin};
    }
    if (auto const found = by_frames(reader, begin)) {
        return {.container = *found, .begin = begin};
    }
    if (auto stranger = known_stranger(reader.at(begin, head_size))) {
        throw Unmeasurable{std::move(*stranger)};
    }
    if (is_transport_stream(reader, begin)) {
        throw Unmeasurable{"unsupported", "an MPEG transport stream"};
    }
    if (auto const found = behind_junk(reader, begin)) {
        return *found;
    }
    throw Unmeasurable{"not_audio", begin >= reader.size()
                                        ? "nothing but tags"
                                        : "it does not look like any kind of audio"};
}

}  // namespace adapters::media
