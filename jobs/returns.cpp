#include "jobs/returns.h"

#include "base/check.h"
#include "jobs/membership.h"
#include "ledger/revoke.h"

namespace jobs {

namespace {

__extension__ using Wide = unsigned __int128;

base::Credits share(base::Credits whole, std::int64_t part, std::int64_t of) {
    CHECK(whole.value >= 0 && part >= 0 && part <= of && of > 0);
    auto const product = static_cast<Wide>(whole.value) * static_cast<Wide>(part);
    return {static_cast<std::int64_t>(product / static_cast<Wide>(of))};
}

// Credits that have expired were never spent, so nobody owes them; which of the two it was can't be
// told any more once the date of the grant has passed.
bool owes(Order const& order, Rules const& rules, base::Timestamp now) {
    auto const& life = std::get<CreditsBought>(order.bought).life;
    bool const over = life && *order.paid_at + *life <= now;
    return rules.recharge.chargeback == Chargeback::debt && !over;
}

bool take_credits(ledger::Wallet& wallet, Order& order, Rules const& rules, base::Timestamp now) {
    auto const returned = returned_of(order);
    auto const due = share(granted_by(order), returned, paid_for(order));
    auto const more = due - (order.revoked + order.owed + order.lost);
    if (more.value <= 0) {
        return false;
    }
    auto const revoked = ledger::revoke(
        wallet,
        {.grants = {order.grant, order.bonus_grant},
         .amount = more,
         .owe = owes(order, rules, now),
         .action = order.returns.back().chargeback ? "chargeback" : "order_refund",
         .reference = "returned:" + order.id + ":" + std::to_string(returned),
         .note = "order " + order.id + ", " + std::to_string(returned) + " of " +
                 std::to_string(paid_for(order)) + " " + order.currency + " given back"},
        now);
    order.revoked += revoked.taken;
    order.owed += revoked.owed;
    order.lost += revoked.lost;
    return true;
}

// A term can't be taken in parts: it goes with the last of the money.
bool take_term(ledger::Wallet& wallet, Order& order, Rules const& rules, base::Timestamp now) {
    if (returned_of(order) < paid_for(order) || !order.member_from) {
        return false;
    }
    shorten_membership(wallet, {.from = *order.member_from, .until = *order.member_until},
                       rules.recharge.chargeback, now);
    order.member_from.reset();
    order.member_until.reset();
    return true;
}

}  // namespace

bool settle_returns(Batch& batch, Order& order, Rules const& rules) {
    if (!order.was_paid() || order.returns.empty()) {
        return false;
    }
    auto* const wallet = batch.wallet_of(order.user);
    CHECK(wallet != nullptr);
    bool const taken = std::holds_alternative<CreditsBought>(order.bought)
                           ? take_credits(*wallet, order, rules, batch.now)
                           : take_term(*wallet, order, rules, batch.now);
    if (returned_of(order) == paid_for(order)) {
        order.status = OrderStatus::refunded;
    }
    return taken;
}

}  // namespace jobs
