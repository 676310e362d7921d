// Each writing call goes through `write`, each reading one through `check_up`.
#include "tests/support/flaky_store.h"

#include <memory>
#include <thread>

namespace support {

FlakyStore::FlakyStore(adapters::Store& inner, Script script, base::Millis slow)
    : inner_{inner}, script_{std::move(script)}, slow_{slow} {}

FlakyStore::Script FlakyStore::flawless() {
    return [](int) { return Flaw::none; };
}

FlakyStore::Script FlakyStore::at(int number, Flaw flaw) {
    return [number, flaw](int current) { return current == number ? flaw : Flaw::none; };
}

FlakyStore::Script FlakyStore::by_seed(unsigned seed, int before, int after) {
    return [random = std::mt19937{seed}, before, after](int) mutable {
        auto const drawn = static_cast<int>(random() % 1'000);
        return drawn < before ? Flaw::before : drawn < before + after ? Flaw::after : Flaw::none;
    };
}

int FlakyStore::writes() const {
    std::scoped_lock const lock{mutex_};
    return writes_;
}

int FlakyStore::failures() const {
    std::scoped_lock const lock{mutex_};
    return failures_;
}

Flaw FlakyStore::next() {
    std::scoped_lock const lock{mutex_};
    writes_ += 1;
    auto const flaw = script_(writes_);
    failures_ += flaw == Flaw::before || flaw == Flaw::after ? 1 : 0;
    return flaw;
}

void FlakyStore::check_up() const {
    if (down_) {
        throw adapters::Unavailable{"flaky store: down, as the test said"};
    }
}

void FlakyStore::write(std::function<void()> const& what) {
    check_up();
    auto const flaw = next();
    if (flaw == Flaw::before) {
        throw adapters::Unavailable{"flaky store: failed before the transaction"};
    }
    if (flaw == Flaw::slow) {
        std::this_thread::sleep_for(slow_);
    }
    what();
    if (flaw == Flaw::after) {
        throw adapters::Unavailable{"flaky store: failed after the commit"};
    }
}

void FlakyStore::transact(jobs::Load const& load, jobs::Decide const& decide) {
    write([&] { inner_.transact(load, decide); });
}

base::Timestamp FlakyStore::now() {
    check_up();
    return inner_.now();
}

std::optional<jobs::Job> FlakyStore::find_job(base::JobId id) {
    check_up();
    return inner_.find_job(id);
}

std::vector<jobs::Job> FlakyStore::find_jobs(std::vector<base::JobId> const& ids) {
    check_up();
    return inner_.find_jobs(ids);
}

std::vector<jobs::Job> FlakyStore::list_jobs(adapters::JobFilter const& filter) {
    check_up();
    return inner_.list_jobs(filter);
}

std::optional<adapters::JobStory> FlakyStore::story_of(base::JobId id) {
    check_up();
    return inner_.story_of(id);
}

std::optional<ledger::Wallet> FlakyStore::find_wallet(std::string_view user) {
    check_up();
    return inner_.find_wallet(user);
}

std::optional<ledger::Wallet> FlakyStore::glance(std::string_view user) {
    check_up();
    return inner_.glance(user);
}

std::vector<ledger::Wallet> FlakyStore::list_accounts(adapters::AccountFilter const& filter) {
    check_up();
    return inner_.list_accounts(filter);
}

std::vector<ledger::Entry> FlakyStore::entries_of(base::AccountId account,
                                                  adapters::EntryFilter const& filter) {
    check_up();
    return inner_.entries_of(account, filter);
}

adapters::Counts FlakyStore::counts() {
    check_up();
    return inner_.counts();
}

adapters::Overview FlakyStore::overview() {
    check_up();
    return inner_.overview();
}

bool FlakyStore::anything_ready(std::vector<std::string> const& services) {
    check_up();
    return inner_.anything_ready(services);
}

std::vector<base::JobId> FlakyStore::stale(
    std::vector<std::pair<base::JobId, int>> const& attempts) {
    check_up();
    return inner_.stale(attempts);
}

std::vector<adapters::Sum> FlakyStore::sums_of(base::AccountId account, base::Timestamp from,
                                               base::Timestamp to) {
    check_up();
    return inner_.sums_of(account, from, to);
}

base::Credits FlakyStore::balance_at(base::AccountId account, base::Timestamp at) {
    check_up();
    return inner_.balance_at(account, at);
}

std::vector<ledger::Finding> FlakyStore::audit(
    adapters::AuditScope const& scope,
    std::function<void(adapters::AuditPage const&)> const& visit) {
    check_up();
    return inner_.audit(scope, visit);
}

bool FlakyStore::begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                            base::Millis lease) {
    bool begun = false;
    write([&] { begun = inner_.begin_duty(name, holder, every, lease); });
    return begun;
}

void FlakyStore::end_duty(std::string const& name, std::string const& holder,
                          std::string const& result, bool failed) {
    write([&] { inner_.end_duty(name, holder, result, failed); });
}

std::vector<adapters::Duty> FlakyStore::duties() {
    check_up();
    return inner_.duties();
}

base::Timestamp FlakyStore::schedule_mark(std::string const& name) {
    base::Timestamp mark;
    write([&] { mark = inner_.schedule_mark(name); });
    return mark;
}

void FlakyStore::set_schedule_mark(std::string const& name, base::Timestamp at) {
    write([&] { inner_.set_schedule_mark(name, at); });
}

std::unique_ptr<adapters::Presence> FlakyStore::enter(std::string const& worker) {
    check_up();
    return inner_.enter(worker);
}

void FlakyStore::renew(std::string const& worker, base::Millis lease) {
    write([&] {
        inner_.renew(worker, lease);
        renewals_ += 1;
    });
}

std::map<std::string, adapters::QueueMode> FlakyStore::queue_modes() {
    check_up();
    return inner_.queue_modes();
}

void FlakyStore::set_queue_mode(std::string const& service, adapters::QueueMode mode) {
    write([&] { inner_.set_queue_mode(service, mode); });
}

std::vector<adapters::InboxRequest> FlakyStore::inbox(int limit) {
    check_up();
    return inner_.inbox(limit);
}

std::vector<adapters::ApiKey> FlakyStore::api_keys() {
    check_up();
    return inner_.api_keys();
}

adapters::ApiKey FlakyStore::add_api_key(adapters::ApiKey key) {
    write([&] { key = inner_.add_api_key(key); });
    return key;
}

std::optional<adapters::ApiKey> FlakyStore::find_api_key(std::string const& hash) {
    check_up();
    return inner_.find_api_key(hash);
}

bool FlakyStore::revoke_api_key(std::int64_t number) {
    bool known = false;
    write([&] { known = inner_.revoke_api_key(number); });
    return known;
}

void FlakyStore::touch_api_key(std::int64_t number, base::Timestamp at) {
    write([&] { inner_.touch_api_key(number, at); });
}

adapters::SyncRegistry& FlakyStore::sync() {
    return inner_.sync();
}

adapters::CallBook& FlakyStore::calls() {
    return inner_.calls();
}

adapters::Seals& FlakyStore::seals() {
    return inner_.seals();
}

adapters::Outbox& FlakyStore::outbox() {
    return inner_.outbox();
}

adapters::OrderBook& FlakyStore::orders() {
    return inner_.orders();
}

adapters::Work FlakyStore::work() {
    return inner_.work();
}

}  // namespace support
