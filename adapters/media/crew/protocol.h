// What the worker and a helper say to each other: plain structs, one message each, over a socket
// that keeps messages apart. Both ends are the same program, so that the layout is the same. The
// worker believes nothing that a helper says before it has looked at it: see answer.h.
#pragma once

#include <array>
#include <cstdint>

#include "adapters/media.h"

namespace adapters::media::crew {

// Where a helper finds its end of the socket.
inline constexpr int channel_number = 3;

// Measured at one request, and bytes of a far source in one message, at the most.
inline constexpr std::size_t most_files = 32;
inline constexpr std::size_t most_far = std::size_t{128} << 10;

enum class Kind : std::uint32_t { ready = 0x7A11'0001, files, far, need, piece, answers };

// A text with its end; what does not fit is cut.
template <std::size_t room>
using Text = std::array<char, room>;

// The helper's first word: whether the sandbox holds. If it does not, the helper ends.
struct Ready {
    Kind kind = Kind::ready;
    std::uint32_t ok = 0;
    Text<120> message{};
};

// Files: `count` descriptors come with it. Far: `sizes[0]` bytes that are asked for piece by piece.
struct Request {
    Kind kind = Kind::files;
    std::uint32_t count = 0;
    std::int64_t max_duration_ms = 0;
    Text<32> raw_codec{};  // empty: it is not raw
    std::uint32_t raw_rate = 0;
    std::uint32_t raw_channels = 0;
    std::array<std::uint64_t, most_files> sizes{};
    std::array<std::uint8_t, most_files> taglib{};  // whether its opinion is wanted
};

struct Need {
    Kind kind = Kind::need;
    std::uint32_t length = 0;  // at most most_far
    std::uint64_t offset = 0;
};

// The bytes follow it in the message.
struct Piece {
    Kind kind = Kind::piece;
    std::uint32_t failed = 0;
};

struct Answer {
    std::uint32_t ok = 0;  // otherwise only `code` and `message` count
    std::uint32_t basis = 0;
    std::uint8_t exact = 0;
    std::uint8_t truncated = 0;
    std::uint8_t has_taglib = 0;
    std::int32_t segments = 0;
    std::uint64_t samples = 0;
    std::uint64_t rate = 0;
    std::uint64_t video_samples = 0;
    std::uint64_t video_rate = 0;
    std::uint64_t skipped_bytes = 0;
    std::int64_t taglib_ms = 0;
    Text<24> container{};
    Text<24> codec{};
    Text<24> video_codec{};
    Text<24> code{};
    Text<256> message{};  // or the note
};

struct Answers {
    Kind kind = Kind::answers;
    std::uint32_t count = 0;
    std::array<Answer, most_files> list{};  // only `count` of them are sent
};

}  // namespace adapters::media::crew
