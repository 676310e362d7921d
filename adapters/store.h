// The port to the truth: jobs, accounts, grants, entries. Three implementations keep it, and one
// contract suite (tests/contract) holds them to it. A store loads and writes; it knows no rule.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/call_book.h"
#include "adapters/caller.h"
#include "adapters/order_book.h"
#include "adapters/outbox.h"
#include "adapters/overview.h"
#include "adapters/seals.h"
#include "adapters/sync_registry.h"
#include "base/time.h"
#include "jobs/batch.h"
#include "jobs/job.h"
#include "ledger/audit.h"
#include "ledger/wallet.h"

namespace adapters {

// The store can't be reached or can't write now (gone, disk full, locked for too long). What was
// asked may or may not have been done when it comes out of `transact`; the caller finds out by
// looking. The message is one line: what, where, what to do.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The store is there and is not what this program can work with: newer schema, not a Tallyman
// store, damaged. Trying again does not help.
struct Unusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct JobFilter {
    std::string user;     // empty: any
    std::string service;  // empty: any
    std::optional<jobs::State> state;
    std::optional<base::JobId> before;  // ids below this one (the cursor)
    base::JobId from{};                 // ids from this one up: how far back is looked
    int limit = 50;
    bool parked = false;  // only jobs in work that wait for a decision (jobs::Job::parked)
};

// Accounts of users whose ids begin with `prefix`, by user id; or all, the newest first, which has
// no prefix. Both go by an index, whatever there are.
struct AccountFilter {
    std::string prefix;
    std::string after;  // user ids above this one (the cursor)
    bool newest_first = false;
    std::optional<base::AccountId> before;  // newest first: ids below this one (the cursor)
    int limit = 50;
};

// All there is to tell about one job.
struct JobStory {
    jobs::Job job;
    std::vector<ledger::Entry> entries;     // by sequence
    std::vector<ledger::Grant> grants;      // those that the entries drew from, by number
    std::vector<jobs::Event> events;        // in order
    std::vector<jobs::ProviderCall> calls;  // in order
};

struct EntryFilter {
    std::int64_t before = 0;              // sequences below this one; 0: from the newest
    std::optional<base::Timestamp> from;  // by effective_at, inclusive
    std::optional<base::Timestamp> to;    // exclusive
    int limit = 50;
};

// What the entries of one kind and action add up to, each side of zero apart.
struct Sum {
    ledger::Kind kind = ledger::Kind::adjust;
    std::string action;  // ledger::Entry::action
    std::int64_t entries = 0;
    base::Credits in;
    base::Credits out;  // never negative

    friend bool operator==(Sum const&, Sum const&) = default;
};

struct Counts {
    std::int64_t ready = 0;    // can be claimed now
    std::int64_t waiting = 0;  // queued, for a time, parents or room
    std::int64_t processing = 0;
    std::optional<base::Timestamp> oldest_ready;  // created_at of the oldest that can be claimed
};

// The seals, and the root over what is kept of the last one, of one view of the store.
struct SealedBooks {
    std::vector<ledger::Seal> seals;  // lowest number first
    ledger::Root kept;
};

// What an audit looks at: all accounts where nothing else is said.
struct AuditScope {
    std::optional<std::string> user;       // only this one
    std::optional<base::AccountId> after;  // only those with a higher number
    // Told of an audit of more than one account, before the first page of each view.
    std::function<void(SealedBooks const&)> sealed;
};

// Everything about one account, for the audit.
struct AuditPage {
    ledger::Books books;
    std::optional<ledger::Leaf> sealed;
    std::vector<jobs::Job> jobs;      // by id; only what jobs::audit looks at has to be there
    std::vector<jobs::Order> orders;  // by id
    // What of the rows does not fit together: of this account, or of none that there is before it.
    std::vector<ledger::Finding> findings;
};

// A request that was put into the store itself, by SQL in somebody's own transaction. It has its id
// already and is taken up as any other request is: validated, priced, and made a job.
struct InboxRequest {
    base::JobId id;
    std::string user;
    std::string service;
    std::string input;  // JSON
    std::string key;
    std::optional<base::Timestamp> run_at;
};

// What a service's queue does. Paused: it takes new jobs and starts none. Draining: it takes no new
// jobs and works off what it has.
enum class QueueMode : std::uint8_t { running, paused, draining };

// One run of a periodic duty, and whether it is running now.
struct Duty {
    std::string name;
    std::string holder;                          // who runs it now; empty: nobody
    std::optional<base::Timestamp> started_at;   // of the last run that began
    std::optional<base::Timestamp> finished_at;  // of the last run that ended
    std::string result;                          // one line, for people
    base::Millis cost{};
    std::int64_t runs = 0;
    bool failed = false;
};

struct Schedule {
    std::string name;
    base::Timestamp last_at;  // the last occurrence that was dealt with
};

struct Work {  // what the store has done since it was opened, for bench and metrics
    std::int64_t transactions = 0;  // committed and writing
    std::int64_t round_trips = 0;   // statements, or calls over a network
    // How far the log of the whole server has come, in bytes; none where that is not to be had.
    std::optional<std::int64_t> log_position;
};

// Held for as long as this process works under that name; the store notices when it dies.
class Presence {
public:
    Presence() = default;
    Presence(Presence const&) = delete;
    Presence& operator=(Presence const&) = delete;
    virtual ~Presence() = default;

    // What the overview tells of this process from soon on; one line of at most `longest_note`
    // bytes, longer ones are dropped. A courtesy: where it can't be kept, nothing happens.
    virtual void say(std::string const& note) noexcept = 0;
};

inline constexpr std::size_t longest_note = 16'384;

class Store {
public:
    Store() = default;
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;
    virtual ~Store() = default;

    // Loads, decides, writes, commits. If `decide` throws nothing is written. Safe to call from
    // several threads. Durable when it returns. `decide` may be called again if the transaction
    // has to be repeated, so it must not keep anything from an earlier call.
    virtual void transact(jobs::Load const& load, jobs::Decide const& decide) = 0;

    virtual base::Timestamp now() = 0;

    // Reading: one consistent view each; nothing is locked.
    virtual std::optional<jobs::Job> find_job(base::JobId id) = 0;
    // Those of these that there are, each once, in no certain order.
    virtual std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) = 0;
    virtual std::vector<jobs::Job> list_jobs(JobFilter const& filter) = 0;  // newest first
    virtual std::optional<JobStory> story_of(base::JobId id) = 0;
    virtual std::optional<ledger::Wallet> find_wallet(std::string_view user) = 0;  // every grant
    // With those grants only that have something left: cheap however long the account has lived.
    virtual std::optional<ledger::Wallet> glance(std::string_view user) = 0;
    // Each as `glance` has it.
    virtual std::vector<ledger::Wallet> list_accounts(AccountFilter const& filter) = 0;
    virtual std::vector<ledger::Entry> entries_of(base::AccountId account,
                                                  EntryFilter const& filter) = 0;  // newest first
    virtual Counts counts() = 0;
    virtual Overview overview() = 0;
    // Whether a claim would find anything for one of these services. Cheap: asked at each wake-up.
    virtual bool anything_ready(std::vector<std::string> const& services) = 0;
    // Services that have jobs to claim, whatever the price book says of them by now.
    virtual std::vector<std::string> services_ready() = 0;
    // Which of these attempts are no longer current: their job has ended, is queued again, or is
    // another attempt's.
    virtual std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) = 0;
    // The account's entries add up to this at that time, by effect.
    // Of what took effect from `from` (inclusive) to `to` (exclusive), by kind and action.
    virtual std::vector<Sum> sums_of(base::AccountId account, base::Timestamp from,
                                     base::Timestamp to) = 0;
    virtual base::Credits balance_at(base::AccountId account, base::Timestamp at) = 0;

    // Calls `visit` for every account of the scope, lowest number first. A page is of one
    // consistent view of the store; so are all pages, unless that would hold the view for minutes:
    // then the accounts that follow are of a later one. Nothing is locked.
    // Returns what is wrong with the store itself (a guard against changed entries is gone).
    virtual std::vector<ledger::Finding> audit(
        AuditScope const& scope, std::function<void(AuditPage const&)> const& visit) = 0;

    // Duties. A duty may begin if nobody holds it (or its holder's lease is over) and its last run
    // began at least `every` ago; then this process holds it for `lease`.
    virtual bool begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                            base::Millis lease) = 0;
    virtual void end_duty(std::string const& name, std::string const& holder,
                          std::string const& result, bool failed) = 0;
    virtual std::vector<Duty> duties() = 0;

    // When that schedule last fired; the first call for a name records `now` and returns it.
    virtual base::Timestamp schedule_mark(std::string const& name) = 0;
    virtual void set_schedule_mark(std::string const& name, base::Timestamp at) = 0;

    // Says that a worker of this name is alive until the returned object goes, or the process dies.
    virtual std::unique_ptr<Presence> enter(std::string const& worker) = 0;

    // The leases of all jobs that this worker is processing last until `lease` from now at least:
    // one statement, however many they are.
    virtual void renew(std::string const& worker, base::Millis lease) = 0;

    // Queues that are not just running, by service.
    virtual std::map<std::string, QueueMode> queue_modes() = 0;
    // In force for every worker from the next transaction on.
    virtual void set_queue_mode(std::string const& service, QueueMode mode) = 0;

    // Requests that wait in the store's own inbox, oldest first; empty where a store has none.
    virtual std::vector<InboxRequest> inbox(int limit) = 0;

    // API keys. None is ever removed, so that it can still be told who did what.
    virtual std::vector<ApiKey> api_keys() = 0;  // by number
    // Kept with a number and as made now, whatever `key` says of these. Once more with the same
    // hash: nothing but the answer.
    virtual ApiKey add_api_key(ApiKey key) = 0;
    // Whatever its state. Cheap: asked at requests.
    virtual std::optional<ApiKey> find_api_key(std::string const& hash) = 0;
    // For good, and from now on, by the store's clock; the second time changes nothing. False:
    // there is no such key.
    virtual bool revoke_api_key(std::int64_t number) = 0;
    // It was used at that time. Never moves back.
    virtual void touch_api_key(std::int64_t number, base::Timestamp at) = 0;

    // Sister products and their users; lives as long as the store.
    virtual SyncRegistry& sync() = 0;

    // Lives as long as the store.
    virtual Seals& seals() = 0;

    // What the world is told; lives as long as the store.
    virtual Outbox& outbox() = 0;

    // Calls to providers, for reading; lives as long as the store.
    virtual CallBook& calls() = 0;

    // Orders and what platforms have said of them, for reading; lives as long as the store.
    virtual OrderBook& orders() = 0;

    virtual Work work() = 0;
};

}  // namespace adapters
