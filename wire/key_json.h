// API keys as JSON, never the keys themselves, and what may be asked of a new one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/caller.h"
#include "base/time.h"

namespace wire {

inline constexpr std::int64_t most_per_minute = 10'000'000;

std::string_view key_state(adapters::ApiKey const& key, base::Timestamp now);  // "live", …

boost::json::object key_json(adapters::ApiKey const& key, base::Timestamp now);

// Why it can't be the name of a key. A number would be mistaken for a key's number.
std::optional<std::string> mistake_in_key_name(std::string_view name);

}  // namespace wire
