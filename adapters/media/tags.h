// Tags that players put around and between audio frames: ID3, APE, Lyrics3. Only how long they are.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

// What is between the tags of a file; never begin > end.
struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// So many bytes are enough for tag_length to see all that it looks at.
constexpr std::size_t tag_head = 32;

// How long the tag is that begins with the byte at `at`, as it says itself: it may be longer than
// the data. Nullopt where no tag begins that says how long it is: ID3v2, APE with a header, ID3v1.
std::optional<std::uint64_t> tag_length(Bytes bytes, std::size_t at = 0);

// Where the tags at the very beginning end. Throws `incomplete` where one is said to be longer than
// the data, for nothing is known then of what follows it.
std::uint64_t after_leading_tags(Reader& reader);

// Where the tags at the very end begin, looking no further back than `begin`.
std::uint64_t before_trailing_tags(Reader& reader, std::uint64_t begin);

// Both.
Extent between_tags(Reader& reader);

}  // namespace adapters::media
