#include "worker/statement.h"

#include <algorithm>
#include <iterator>

namespace worker {

namespace {

constexpr int page = 1'000;
constexpr int tries = 5;

// Nothing: there are more than so many.
std::optional<std::vector<ledger::Entry>> entries_between(adapters::Store& store,
                                                          base::AccountId account,
                                                          base::Timestamp from, base::Timestamp to,
                                                          std::size_t most) {
    std::vector<ledger::Entry> entries;
    adapters::EntryFilter filter{.from = from, .to = to, .limit = page};
    while (true) {
        auto found = store.entries_of(account, filter);
        auto const last = std::ssize(found) < page;
        if (entries.size() + found.size() > most) {
            return std::nullopt;
        }
        if (!found.empty()) {
            filter.before = found.back().seq;
        }
        std::ranges::move(found, std::back_inserter(entries));
        if (last) {
            return entries;
        }
    }
}

}  // namespace

// The store is read in steps, and an expiry recorded between them is dated in the past: then the
// lines don't add up, and it is read again.
std::expected<ledger::Statement, NoStatement> read_statement(adapters::Store& store,
                                                             ledger::Account const& account,
                                                             base::Timestamp from,
                                                             base::Timestamp to,
                                                             std::size_t most_entries) {
    constexpr base::Millis instant{1};
    for (int i = 0; i < tries; ++i) {
        ledger::Statement statement{.user = account.user, .from = from, .to = to};
        statement.opening = store.balance_at(account.id, from - instant);
        auto entries = entries_between(store, account.id, from, to, most_entries);
        if (!entries) {
            return std::unexpected{NoStatement::too_long};
        }
        statement.entries = std::move(*entries);
        statement.closing = store.balance_at(account.id, to - instant);
        if (ledger::run_balance(statement)) {
            return statement;
        }
    }
    return std::unexpected{NoStatement::restless};
}

}  // namespace worker
