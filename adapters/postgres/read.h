// Reading: each call works on one consistent view.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/postgres/session.h"
#include "adapters/store.h"

namespace adapters::postgres {

// A lease that is longer than its worker's by more than `lease_max` is taken for the worker's.
std::optional<jobs::Job> find_job(Session& session, base::JobId id, base::Millis lease_max);
std::vector<jobs::Job> find_jobs(Session& session, std::vector<base::JobId> const& ids,
                                 base::Millis lease_max);
std::optional<JobStory> story_of(Session& session, base::JobId id);
std::optional<ledger::Wallet> find_wallet(Session& session, std::string_view user);
std::optional<ledger::Wallet> glance(Session& session, std::string_view user);
std::vector<ledger::Wallet> list_accounts(Session& session, AccountFilter const& filter);
std::vector<ledger::Entry> entries_of(Session& session, base::AccountId account,
                                      EntryFilter const& filter);
Counts counts(Session& session);
bool anything_ready(Session& session, std::vector<std::string> const& services);
std::vector<std::string> services_ready(Session& session);
std::vector<base::JobId> stale(Session& session,
                               std::vector<std::pair<base::JobId, int>> const& attempts);
std::vector<Sum> sums_of(Session& session, base::AccountId account, base::Timestamp from,
                         base::Timestamp to);
base::Credits balance_at(Session& session, base::AccountId account, base::Timestamp at);
std::vector<InboxRequest> inbox(Session& session, int limit);

// overview.cpp; `now` is an expression.
Overview overview(Session& session, std::string const& now);

// list.cpp
std::vector<jobs::Job> list_jobs(Session& session, JobFilter const& filter);

// audit.cpp
std::vector<ledger::Finding> audit(Session& session, AuditScope const& scope,
                                   std::function<void(AuditPage const&)> const& visit);

// duties.cpp: what runs periodically, when schedules fired, and what queues do.
struct DutyCall {
    std::string name;
    std::string holder;
    base::Millis every;
    base::Millis lease;
    bool again = false;  // what the same call did a moment ago, unknown to the caller, counts
};

// `now` is an expression, here and below.
bool begin_duty(Session& session, DutyCall const& call, std::string const& now);
void end_duty(Session& session, Duty const& end, std::string const& now);
std::vector<Duty> duties(Session& session);
base::Timestamp schedule_mark(Session& session, std::string const& name, std::string const& now);
void set_schedule_mark(Session& session, std::string const& name, base::Timestamp at);
std::map<std::string, QueueMode> queue_modes(Session& session);
void set_queue_mode(Session& session, std::string const& service, QueueMode mode);

// api_keys.cpp
std::vector<ApiKey> api_keys(Session& session);
ApiKey add_api_key(Session& session, ApiKey const& key, std::string const& now);
std::optional<ApiKey> find_api_key(Session& session, std::string const& hash);
bool revoke_api_key(Session& session, std::int64_t number, std::string const& now);
void touch_api_key(Session& session, std::int64_t number, base::Timestamp at);

}  // namespace adapters::postgres
