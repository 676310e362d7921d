// From what a caller sends to the decisions about credits and points: bounded, validated, every
// mistake with its field. Amounts are whole numbers, written as digits and nothing else.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "jobs/credits.h"
#include "wire/job_request.h"
#include "wire/strict_json.h"

namespace wire {

// Why a reference is refused, see jobs::is_own_reference.
inline constexpr std::string_view own_reference =
    "must not begin with order:, bonus:, returned:, membership:, consume: or sync:, which Tallyman "
    "keeps for its own references";

// No one amount is more: a hundred times less than what would bring a thousand of them near the
// end of 64 bits.
inline constexpr std::int64_t most_credits = 1'000'000'000'000'000;

template <typename T>
using Checked = std::expected<T, std::vector<FieldError>>;

// `user` is whose account it is, which the caller's credentials or its request have said.
Checked<jobs::Consumption> parse_consumption(StrictObject const& body, std::string const& user);
Checked<jobs::Recharge> parse_recharge(StrictObject const& body, std::string const& user);
Checked<jobs::AccountFacts> parse_account_facts(StrictObject const& body);

// {"service","duration"?,"input"?,"reference"?}
Checked<jobs::PointsUse> parse_points(StrictObject const& body, std::string const& user,
                                      config::Settings const& settings);

// The same checks for what comes from a command line: nothing is wrong with it, or what is.
std::vector<FieldError> mistakes_in(jobs::Consumption const& what);

// Query parameters: "from" and "to" as milliseconds since the epoch, a date, or a time.
std::expected<base::Timestamp, FieldError> parse_time(std::string const& field,
                                                      std::string_view text);

// The sequence of "17-4", if it is an entry of that account.
std::optional<std::int64_t> parse_entry_id(std::string_view id, base::AccountId account);

}  // namespace wire
