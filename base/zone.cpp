// Wall clock to instant and back. A zone is a row of stretches, each with one offset.
#include "base/zone.h"

#include <algorithm>
#include <iterator>

namespace base {

std::chrono::seconds offset_at(Zone const& zone, Timestamp at) {
    auto const next = std::ranges::upper_bound(zone.changes, at, {}, &Zone::Change::at);
    return next == zone.changes.begin() ? zone.first_offset : std::prev(next)->offset;
}

std::chrono::local_time<Millis> local_at(Zone const& zone, Timestamp at) {
    return std::chrono::local_time<Millis>{at.time_since_epoch() + offset_at(zone, at)};
}

Timestamp instant_of(Zone const& zone, std::chrono::local_time<Millis> wall) {
    auto begin = Timestamp::min();
    auto offset = zone.first_offset;
    // The first instant of the stretch at which its clock shows `wall` or later.
    auto const candidate = [&] {
        return std::max(begin, Timestamp{wall.time_since_epoch() - offset});
    };
    for (auto const& change : zone.changes) {
        if (auto const at = candidate(); at < change.at) {
            return at;
        }
        begin = change.at;
        offset = change.offset;
    }
    return candidate();
}

namespace {

std::chrono::local_days day_of(Zone const& zone, Timestamp at) {
    return std::chrono::floor<std::chrono::days>(local_at(zone, at));
}

std::chrono::year_month month_of(Zone const& zone, Timestamp at) {
    std::chrono::year_month_day const date{day_of(zone, at)};
    return date.year() / date.month();
}

Timestamp first_of(Zone const& zone, std::chrono::year_month month) {
    return instant_of(zone, std::chrono::local_days{month / 1});
}

}  // namespace

Timestamp day_start(Zone const& zone, Timestamp at) {
    return instant_of(zone, day_of(zone, at));
}

// Where clocks are set back just after midnight, that midnight comes twice: after the first one the
// day that was over goes on.
Timestamp next_day(Zone const& zone, Timestamp at) {
    std::chrono::local_time<Millis> const midnight = day_of(zone, at) + std::chrono::days{1};
    auto const first = instant_of(zone, midnight);
    return first > at ? first : at + (midnight - local_at(zone, at));
}

Timestamp month_start(Zone const& zone, Timestamp at) {
    return first_of(zone, month_of(zone, at));
}

Timestamp next_month(Zone const& zone, Timestamp at) {
    return first_of(zone, month_of(zone, at) + std::chrono::months{1});
}

}  // namespace base
