// What an account can spend.
#include "ledger/wallet.h"

#include <algorithm>

namespace ledger {

bool spendable(Grant const& grant, base::Timestamp now) {
    return grant.remaining.value > 0 && grant.effective_at <= now &&
           (!grant.expires_at || now < *grant.expires_at);
}

base::Credits spendable_on(Wallet const& wallet, std::string_view service, base::Timestamp now) {
    base::Credits sum = -wallet.account.debt;
    for (Grant const& grant : wallet.grants) {
        if (spendable(grant, now) && (grant.service.empty() || grant.service == service)) {
            sum += grant.remaining;
        }
    }
    return std::max(sum, base::Credits{});
}

base::Credits balance(Wallet const& wallet, base::Timestamp now) {
    base::Credits sum = -wallet.account.debt;
    for (Grant const& grant : wallet.grants) {
        if (spendable(grant, now)) {
            sum += grant.remaining;
        }
    }
    return sum;
}

}  // namespace ledger
