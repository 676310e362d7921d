// A time zone as plain data: when its offset changes, and to what. The core works with it without
// touching a file; config/zone_file.h reads one from the system's zoneinfo.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace base {

struct Zone {
    struct Change {
        Timestamp at;
        std::chrono::seconds offset;
    };

    std::string name = "UTC";
    std::chrono::seconds first_offset{0};
    std::vector<Change> changes;  // ascending
};

std::chrono::seconds offset_at(Zone const& zone, Timestamp at);

// The wall clock of the zone at that instant, as if it were UTC.
std::chrono::local_time<Millis> local_at(Zone const& zone, Timestamp at);

// The first instant that the zone's wall clock shows that time or later: a time skipped by a
// daylight-saving change is the instant of the change, a repeated one is its first.
Timestamp instant_of(Zone const& zone, std::chrono::local_time<Millis> wall);

// Midnight that begins the zone's day in which `at` lies.
Timestamp day_start(Zone const& zone, Timestamp at);

// Midnight that ends that day: days have 23 to 25 hours, where clocks are set, and a few have less.
Timestamp next_day(Zone const& zone, Timestamp at);

// Midnight that begins the first day of the zone's month in which `at` lies, or of the next one.
Timestamp month_start(Zone const& zone, Timestamp at);
Timestamp next_month(Zone const& zone, Timestamp at);

}  // namespace base
