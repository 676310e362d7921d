// How long the audio or video of a job is and how that was found out: enough to compute the bill
// again at any time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace jobs {

// What the number of samples rests on.
enum class Basis : std::uint8_t {
    trimmed,   // what a player plays: without the encoder's delay and padding
    frames,    // all frames; the file does not say what of them is padding
    declared,  // what somebody, or the file, says
};

// Whose length it is, or who says so.
enum class Source : std::uint8_t {
    input,     // the file that the request names
    output,    // the file that the result names
    provider,  // nothing was measured: the provider's word
    declared,  // nothing was measured: the caller's word
};

struct Measurement {
    std::uint64_t samples = 0;
    std::uint64_t rate = 1;  // samples a second, more than zero
    Basis basis = Basis::frames;
    Source of = Source::output;
    std::string codec;  // empty: not known
    bool exact = true;  // every sample was counted
    bool truncated = false;
    std::string note;  // for people

    friend bool operator==(Measurement const&, Measurement const&) = default;
};

// Rounded up to a whole millisecond, once. Nullopt where it does not fit.
std::optional<base::Millis> duration_of(Measurement const& measurement);

// A length that was not measured. `length` must not be negative.
Measurement as_told(Source by, base::Millis length);

// One line that loses nothing that counts: stores keep it.
// "175200/24000 trimmed output mp3: 2 segments", "7000/1000 declared provider - inexact"
// A note is kept as printable ASCII of a bounded length, and so is a codec, without blanks.
std::string to_line(Measurement const& measurement);
std::optional<Measurement> parse_measurement(std::string_view line);

std::string_view to_text(Basis basis);
std::string_view to_text(Source source);

}  // namespace jobs
