// One suite that every store has to pass. A store joins by a line in stores.cpp.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/store.h"
#include "tests/support/builders.h"

namespace contract {

inline constexpr base::Millis lease_max{15'000};

// The place where a store keeps its truth.
class Backend {
public:
    Backend() = default;
    Backend(Backend const&) = delete;
    Backend& operator=(Backend const&) = delete;
    virtual ~Backend() = default;

    virtual std::unique_ptr<adapters::Store> open(std::function<base::Timestamp()> clock) = 0;
};

struct Kind {
    std::string name;
    std::function<std::unique_ptr<Backend>()> make;

    friend void PrintTo(Kind const& kind, std::ostream* out) { *out << kind.name; }
};

class StoreContract : public testing::TestWithParam<Kind> {
protected:
    using Change = std::function<void(jobs::Batch&)>;

    adapters::Store& store() { return *store_; }

    base::Timestamp now() const { return clock_.now(); }

    // What that load finds; nothing is changed.
    jobs::Batch load(jobs::Load const& what);

    void change(jobs::Load const& what, Change const& how) { store_->transact(what, how); }

    base::AccountId open(std::string const& user, std::int64_t credits = 520);
    // Keeps the job, of that user's account, with the next id.
    base::JobId add(jobs::Job job);
    std::vector<base::JobId> add(std::vector<jobs::Job> const& jobs);
    void change_job(base::JobId id, std::function<void(jobs::Job&)> const& how);
    // Takes credits for the first charge of a processing job, as a start does.
    void charge(base::JobId id, std::int64_t credits);

    support::Clock clock_;
    std::unique_ptr<Backend> backend_ = GetParam().make();
    std::unique_ptr<adapters::Store> store_ = backend_->open(clock_.reader());
};

std::vector<base::JobId> ids_of(std::vector<jobs::LoadedJob> const& loaded);
std::vector<base::JobId> ids_of(std::vector<jobs::Job> const& jobs);
std::vector<std::int64_t> numbers_of(std::vector<ledger::Grant> const& grants);

// Every field.
void expect_same(jobs::Job const& expected, jobs::Job const& actual);
void expect_same(ledger::Account const& expected, ledger::Account const& actual);
void expect_same(ledger::Entry const& expected, ledger::Entry const& actual);

}  // namespace contract
