// What the data is, by its content and never by a name.
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/media/reader.h"

namespace adapters::media {

enum class Container : std::uint8_t { mpeg, adts, amr, wav, aiff, flac, ogg, matroska, mp4 };

struct Sniffed {
    Container container = Container::mpeg;
    std::uint64_t begin = 0;  // behind the tags, and the junk, that stand before it
};

// Throws Unmeasurable: `empty`; `not_audio` with what it looks like ("a JSON document: …");
// `unsupported` for audio and video that nobody here can count.
Sniffed sniff(Reader& reader);

}  // namespace adapters::media
