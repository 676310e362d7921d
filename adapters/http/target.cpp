#include "adapters/http/target.h"

#include <algorithm>

#include "adapters/http/utf8.h"

namespace adapters::http {

namespace {

constexpr std::size_t max_parameters = 100;

int digit_of(char sign) {
    if (sign >= '0' && sign <= '9') {
        return sign - '0';
    }
    char const low = static_cast<char>(sign | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

enum class Plus : bool { is_itself, is_a_space };

std::optional<std::string> decode(std::string_view text, Plus plus) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char byte = text[at];
        if (byte == '%') {
            int const high = at + 2 < text.size() ? digit_of(text[at + 1]) : -1;
            int const low = high >= 0 ? digit_of(text[at + 2]) : -1;
            if (low < 0) {
                return std::nullopt;
            }
            byte = static_cast<char>(high * 16 + low);
            at += 2;
        } else if (byte == '+' && plus == Plus::is_a_space) {
            byte = ' ';
        }
        plain += byte;
    }
    if (plain.find('\0') != std::string::npos || !is_utf8(plain)) {
        return std::nullopt;
    }
    return plain;
}

bool has_controls(std::string_view text) {
    return std::ranges::any_of(
        text, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; });
}

// Cuts off what stands before the separator, and the separator.
std::string_view cut(std::string_view& rest, char separator) {
    auto const end = std::min(rest.find(separator), rest.size());
    auto const part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

bool parse_path(std::string_view text, std::vector<std::string>& path) {
    text.remove_prefix(1);
    path.reserve(4);
    while (!text.empty()) {
        auto segment = decode(cut(text, '/'), Plus::is_itself);
        if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
            has_controls(*segment)) {
            return false;
        }
        path.push_back(std::move(*segment));
    }
    return true;
}

bool parse_query(std::string_view text, std::vector<std::pair<std::string, std::string>>& query) {
    while (!text.empty()) {
        auto value_text = cut(text, '&');
        if (value_text.empty()) {
            continue;
        }
        auto key = decode(cut(value_text, '='), Plus::is_a_space);
        auto value = decode(value_text, Plus::is_a_space);
        if (!key || !value || query.size() == max_parameters) {
            return false;
        }
        query.emplace_back(std::move(*key), std::move(*value));
    }
    return true;
}

// "http://host:80/path" is what a client sends to a proxy; a server has to take it too. What is
// left of it begins with a slash, or is nothing.
std::string_view without_origin(std::string_view text) {
    for (std::string_view const scheme : {"http://", "https://"}) {
        auto const same = [](char one, char other) {
            return (one >= 'A' && one <= 'Z' ? static_cast<char>(one | 0x20) : one) == other;
        };
        if (!std::ranges::equal(text.substr(0, scheme.size()), scheme, same)) {
            continue;
        }
        text.remove_prefix(scheme.size());
        auto const end = text.find_first_of("/?");
        if (end == 0 || text.empty()) {
            return {};
        }
        return end == std::string_view::npos ? "/" : text.substr(end);
    }
    return text;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    text = without_origin(text);
    if (!text.starts_with('/') || text.size() > max_target || text.contains('#')) {
        return std::nullopt;
    }
    Target target;
    auto const path = cut(text, '?');
    if (!parse_path(path, target.path) || !parse_query(text, target.query)) {
        return std::nullopt;
    }
    return target;
}

}  // namespace adapters::http
