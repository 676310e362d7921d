// What somebody who mistyped a name probably meant.
#pragma once

#include <string_view>
#include <vector>

namespace config {

std::string_view nearest(std::string_view name, std::vector<std::string_view> const& known);

}  // namespace config
