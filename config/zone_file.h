// Reads a time zone from the system's zoneinfo files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/zone.h"

namespace config {

// "UTC", "Asia/Shanghai", …; nullopt for an unknown name. Names that leave the zoneinfo folder are
// unknown.
std::optional<base::Zone> load_zone(std::string const& name);

// A zone of that name from the bytes of such a file; nullopt if they are not one.
std::optional<base::Zone> parse_zone(std::string const& name, std::string_view bytes);

}  // namespace config
