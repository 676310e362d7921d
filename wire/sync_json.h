// Sister products and what they moved, as JSON. Never a secret.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "jobs/merge.h"
#include "jobs/sync.h"
#include "wire/credits_json.h"
#include "wire/json.h"

namespace wire {

bool went_through(jobs::Synced const& answer);

// {"success":true,"balance","message"}
boost::json::object synced_json(jobs::Synced const& answer, Tongue tongue);

// Of one that did not go through; `required` is what it would have taken.
Refusal refusal_of(jobs::Synced const& answer, base::Credits required);

Refusal refusal_of(jobs::Merged const& merged);

// {"source","allow","daily_cap"?,"rotating","created_at","changed_at"}
boost::json::object source_json(jobs::SyncSource const& source);

// {"credits","nickname"?}
boost::json::object synced_balance_json(ledger::Wallet const& wallet, base::Timestamp now);

// {"records":[{"change","reason","created_at"}]}
boost::json::object records_json(std::vector<ledger::Entry> const& entries);

}  // namespace wire
