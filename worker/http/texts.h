// The Chinese lines of problems, by code.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace worker::http {

// None where the table has no line for the code, or the line names a fact that is not there.
std::optional<std::string> chinese(std::string_view code, boost::json::object const& facts);

}  // namespace worker::http
