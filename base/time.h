// Instants and durations in whole milliseconds. The core never reads a clock: `now` is a parameter,
// and it is the store's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Millis = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Millis>;

constexpr Timestamp from_ms(std::int64_t ms_since_epoch) {
    return Timestamp{Millis{ms_since_epoch}};
}

constexpr std::int64_t to_ms(Timestamp at) {
    return at.time_since_epoch().count();
}

// "2026-11-21T05:51:25.120Z"
std::string to_text(Timestamp at);

// RFC 3339 with Z or an offset ("2027-01-01T00:00:00+08:00"), or a bare date (midnight UTC).
std::optional<Timestamp> parse_timestamp(std::string_view text);

// "250ms", "15s", "5m", "12h", "7d", or several in a row from large to small: "1h30m".
std::optional<Millis> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back: 90s is "1m30s".
std::string to_text(Millis duration);

}  // namespace base
