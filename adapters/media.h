// The port to whoever measures audio and video. What is measured is what is billed: an answer is
// answer is exact, or says that it is not, or is a named error; "unknown" is an error, never zero.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace adapters {

enum class Basis : std::uint8_t {
    trimmed,   // what a player plays: without the encoder's delay and padding
    frames,    // all frames; the file does not say what of them is padding
    declared,  // what the file says of itself, where nothing can be counted
};

std::string_view to_text(Basis basis);

struct Length {
    std::uint64_t samples = 0;
    std::uint64_t rate = 1;  // samples a second; where rates change, their least common multiple

    friend bool operator==(Length const&, Length const&) = default;
};

// Rounded up, once. Nullopt where it does not fit.
std::optional<base::Millis> to_millis(Length const& length);

struct Measured {
    std::string container;  // "mp3", "wav", "ogg", "mp4", …
    std::string codec;      // of the audio: "mp3", "opus", "pcm_s16le", …; empty: there is no audio
    Length audio;
    Basis basis = Basis::frames;
    bool exact = true;                // every sample was counted; false: see `note`
    bool truncated = false;           // the data ends before it says it does
    int segments = 1;                 // recordings joined in one file
    std::uint64_t skipped_bytes = 0;  // that belong to nothing known
    std::string video_codec;          // empty: there is no video
    Length video;
    std::optional<base::Millis> taglib;  // what TagLib makes of it, never what is billed
    std::string note;                    // for people: why it is not exact, what was odd
};

struct MediaError {
    std::string code;     // for programs: not_audio, damaged, incomplete, implausible, timeout, …
    std::string message;  // for people, one line
};

// Raw samples say nothing of themselves.
struct RawFormat {
    std::string codec;  // pcm_s16le, pcm_f32le, mulaw, alaw, …
    std::uint32_t rate = 0;
    std::uint32_t channels = 1;
};

struct MediaHints {
    std::optional<RawFormat> raw;  // the data is raw samples; nothing is sniffed
};

using MeasureResult = std::expected<Measured, MediaError>;

// Bytes that are somewhere else, read as they are needed. Used by one thread.
class ByteSource {
public:
    ByteSource() = default;
    ByteSource(ByteSource const&) = delete;
    ByteSource& operator=(ByteSource const&) = delete;
    virtual ~ByteSource() = default;

    [[nodiscard]] virtual std::uint64_t size() const = 0;

    // Fills `into` from `offset` on; fewer bytes only where the data ends. Blocks, with a deadline
    // of its own.
    virtual std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                        std::span<std::byte> into) = 0;

    // Each read costs a round trip: read little, and not twice.
    [[nodiscard]] virtual bool far() const { return true; }
};

// May be called from any thread; blocks until the answer is there or its time is up.
class Media {
public:
    Media() = default;
    Media(Media const&) = delete;
    Media& operator=(Media const&) = delete;
    virtual ~Media() = default;

    virtual MeasureResult measure(std::span<std::byte const> bytes, MediaHints const& hints) = 0;
    virtual MeasureResult measure_file(int descriptor, MediaHints const& hints) = 0;
    virtual MeasureResult measure_source(ByteSource& source, MediaHints const& hints) = 0;
};

}  // namespace adapters
