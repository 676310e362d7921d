// Plays the parts of the program around a store: the API that submits, the workers that claim and
// report, the sweeps, the people who steer. The clock stands still until a test moves it, and the
// whole store is audited after every step.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "jobs/accounts.h"
#include "jobs/report.h"
#include "jobs/rescue.h"
#include "jobs/start.h"
#include "jobs/steer.h"
#include "jobs/submit.h"
#include "jobs/wake.h"

namespace tests {

using base::Credits;
using base::Millis;
using base::Timestamp;

// 2026-03-01T00:00:00Z, a Sunday.
inline constexpr Timestamp desk_opens = base::from_ms(1'772'323'200'000);

// Fixed, free and measured services, one of each kind that the rules tell apart.
pricing::Book desk_book();

class Desk {
public:
    using Clock = std::function<Timestamp()>;
    using MakeStore = std::function<std::unique_ptr<adapters::Store>(Clock)>;

    Desk();  // over the memory store
    explicit Desk(MakeStore const& make_store);
    Desk(Desk const&) = delete;
    Desk& operator=(Desk const&) = delete;
    ~Desk() = default;

    Timestamp now = desk_opens;
    jobs::Rules rules;
    pricing::Book book = desk_book();
    bool auditing = true;  // fail the test when the audit finds something after a step
    std::unique_ptr<adapters::Store> store;

    jobs::Submission submit(jobs::Request request);
    std::vector<jobs::Submission> submit_all(std::vector<jobs::Request> const& requests);

    // Claims for a worker that is there. `services` empty: all of the book.
    std::vector<jobs::Start> claim(std::string const& worker, int limit = 1,
                                   std::vector<std::string> services = {});
    // The worker's process dies; the store notices.
    void kill(std::string const& worker);

    jobs::Reported report(jobs::Report report);
    jobs::Steered cancel(base::JobId id);
    jobs::Steered retry(base::JobId id);
    jobs::Woken wake();
    jobs::Rescued rescue();
    int prune(Timestamp ended_before);
    jobs::ExpiryRun expire(int accounts = 100);
    jobs::Moved give(std::string const& user, ledger::Credit const& what);
    jobs::Moved spend(std::string const& user, ledger::Debit const& what);
    void open_account(std::string const& user);
    void change_account(std::string const& user,
                        std::function<void(ledger::Account&)> const& change);

    jobs::Job job(base::JobId id);
    std::int64_t balance(std::string const& user);
    std::vector<ledger::Entry> entries(std::string const& user);  // by sequence
    // A line for each finding; empty: the books are clean.
    std::string audit();

private:
    void transact(jobs::Load const& load, jobs::Decide const& decide);

    std::map<std::string, std::unique_ptr<adapters::Presence>> present_;
};

// A request with everything that these tests don't care about filled in.
jobs::Request request(std::string const& service, std::string const& user = "u1");

}  // namespace tests
