// Records the end of grants past their date, one entry each, in the order in which they ended.
#include "ledger/expire.h"

#include <algorithm>
#include <tuple>

#include "ledger/post.h"

namespace ledger {

Expired expire(Wallet& wallet, base::Timestamp now) {
    std::vector<std::pair<base::Timestamp, std::int64_t>> dead;
    for (Grant const& grant : wallet.grants) {
        if (grant.remaining.value > 0 && grant.expires_at && *grant.expires_at <= now) {
            dead.emplace_back(*grant.expires_at, grant.number);
        }
    }
    std::ranges::sort(dead);
    Expired expired;
    for (auto const& [at, number] : dead) {
        auto const rest = find_grant(wallet, number)->remaining;
        post(wallet, {.kind = Kind::expire,
                      .draws = {{.grant = number, .amount = -rest}},
                      .note = "grant " + std::to_string(number) + " expired",
                      .recorded_at = now,
                      .effective_at = at});
        expired.grants += 1;
        expired.credits += rest;
    }
    return expired;
}

}  // namespace ledger
