// The twelve invariants, checked on what the store has written down and nothing else: neither the
// model nor the product's own audit is asked.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "base/sha256.h"

namespace simulation {

class Twelve {
public:
    // A line for each that is broken; of one account, all of whose rows these are.
    std::vector<std::string> broken_by(adapters::AuditPage const& page, base::Timestamp now);

private:
    void entries(adapters::AuditPage const& page);
    void draws(ledger::Entry const& entry, std::map<std::int64_t, ledger::Grant> const& grants);
    void account(adapters::AuditPage const& page, base::Timestamp now);
    void job(jobs::Job const& job, std::vector<ledger::Entry> const& entries);
    void broken(int invariant, std::string const& what);

    std::vector<std::string> found_;
    std::string user_;
    std::map<std::int64_t, std::int64_t> left_;            // by grant, while entries are read
    std::map<std::string, std::vector<base::Hash>> seen_;  // by user: entries as they were
    std::map<std::string, std::pair<std::string, std::int64_t>> references_;  // -> user and entry
};

}  // namespace simulation
