// Reads a time zone from the system's zoneinfo files.
#pragma once

#include <optional>
#include <string>

#include "base/zone.h"

namespace config {

// "UTC", "Asia/Shanghai", …; nullopt for an unknown name. Names that leave the zoneinfo folder are
// unknown.
std::optional<base::Zone> load_zone(std::string const& name);

}  // namespace config
