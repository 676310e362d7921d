// How credits and points look as JSON over HTTP (design: interface). Values in, values out.
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "adapters/store.h"
#include "jobs/credits.h"
#include "pricing/book.h"

namespace wire {

// For people, in the caller's language.
enum class Tongue : std::uint8_t { english, chinese };

// {"success":true,"credits","consumed","message"}
boost::json::object consumed_json(base::Credits consumed, base::Credits left, Tongue tongue);

// {"success":true,"credits","recharged","amount","message"}
boost::json::object recharged_json(jobs::Recharge const& what, base::Credits balance,
                                   Tongue tongue);

// {"success","user_id","credits","username"?,"email"?,"expiring":[{"credits","at"}]}: what ends
// within 30 days, summed by the day of that zone; `at` is when the first of that day's goes.
boost::json::object balance_json(ledger::Wallet const& wallet, base::Timestamp now,
                                 base::Zone const& zone);

// The account as PUT answers it: its facts and its balance.
boost::json::object facts_json(ledger::Wallet const& wallet, base::Timestamp now);

// {"history":[…],"next_cursor"?}: of `limit` + 1 entries the last one only says that there is more.
boost::json::object history_json(std::vector<ledger::Entry> entries, int limit);

// Spent, refunded, received and expired, in all, by service (or whatever it was for) and by kind.
boost::json::object stats_json(std::vector<adapters::Sum> const& sums);

// {"cost","sufficient","balance","required",…}
boost::json::object cost_json(jobs::Submission const& judged, std::optional<base::Credits> balance);

// {"version","services":{NAME:[period, …]}}
boost::json::object prices_json(pricing::Book const& book);

}  // namespace wire
