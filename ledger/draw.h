// Which grants pay, in the total order of drawing. Shared by debit and settle.
#pragma once

#include <string_view>
#include <vector>

#include "ledger/wallet.h"

namespace ledger {

// The draws that take `amount` for that service; fewer credits are drawn only if there are no more.
// Nothing is changed.
std::vector<Draw> draws_for(Wallet const& wallet, base::Credits amount, std::string_view service,
                            base::Timestamp now);

}  // namespace ledger
