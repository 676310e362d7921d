// Calls to providers in the memory store: a view of its tables, under its lock.
#pragma once

#include <mutex>

#include "adapters/call_book.h"
#include "adapters/memory/tables.h"

namespace adapters::memory {

class Calls final : public CallBook {
public:
    Calls(std::mutex& mutex, Tables& tables) : mutex_{mutex}, tables_{tables} {}

    std::vector<jobs::ProviderCall> of(base::JobId job) override;
    std::vector<CostSum> costs(base::Timestamp from, base::Timestamp to,
                               base::Millis span) override;
    std::map<std::string, int> at_work() override;

private:
    std::mutex& mutex_;
    Tables& tables_;
};

// What a decision asked for of them (Load::at_work, Load::watches), and what it wrote.
void load_calls(Tables const& tables, jobs::Load const& what, jobs::Batch& batch);
void write_calls(Tables& tables, jobs::Batch const& batch);

}  // namespace adapters::memory
