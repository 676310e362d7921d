// Reads JSON objects from outside strictly (tokens, key sets, notices of payments): UTF-8, shallow,
// nothing after the end, and no key twice, because two readers would choose differently between
// them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

namespace adapters {

// `deepest`: how far objects and arrays may stand within each other.
std::optional<boost::json::object> plain_object(std::string_view text, std::size_t deepest = 8);

// The member if it is a text.
std::optional<std::string_view> text_of(boost::json::object const& object, std::string_view name);

}  // namespace adapters
