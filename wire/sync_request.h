// From what a sister product sends to jobs::SyncRequest, and what a source may be.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jobs/sync.h"
#include "wire/credits_request.h"

namespace wire {

// {"telegram_id","amount","source","reason","timestamp","token","external_reference"?}; `source` is
// whose it is where the body does not say. The token is over each value as it was written.
Checked<jobs::SyncRequest> parse_sync(StrictObject const& body, std::string const& source);

// {"source","secret","previous_secret"?,"allow"?,"daily_cap"?} on top of the source as it is: what
// is not there stays, but for the previous secret, which lives only if it is named.
Checked<jobs::SyncSource> parse_source(StrictObject const& body, jobs::SyncSource const& before);

// "add", "deduct" or both, with commas between.
bool set_directions(jobs::SyncSource& source, std::string_view word);

std::optional<std::string> mistake_in_source(std::string_view name);
std::optional<std::string> mistake_in_telegram_id(std::string_view id);
std::optional<std::string> mistake_in_secret(std::string_view secret);

// Seconds or milliseconds since 1970 (which of them is plain from their size), or ISO 8601 with its
// zone.
std::optional<base::Timestamp> signed_time(std::string_view text);

}  // namespace wire
