// Chunks, each with a name and a size: what WAV, RF64, RIFX, Wave64 and AIFF are made of.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

// The name of a chunk as a number: four("data").
consteval std::uint32_t four(char const (&name)[5]) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<std::uint8_t>(name[i]);
    }
    return value;
}

enum class Dialect : std::uint8_t {
    riff,    // sizes little-endian, padded to 2
    iff,     // sizes big-endian, padded to 2: AIFF and RIFX
    wave64,  // named by GUIDs, sizes of 64 bits that count the header, padded to 8
};

struct Chunk {
    std::uint32_t name = 0;
    std::uint64_t begin = 0;  // of what it holds
    std::uint64_t size = 0;   // as it says; may reach beyond the data
};

// Nullopt where the data ends within the header, or where its name is not printable.
std::optional<Chunk> chunk_at(Reader& reader, std::uint64_t at, Dialect dialect);

// Where the chunk ends, at the end of the data at the latest.
std::uint64_t end_of(Reader const& reader, Chunk const& chunk);

// Where the next one begins. A pad byte that was forgotten is missed where a well-known name
// stands in its place.
std::uint64_t after(Reader& reader, Chunk const& chunk, Dialect dialect);

// Whoever writes into a pipe can't know the size, and writes none, or one that can't be.
bool is_streamed_size(Reader& reader, Chunk const& chunk, Dialect dialect);

// Where samples that reach from `begin` to `end`, for want of a size, give way to chunks with
// well-known names that end exactly at `end`; or `end`. Looks at a bounded piece only.
std::uint64_t without_tail(Reader& reader, std::uint64_t begin, std::uint64_t end, Dialect dialect);

// Behind all ID3v2 tags that stand at `at`.
std::uint64_t after_id3v2(Reader& reader, std::uint64_t at);

// Is that a tag of MP3 players (ID3v1, ID3v2, APEv2, Lyrics3), as they are hung on anything?
bool is_tag(Reader& reader, std::uint64_t at);

}  // namespace adapters::media
