// The seals of the memory store: a view of its tables, under its lock.
#pragma once

#include <mutex>

#include "adapters/memory/tables.h"
#include "adapters/seals.h"

namespace adapters::memory {

class Seals final : public adapters::Seals {
public:
    Seals(std::mutex& mutex, Tables& tables) : mutex_{mutex}, tables_{tables} {}

    std::vector<ledger::Seal> all() override;
    std::optional<ledger::Seal> last() override;
    void leaves(Visit const& visit) override;
    bool add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) override;

private:
    std::mutex& mutex_;
    Tables& tables_;
};

}  // namespace adapters::memory
