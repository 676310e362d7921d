// The unit of work. A decision says what it needs (Load); a store loads that under lock into a
// Batch, calls the decision, which changes the batch, writes what changed, and commits: one
// transaction. Nothing else in the program moves a job or a credit.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "jobs/job.h"
#include "jobs/notice.h"
#include "jobs/order.h"
#include "jobs/provider_call.h"
#include "jobs/spending.h"
#include "jobs/sync_source.h"
#include "ledger/entry.h"
#include "ledger/wallet.h"

namespace jobs {

// ---- what a decision asks for -------------------------------------------------------------------

// The next claimable jobs in the order of the queue: priority (high first), turn, id. At most
// `slots` of each named service, and at most `limit` in all. Jobs of other services, and of
// services whose queue is paused, are not claimed. Turns mean something within a service only, so
// between services they count from its first one.
struct Claim {
    struct Room {
        std::string service;
        int slots = 0;
    };

    int limit = 0;
    std::vector<Room> rooms;
};

// Jobs that a sweep should look at, a bounded number of each.
struct Sweep {
    int due = 0;        // waiting for a time that has come, soonest first
    int dependent = 0;  // waiting for parents, where at least one has failed or all have ended
    int roomless = 0;   // waiting for room: the first of each account, by priority and age
    std::string freed;  // of this user those that wait for room, so many, by priority and age
    int freed_most = 0;
    int lost = 0;  // processing, with a lease that is over or absurdly far off, or a holder gone
    int prunable = 0;  // ended before `prune_before`, not yet pruned, no children waiting for it
    base::Timestamp prune_before;
};

struct Load {
    std::vector<base::JobId> jobs;  // by id; unknown ones are simply missing from the batch
    std::optional<Claim> claim;
    std::optional<Sweep> sweep;
    std::string live_of;                  // processing jobs held by this worker; empty: none
    std::vector<std::string> users;       // wallets by user; see Batch::wallet_of
    bool wallets_of_jobs = false;         // wallets of all the jobs loaded
    std::vector<base::JobId> charges_of;  // entries of the open charges of these jobs, their
                                          // wallets, and the grants that they drew from
    bool charges_of_all = false;          // the same, of every job loaded whose charge is open
    std::vector<std::pair<std::string, std::string>> keys;  // (user, idempotency key) -> that job
    std::vector<std::string> references;  // external references -> the entry that has it
    // Of those that may have been used for something that cost nothing: Batch::by_reference has an
    // entry for them that moves nothing and stands in no ledger.
    std::vector<std::string> free_uses;
    std::vector<std::string> fairness_of;  // services: turns in use, see Batch::turns
    bool fairness_of_jobs = false;         // the same, of the services of the jobs loaded
    int expirable = 0;                     // wallets with grants past their date, at most so many
    bool in_flight = false;                // count live attempts of each wallet's account
    // What is to be added up of each wallet's entries (a pure function of the store's `now`);
    // nothing for most accounts. See guards.h.
    std::function<std::vector<Look>(base::Timestamp, ledger::Account const&)> looks;
    // API keys whose budgets are needed: these, and those that the jobs loaded came with.
    std::vector<std::int64_t> api_keys;
    bool api_keys_of_jobs = false;
    std::function<KeyWindows(base::Timestamp)> key_windows;  // set where budgets may be needed
    int new_jobs = 0;  // how many ids will be needed at the most
    int new_accounts = 0;
    bool every_grant = false;  // load spent and expired grants too
    // The wallets are only looked at: none of them will be changed, though new ones may be opened.
    bool wallets_only_read = false;
    std::vector<base::JobId> inbox;  // requests of the inbox to be taken up (adapters/store.h)
    // Users of sister products: the source, what it has added today if that is capped, the link,
    // and the wallet of the account that it leads to (sync.h).
    std::vector<SyncedUser> synced;
    std::optional<Ending> ending;  // grants to be warned of, and their wallets (warn.h)
    // Providers whose jobs in work are counted, over all processes; until the commit no other such
    // transaction counts them.
    std::vector<std::string> at_work;
    int watches = 0;   // tasks to be asked about again (provider_call.h), at most so many
    OrderLoad orders;  // and notices about them (order.h), with the wallets of who has them
};

// ---- what it is given ---------------------------------------------------------------------------

struct LoadedJob {
    Job job;
    bool holder_gone = false;           // its worker is known to be dead (only for Sweep::lost)
    std::vector<ledger::Entry> charge;  // entries of the open charge, in order, if asked for
    std::vector<State> parents;         // states of the jobs it comes after (Sweep::dependent)
    bool changed = false;               // set by the decision: to be written
};

// Where new jobs are to be put among those that can be claimed.
struct Turns {
    // Per (service, priority): the lowest turn of the jobs that can be claimed; missing: there are
    // none.
    std::map<std::pair<std::string, int>, std::int64_t, std::less<>> lowest;
    // Per (account, service, priority): the highest turn of the account's claimable jobs.
    std::map<std::tuple<base::AccountId, std::string, int>, std::int64_t, std::less<>> highest;
};

struct Batch {
    base::Timestamp now;  // the store's clock, the same throughout the transaction

    std::vector<LoadedJob> jobs;  // claimed ones first, in their order; then by id; then swept ones
    std::vector<ledger::Wallet> wallets;
    std::map<std::pair<std::string, std::string>, Job, std::less<>> by_key;
    std::map<std::string, ledger::Entry, std::less<>> by_reference;
    Turns turns;
    std::map<base::AccountId, int> in_flight;       // live attempts
    Spending spent;                                 // of Load::looks
    std::map<std::int64_t, KeyBudget> key_budgets;  // of those keys that have a cap
    std::vector<base::JobId> job_ids;  // to be used for new jobs, first to last; see take_job_id
    std::vector<base::AccountId> account_ids;
    std::set<base::JobId> inbox;  // of Load::inbox: those that nobody else has taken up
    // Queues, of the services of Load::fairness_of, that take no new jobs.
    std::set<std::string, std::less<>> draining;
    // Of Load::synced: the sources that there are, what each of those with a cap has added since
    // midnight in UTC, and the users that are linked to an account.
    std::map<std::string, SyncSource, std::less<>> sources;
    std::map<std::string, base::Credits, std::less<>> added_today;
    std::map<SyncedUser, std::string> links;
    std::optional<Ended> ended;  // of Load::ending
    Orders orders;               // of Load::orders; decisions write to it as well
    std::map<std::string, int, std::less<>>
        at_work;             // jobs that each provider has, of Load::at_work
    std::vector<Watch> due;  // of Load::watches, locked

    // What became true, for whoever listens (outbox.h); not written itself.
    std::vector<Notice> notices;

    // Written by the decision.
    std::vector<Job> new_jobs;
    std::vector<Event> events;
    std::vector<base::JobId> parents_of_new;  // existing jobs that now have children
    std::vector<base::JobId> taken_up;        // requests of the inbox that are dealt with
    std::vector<Message> messages;            // for the outbox, in their order
    std::optional<WarningMark> warned;        // the mark of Load::ending stands here now
    std::vector<ProviderCall> calls;
    std::vector<Watch> watches;    // new ones, and those that are to be asked about later
    std::vector<Watch> unwatched;  // nothing more is to be had of these
    std::vector<KeyCharge> key_charges;
    std::vector<ledger::Entry> used_free;   // for Load::free_uses of later ones
    std::vector<base::AccountId> stopped;   // frozen or braked now, and to be found as such
    std::vector<base::AccountId> released;  // neither any more

    // nullptr where it was not loaded. The pointers hold until a wallet or a job is added.
    ledger::Wallet* wallet_of(std::string_view user);
    ledger::Wallet* wallet_of(base::AccountId account);
    LoadedJob* find(base::JobId id);

    // The next id; there must be one left.
    base::JobId take_job_id();
    base::AccountId take_account_id();

    std::size_t job_ids_taken = 0;  // how many of the ids are in use by now
    std::size_t account_ids_taken = 0;

    // Look-ups, brought up to date when asked.
    std::unordered_map<std::string, std::size_t> users_seen;
    std::unordered_map<base::AccountId, std::size_t> accounts_seen;
    std::unordered_map<base::JobId, std::size_t> jobs_seen;
};

using Decide = std::function<void(Batch&)>;

}  // namespace jobs
