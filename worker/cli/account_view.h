// Ledger entries and accounts as the command line shows them.
#pragma once

#include <string>
#include <vector>

#include "ledger/entry.h"
#include "worker/cli/context.h"

namespace worker::cli {

wire::Refusal no_such_account(std::string const& user);

void print_entries(std::vector<ledger::Entry> const& entries);

}  // namespace worker::cli
