// What there is to know of an HTTP answer before its body, and whether a body is a page of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adapters::fetch {

struct Head {
    unsigned status = 0;
    std::optional<std::uint64_t> length;  // of the body, where it is said
    std::string type;                     // Content-Type
    std::string encoding;                 // Content-Encoding
    std::string range;                    // Content-Range
    std::string etag;
    std::string modified;  // Last-Modified
    std::string location;
    std::string retry_after;
};

using Fields = std::vector<std::pair<std::string, std::string>>;  // names and values

// "bytes 0-99/1000", "bytes 0-99/*" and "bytes */1000".
struct ContentRange {
    bool satisfied = false;  // there is a part; `first` and `last` are its bytes
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> size;  // of the whole

    friend bool operator==(ContentRange const&, ContentRange const&) = default;
};

// Nothing where it is not of one of these forms, or makes no sense.
std::optional<ContentRange> parse_content_range(std::string_view text);

// What names this very version of a file in an If-Range; empty where nothing does.
std::string strong_validator(Head const& head);

enum class Likeness : std::uint8_t { same, different, unknown };

// Whether two answers are about one version of a file, as far as they say.
Likeness compare(Head const& one, Head const& other);

// Whether these first bytes are of an HTML page, XML, JSON, or a line of text where the answer
// calls itself text: an error told to people instead of sound. What it calls itself is not enough,
// since many servers call everything text.
bool is_page(std::span<std::byte const> begin, std::string_view type);

}  // namespace adapters::fetch
