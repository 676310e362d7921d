#include "jobs/membership.h"

#include <algorithm>

namespace jobs {

base::Timestamp months_later(base::Timestamp from, int months) {
    auto const day = std::chrono::floor<std::chrono::days>(from);
    std::chrono::year_month_day const date{day};
    auto later = date + std::chrono::months{months};
    if (!later.ok()) {
        later = later.year() / later.month() / std::chrono::last;
    }
    return std::chrono::sys_days{later} + (from - day);
}

Term extend_membership(ledger::Wallet& wallet, int months, base::Timestamp now) {
    auto const from = std::max(now, wallet.account.member_until.value_or(now));
    Term const term{.from = from, .until = months_later(from, months)};
    wallet.account.member_until = term.until;
    wallet.changed = true;
    return term;
}

void shorten_membership(ledger::Wallet& wallet, Term const& term) {
    if (wallet.account.member_until) {
        *wallet.account.member_until -= term.until - term.from;
        wallet.changed = true;
    }
}

}  // namespace jobs
