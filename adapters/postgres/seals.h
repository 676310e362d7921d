// The seals as rows.
#pragma once

#include <functional>

#include "adapters/postgres/session.h"
#include "adapters/postgres/text.h"
#include "adapters/seals.h"

namespace adapters::postgres {

class Seals final : public adapters::Seals {
public:
    // Runs that with a session, again where it has to be.
    using Run = std::function<void(std::function<void(Session&)> const&)>;

    explicit Seals(Run run) : run_{std::move(run)} {}

    std::vector<ledger::Seal> all() override;
    std::optional<ledger::Seal> last() override;
    void leaves(Visit const& visit) override;
    bool add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) override;

private:
    Run run_;
};

// "account, seq, head" of `sealed_heads`.
ledger::Leaf read_leaf(pqxx::row const& row);

// Every seal, lowest number first.
extern std::string_view const all_seals;  // a statement
ledger::Seal read_seal(pqxx::row const& row);

}  // namespace adapters::postgres
