// A statement of one account, read from a store in use.
#pragma once

#include <expected>

#include "adapters/store.h"
#include "ledger/statement.h"

namespace worker {

enum class NoStatement : std::uint8_t {
    too_long,  // more entries than the caller takes
    restless,  // the account kept changing while it was read, or its entries don't add up
};

// Of what took effect from `from` to before `to`, with its balance run.
std::expected<ledger::Statement, NoStatement> read_statement(adapters::Store& store,
                                                             ledger::Account const& account,
                                                             base::Timestamp from,
                                                             base::Timestamp to,
                                                             std::size_t most_entries);

}  // namespace worker
