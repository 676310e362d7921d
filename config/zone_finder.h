// Time zones by name, each read from its file once.
#pragma once

#include <functional>
#include <string>

#include "base/zone.h"

namespace config {

// Safe to call from several threads. nullptr: there is no such zone. What it points to lives as
// long as any copy of the function.
std::function<base::Zone const*(std::string const&)> make_zone_finder();

}  // namespace config
