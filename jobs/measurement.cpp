// The line of a measurement. Files are made by anybody, and so may be what is said about them: what
// goes into a line is cleaned here, so that no store can stumble over it.
#include "jobs/measurement.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/check.h"

namespace jobs {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t longest_codec = 40;
constexpr std::size_t longest_note = 300;
constexpr std::string_view no_codec = "-";
constexpr std::string_view before_note = ": ";

constexpr std::array<std::string_view, 3> basis_texts = {"trimmed", "frames", "declared"};
constexpr std::array<std::string_view, 4> source_texts = {"input", "output", "provider",
                                                          "declared"};

template <typename Enum, std::size_t size>
std::optional<Enum> find(std::array<std::string_view, size> const& texts, std::string_view text) {
    auto const found = std::ranges::find(texts, text);
    return found == texts.end() ? std::nullopt
                                : std::optional{static_cast<Enum>(found - texts.begin())};
}

bool fits_note(char c) {
    return c >= ' ' && c <= '~';
}

// A colon would begin the note.
bool fits_codec(char c) {
    return c > ' ' && c <= '~' && c != ':';
}

std::string cleaned(std::string_view text, std::size_t most, bool (*fits)(char)) {
    std::string clean{text.substr(0, most)};
    std::ranges::replace_if(clean, [&](char c) { return !fits(c); }, '?');
    return clean;
}

bool is_clean(std::string_view text, std::size_t most, bool (*fits)(char)) {
    return !text.empty() && text.size() <= most && std::ranges::all_of(text, fits);
}

// Takes the next word off the line; words are parted by one space.
std::string_view take_word(std::string_view& line) {
    auto const space = line.find(' ');
    auto const word = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
    return word;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc{} && read.ptr == end ? std::optional{value} : std::nullopt;
}

bool read_length(std::string_view word, Measurement& into) {
    auto const slash = word.find('/');
    if (slash == std::string_view::npos) {
        return false;
    }
    auto const samples = number(word.substr(0, slash));
    auto const rate = number(word.substr(slash + 1));
    into.samples = samples.value_or(0);
    into.rate = rate.value_or(0);
    return samples && rate && duration_of(into);
}

bool read_codec(std::string_view word, Measurement& into) {
    into.codec = word == no_codec ? "" : word;
    return is_clean(word, longest_codec, fits_codec);
}

// What stands after the codec; each word at most once, in this order.
bool read_flags(std::string_view flags, Measurement& into) {
    into.exact = flags != "inexact" && flags != "inexact truncated";
    into.truncated = flags == "truncated" || flags == "inexact truncated";
    return flags.empty() || !into.exact || into.truncated;
}

}  // namespace

std::optional<base::Millis> duration_of(Measurement const& measurement) {
    if (measurement.rate == 0) {
        return std::nullopt;
    }
    auto const ms = (Wide{measurement.samples} * 1'000 + (measurement.rate - 1)) / measurement.rate;
    if (ms > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return base::Millis{static_cast<std::int64_t>(ms)};
}

Measurement as_told(Source by, base::Millis length) {
    CHECK(length.count() >= 0);
    return {.samples = static_cast<std::uint64_t>(length.count()),
            .rate = 1'000,
            .basis = Basis::declared,
            .of = by,
            .exact = false};
}

std::string to_line(Measurement const& measurement) {
    auto line = std::to_string(measurement.samples) + "/" + std::to_string(measurement.rate);
    line += " " + std::string{to_text(measurement.basis)};
    line += " " + std::string{to_text(measurement.of)};
    auto const codec = cleaned(measurement.codec, longest_codec, fits_codec);
    line += " " + (codec.empty() ? std::string{no_codec} : codec);
    line += measurement.exact ? "" : " inexact";
    line += measurement.truncated ? " truncated" : "";
    if (!measurement.note.empty()) {
        line += std::string{before_note} + cleaned(measurement.note, longest_note, fits_note);
    }
    return line;
}

std::optional<Measurement> parse_measurement(std::string_view line) {
    Measurement found;
    auto const colon = line.find(before_note);
    if (colon != std::string_view::npos) {
        found.note = line.substr(colon + before_note.size());
        if (!is_clean(found.note, longest_note, fits_note)) {
            return std::nullopt;
        }
        line = line.substr(0, colon);
    }
    bool const length = read_length(take_word(line), found);
    auto const basis = find<Basis>(basis_texts, take_word(line));
    auto const source = find<Source>(source_texts, take_word(line));
    bool const codec = read_codec(take_word(line), found);
    if (!length || !basis || !source || !codec || !read_flags(line, found)) {
        return std::nullopt;
    }
    found.basis = *basis;
    found.of = *source;
    return found;
}

std::string_view to_text(Basis basis) {
    return basis_texts.at(static_cast<std::size_t>(basis));
}

std::string_view to_text(Source source) {
    return source_texts.at(static_cast<std::size_t>(source));
}

}  // namespace jobs
