// An audit of the store, or of one account: run, and told.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "adapters/store.h"

namespace wire {

// The last account that was looked at, and the last entry that it had then.
struct AuditPlace {
    base::AccountId account;
    std::string user;
    std::int64_t entries = 0;
    base::Hash head{};
};

struct Audited {
    std::vector<ledger::Finding> findings;
    std::int64_t accounts = 0;
    std::int64_t entries = 0;
    std::int64_t jobs = 0;
    std::vector<ledger::Seal> seals;  // of all accounts; those of the last view
    std::optional<AuditPlace> place;  // how far it has come
};

// Of that account, or of all; or of those behind the place that an earlier one had come to, with
// what that had found. `seen` is told after each account how far it has come; what it throws ends
// the audit.
Audited audit(adapters::Store& store, std::optional<std::string> const& user,
              std::function<void(Audited const&)> const& seen = {}, Audited begun = {});

// {"clean","checked":{"accounts","entries","jobs"},
//  "findings":[{"invariant","account"?,"job"?,"what"}]}
boost::json::object audit_json(Audited const& audited);

// {"number","at","accounts","entries","root","previous","key","signature"}
boost::json::object seal_json(ledger::Seal const& seal);

}  // namespace wire
