// Calls to providers as rows, and tasks that are still asked about.
#pragma once

#include <functional>

#include "adapters/call_book.h"
#include "adapters/sqlite/load.h"

namespace adapters::sqlite {

class Calls final : public CallBook {
public:
    using Work = std::function<void(Database&)>;
    using Run = std::function<void(Work const&)>;  // in a transaction of its own

    explicit Calls(Run read) : read_{std::move(read)} {}

    std::vector<jobs::ProviderCall> of(base::JobId job) override;
    std::vector<CostSum> costs(base::Timestamp from, base::Timestamp to,
                               base::Millis span) override;
    std::map<std::string, int> at_work() override;

private:
    Run read_;
};

std::vector<jobs::ProviderCall> calls_of(Database& database, base::JobId job);
void load_calls(Loading& loading);
void write_calls(Database& database, jobs::Batch const& batch);

}  // namespace adapters::sqlite
