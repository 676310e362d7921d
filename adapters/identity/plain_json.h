// Reads the small JSON objects of tokens and key sets strictly: UTF-8, shallow, nothing after the
// end, and no key twice, because two readers would choose differently between them.
#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

namespace adapters::identity {

std::optional<boost::json::object> plain_object(std::string_view text);

// The member if it is a text.
std::optional<std::string_view> text_of(boost::json::object const& object, std::string_view name);

}  // namespace adapters::identity
