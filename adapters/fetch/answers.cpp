// Pure functions over what a server said.
#include "adapters/fetch/answers.h"

#include <algorithm>
#include <charconv>

namespace adapters::fetch {

namespace {

constexpr std::size_t looked_at = 512;
constexpr std::size_t longest_validator = 512;

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) {
        return false;
    }
    text.remove_prefix(expected.size());
    return true;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value > std::uint64_t{1} << 62) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take_part(std::string_view& text, ContentRange& range) {
    auto const first = take_number(text);
    if (!first || !take(text, "-")) {
        return false;
    }
    auto const last = take_number(text);
    if (!last || *last < *first) {
        return false;
    }
    range.satisfied = true;
    range.first = *first;
    range.last = *last;
    return true;
}

// A byte that text does not have.
bool is_binary(std::byte byte) {
    auto const code = std::to_integer<unsigned>(byte);
    return code == 0x7F || (code < 0x20 && code != '\t' && code != '\n' && code != '\r' &&
                            code != '\f' && code != 0x1B);
}

bool says_text(std::string_view type) {
    std::string lower{type};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower.starts_with("text/") || lower.contains("json") || lower.contains("xml") ||
           lower.contains("html");
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
    ContentRange range;
    if (!take(text, "bytes ") || (!take(text, "*") && !take_part(text, range)) ||
        !take(text, "/")) {
        return std::nullopt;
    }
    if (!take(text, "*")) {
        range.size = take_number(text);
        if (!range.size || (range.satisfied && range.last >= *range.size)) {
            return std::nullopt;
        }
    }
    return text.empty() && (range.satisfied || range.size) ? std::optional{range} : std::nullopt;
}

std::string strong_validator(Head const& head) {
    bool const strong = head.etag.starts_with('"') && head.etag.size() <= longest_validator;
    if (strong) {
        return head.etag;
    }
    // A weak tag is not allowed there, and the date beside one may be as weak.
    bool const dated = head.etag.empty() && head.modified.size() <= longest_validator;
    return dated ? head.modified : "";
}

Likeness compare(Head const& one, Head const& other) {
    bool const tagged = !one.etag.empty() && !other.etag.empty();
    bool const dated = !one.modified.empty() && !other.modified.empty();
    if (!tagged && !dated) {
        return Likeness::unknown;
    }
    bool const equal = tagged ? one.etag == other.etag : one.modified == other.modified;
    return equal ? Likeness::same : Likeness::different;
}

bool is_page(std::span<std::byte const> begin, std::string_view type) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    begin = begin.first(std::min(begin.size(), looked_at));
    std::string_view text{reinterpret_cast<char const*>(begin.data()), begin.size()};
    if (text.empty() || std::ranges::any_of(begin, is_binary)) {
        return false;
    }
    take(text, byte_order_mark);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
    return text.starts_with('<') || text.starts_with('{') || text.starts_with('[') ||
           says_text(type);
}

}  // namespace adapters::fetch
