// The seals of the ledger (ledger/seal.h), and how far each account was sealed: one part of the
// store (store.h). Seals are only added.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "ledger/seal.h"

namespace adapters {

class Seals {
public:
    // A leaf as it is to be sealed, and whether it is other than what was sealed last.
    using Visit = std::function<void(ledger::Leaf const& leaf, bool changed)>;

    Seals() = default;
    Seals(Seals const&) = delete;
    Seals& operator=(Seals const&) = delete;
    virtual ~Seals() = default;

    virtual std::vector<ledger::Seal> all() = 0;  // lowest number first
    virtual std::optional<ledger::Seal> last() = 0;

    // Every account that has entries or was sealed, lowest first, all from one view of the store.
    // What was sealed stays so: an account that has lost entries since is shown as it was sealed.
    virtual void leaves(Visit const& visit) = 0;

    // With the leaves that have changed. False: there is a seal of that number already.
    virtual bool add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) = 0;
};

}  // namespace adapters
