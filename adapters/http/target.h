// What a request line asks for: a path and a query, decoded strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adapters::http {

inline constexpr std::size_t max_target = 8192;

struct Target {
    std::vector<std::string> path;
    std::vector<std::pair<std::string, std::string>> query;
};

// Nullopt where it is neither "/path?query" nor "http://host/path?query", has a bad escape, an
// empty or dotted segment, a control character, bytes that are not UTF-8, or too many parameters.
// One slash at the end means nothing. An escaped slash stays within its segment. In a query "+" is
// a space.
std::optional<Target> parse_target(std::string_view text);

}  // namespace adapters::http
