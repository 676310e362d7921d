// Calls to providers as rows, and tasks that are still asked about.
#pragma once

#include <functional>

#include "adapters/call_book.h"
#include "adapters/postgres/load.h"
#include "adapters/postgres/write.h"

namespace adapters::postgres {

class Calls final : public CallBook {
public:
    // Runs that with a session, again where it has to be.
    using Run = std::function<void(std::function<void(Session&)> const&)>;

    explicit Calls(Run run) : run_{std::move(run)} {}

    std::vector<jobs::ProviderCall> of(base::JobId job) override;
    std::vector<CostSum> costs(base::Timestamp from, base::Timestamp to,
                               base::Millis span) override;
    std::map<std::string, int> at_work() override;

private:
    Run run_;
};

std::string calls_of(Session const& session, base::JobId job);
std::vector<jobs::ProviderCall> read_calls(pqxx::result const& rows, base::JobId job);

// Before anything else is locked: until the commit nobody else counts what these providers have.
void lock_counts(Loading& loading);
void ask_for_calls(Loading& loading, Trip& trip);
void write_calls(Session const& session, jobs::Batch const& batch, Writes& out);

}  // namespace adapters::postgres
