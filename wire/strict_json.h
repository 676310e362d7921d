// JSON from outside, read strictly: valid UTF-8, no key twice, no deeper than 32 levels, nothing
// after the end. Numbers are also kept as they were written.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace wire {

inline constexpr std::size_t max_depth = 32;

struct StrictObject {
    boost::json::object object;
    std::string canonical;  // the same for all texts that mean the same: keys sorted, no spaces
    std::map<std::string, std::string, std::less<>> numbers;  // of the top level, as written
};

// The object, or what is wrong ("is not valid JSON at byte 17: syntax error").
std::expected<StrictObject, std::string> parse_object(std::string_view text);

}  // namespace wire
