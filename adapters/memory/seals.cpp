#include "adapters/memory/seals.h"

namespace adapters::memory {

std::vector<ledger::Seal> Seals::all() {
    std::scoped_lock const lock{mutex_};
    return tables_.seals;
}

std::optional<ledger::Seal> Seals::last() {
    std::scoped_lock const lock{mutex_};
    return tables_.seals.empty() ? std::nullopt : std::optional{tables_.seals.back()};
}

void Seals::leaves(Visit const& visit) {
    std::scoped_lock const lock{mutex_};
    for (auto const& [id, books] : tables_.accounts) {
        auto const sealed = tables_.sealed.find(id);
        bool const is_sealed =
            sealed != tables_.sealed.end() && sealed->second.seq >= books.account.entries;
        if (is_sealed) {
            visit(sealed->second, false);
        } else if (books.account.entries > 0) {
            visit({.account = id, .seq = books.account.entries, .head = books.account.head}, true);
        }
    }
}

bool Seals::add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) {
    std::scoped_lock const lock{mutex_};
    if (seal.number != std::ssize(tables_.seals) + 1) {
        return false;
    }
    tables_.seals.push_back(seal);
    for (auto const& leaf : changed) {
        tables_.sealed[leaf.account] = leaf;
    }
    return true;
}

}  // namespace adapters::memory
