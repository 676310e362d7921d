// Plain values with defaults, so that what a test sets is what matters.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/time.h"
#include "jobs/job.h"
#include "ledger/credit.h"
#include "ledger/wallet.h"
#include "pricing/terms.h"

namespace support {

// A clock that stands still until it is told otherwise. Starts at 2026-01-01T00:00:00Z.
class Clock {
public:
    base::Timestamp now() const { return base::from_ms(ms_.load()); }

    void advance(base::Millis by) { ms_ += by.count(); }

    void set(base::Timestamp at) { ms_ = base::to_ms(at); }

    // For stores; the clock must outlive them.
    std::function<base::Timestamp()> reader() {
        return [this] { return now(); };
    }

private:
    std::atomic<std::int64_t> ms_ = 1'767'225'600'000;
};

inline pricing::Terms a_price(std::int64_t credits) {
    return {.mode = pricing::Mode::fixed, .credits = {credits}};
}

struct JobFacts {
    std::string user = "u1";
    base::AccountId account{1};
    std::string service = "tts";
    int priority = 0;
    std::int64_t turn = 0;
    std::string key;
    base::Timestamp at = Clock{}.now();  // when it was created, and may run
};

inline jobs::Job a_job(JobFacts const& facts = {}) {
    return {.account = facts.account,
            .user = facts.user,
            .service = facts.service,
            .priority = facts.priority,
            .turn = facts.turn,
            .created_at = facts.at,
            .run_at = facts.at,
            .input = "{}",
            .key = facts.key,
            .terms = a_price(5),
            .version = "v1",
            .quoted = {5}};
}

inline jobs::Job waiting(jobs::Job job, jobs::Wait why) {
    job.wait = why;
    return job;
}

inline jobs::Job processing(jobs::Job job, std::string worker, base::Timestamp lease_until) {
    job.state = jobs::State::processing;
    job.attempt += 1;
    job.started_at = job.created_at;
    job.lease_until = lease_until;
    job.worker = std::move(worker);
    return job;
}

inline jobs::Job ended(jobs::Job job, jobs::State how, base::Timestamp at) {
    job.state = how;
    job.finished_at = at;
    job.lease_until.reset();
    job.worker.clear();
    return job;
}

struct WalletFacts {
    base::AccountId id{1};
    std::string user = "u1";
    base::Credits credits{520};
    base::Timestamp at = Clock{}.now();
};

inline ledger::Wallet a_wallet(WalletFacts const& facts = {}) {
    return ledger::open_account(facts.id, facts.user, facts.credits, facts.at);
}

}  // namespace support
