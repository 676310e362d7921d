// Zones and times for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "base/zone.h"
#include "jobs/cron.h"

namespace jobs {

inline base::Timestamp utc(std::string_view text) {
    return base::parse_timestamp(text).value();
}

// As in Berlin, 2026: 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
inline base::Zone berlin() {
    return {.name = "Berlin",
            .first_offset = std::chrono::hours{1},
            .changes = {{utc("2026-03-29T01:00:00Z"), std::chrono::hours{2}},
                        {utc("2026-10-25T01:00:00Z"), std::chrono::hours{1}}}};
}

inline CronLine cron(std::string_view text) {
    return std::get<CronLine>(parse_cron(text));
}

// The next occurrence as text; "never" where there is none.
inline std::string next(std::string_view line, std::string_view after,
                        base::Zone const& zone = {}) {
    auto const at = next_after(cron(line), zone, utc(after));
    return at ? base::to_text(*at) : "never";
}

}  // namespace jobs
