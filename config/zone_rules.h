// The last line of a zoneinfo file: POSIX rules for the time after its table ends.
#pragma once

#include <string_view>

#include "base/zone.h"

namespace config {

// Appends the changes that a line such as "EST5EDT,M3.2.0,M11.1.0" calls for, up to the year 2100.
// False if the line is not understood; an empty line, or one without daylight saving, adds nothing.
bool extend_by_rules(std::string_view line, base::Zone& zone);

}  // namespace config
