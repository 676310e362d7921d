// One order for people: what it is, what was said of it, and what is left of what it granted.
#pragma once

#include <vector>

#include "adapters/order_book.h"
#include "ledger/wallet.h"

namespace worker::cli {

// "50.00 CNY", "1000 credits"
std::string price_of(jobs::Order const& order);

// "50: 500 + 50 credits", "month of membership"
std::string bought_in_words(jobs::Order const& order);

// `notices` are newest first, as the store has them.
void print_order(jobs::Order const& order, std::vector<adapters::StoredNotice> const& notices,
                 ledger::Wallet const* wallet);

}  // namespace worker::cli
