// The seals as rows.
#pragma once

#include <functional>

#include "adapters/seals.h"
#include "adapters/sqlite/database.h"
#include "adapters/store.h"

namespace adapters::sqlite {

class Seals final : public adapters::Seals {
public:
    using Work = std::function<void(Database&)>;
    using Run = std::function<void(Work const&)>;  // in a transaction of its own

    Seals(Run read, Run write) : read_{std::move(read)}, write_{std::move(write)} {}

    std::vector<ledger::Seal> all() override;
    std::optional<ledger::Seal> last() override;
    void leaves(Visit const& visit) override;
    bool add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) override;

private:
    Run read_;
    Run write_;
};

// How far that account was sealed, if it was.
std::optional<ledger::Leaf> sealed_leaf(Database& database, base::AccountId account);

SealedBooks sealed_books(Database& database);

}  // namespace adapters::sqlite
