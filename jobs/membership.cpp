#include "jobs/membership.h"

#include <algorithm>

#include "jobs/guards.h"

namespace jobs {

base::Timestamp months_later(base::Timestamp from, int months, base::Zone const& zone) {
    auto const wall = base::local_at(zone, from);
    auto const day = std::chrono::floor<std::chrono::days>(wall);
    auto later = std::chrono::year_month_day{day} + std::chrono::months{months};
    if (!later.ok()) {
        later = later.year() / later.month() / std::chrono::last;
    }
    return base::instant_of(zone, std::chrono::local_days{later} + (wall - day));
}

Term next_term(ledger::Account const& account, int months, Rules const& rules,
               base::Timestamp now) {
    auto const from = std::max(now, account.member_until.value_or(now));
    return {.from = from, .until = months_later(from, months, zone_of(rules, account))};
}

bool too_long(Term const& term, base::Timestamp now) {
    return term.until - now > std::chrono::duration_cast<base::Millis>(longest_membership);
}

Term extend_membership(ledger::Wallet& wallet, int months, Rules const& rules,
                       base::Timestamp now) {
    auto const term = next_term(wallet.account, months, rules, now);
    wallet.account.member_until = term.until;
    wallet.changed = true;
    return term;
}

void shorten_membership(ledger::Wallet& wallet, Term const& term, Chargeback used,
                        base::Timestamp now) {
    auto& until = wallet.account.member_until;
    if (!until || *until <= now) {
        return;
    }
    auto const from = used == Chargeback::debt ? term.from : std::max(term.from, now);
    auto const back = std::max(term.until - from, base::Millis{});
    until = std::max(*until - back, now);
    wallet.changed = true;
}

Membership const* find_membership(Rules const& rules, std::string_view name) {
    auto const found = std::ranges::find(rules.memberships, name, &Membership::name);
    return found == rules.memberships.end() ? nullptr : &*found;
}

}  // namespace jobs
