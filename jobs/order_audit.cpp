#include "jobs/order_audit.h"

#include <algorithm>
#include <map>
#include <set>

namespace jobs {

namespace {

using ledger::Entry;
using ledger::Kind;

class OrderAudit {
public:
    OrderAudit(std::span<Entry const> entries, std::string const& user) : user_{user} {
        for (auto const& entry : entries) {
            if (!entry.reference.empty()) {
                by_reference_.emplace(entry.reference, &entry);
            }
        }
    }

    void check(Order const& order) {
        order_ = &order;
        bool const settled =
            order.status == OrderStatus::paid || order.status == OrderStatus::refunded;
        if (settled != order.was_paid() || order.was_paid() == order.trade.empty()) {
            find(6, "does not say how it was paid");
        }
        if (!order.was_paid()) {
            return check_unpaid();
        }
        if (!payments_.emplace(order.provider, order.trade).second) {
            find(7, "was paid by a payment that paid another order");
        }
        auto const* const bought = std::get_if<CreditsBought>(&order.bought);
        check_grant("order", Kind::recharge, bought == nullptr ? 0 : bought->credits.value,
                    order.grant);
        check_grant("bonus", Kind::bonus, bought == nullptr ? 0 : bought->bonus.value,
                    order.bonus_grant);
        check_returns();
    }

    std::vector<ledger::Finding> findings;

private:
    void find(int invariant, std::string const& what) {
        findings.push_back({.invariant = invariant,
                            .account = user_,
                            .job = {},
                            .what = "order " + order_->id + " (" +
                                    std::string{to_text(order_->status)} + ") " + what});
    }

    void check_unpaid() {
        bool const granted = order_->grant != 0 || order_->bonus_grant != 0;
        bool const taken =
            order_->revoked.value != 0 || order_->owed.value != 0 || order_->lost.value != 0;
        if (granted || taken) {
            find(6, "was not paid and moved credits");
        }
    }

    void check_grant(std::string_view what, Kind kind, std::int64_t amount, std::int64_t grant) {
        auto const found =
            by_reference_.find(payment_reference(what, order_->provider, order_->trade));
        if (found == by_reference_.end()) {
            if (amount != 0 || grant != 0) {
                find(7, "was paid and has no entry of its " + std::string{to_text(kind)});
            }
            return;
        }
        Entry const& entry = *found->second;
        bool const opens = !entry.draws.empty() && entry.draws.front().grant == grant;
        if (entry.kind != kind || entry.amount.value != amount || !opens) {
            find(7, "has an entry that is not the grant it was paid for");
        }
    }

    void check_returns() {
        auto const prefix = "returned:" + order_->id + ":";
        std::int64_t taken = 0;
        for (auto each = by_reference_.lower_bound(prefix);
             each != by_reference_.end() && each->first.starts_with(prefix); ++each) {
            if (__builtin_sub_overflow(taken, each->second->amount.value, &taken)) {
                return;  // tampered with, which the audit of the account tells
            }
        }
        auto const said = base::checked_add(order_->revoked, order_->owed);
        if (!said || said->value != taken) {
            find(6, "took back other credits than its entries say");
        }
    }

    std::string const& user_;
    std::map<std::string, Entry const*, std::less<>> by_reference_;
    std::set<Trade> payments_;
    Order const* order_ = nullptr;
};

}  // namespace

std::vector<ledger::Finding> audit_orders(std::span<Entry const> entries,
                                          std::span<Order const> orders, std::string const& user) {
    if (orders.empty()) {
        return {};
    }
    OrderAudit audit{entries, user};
    for (auto const& order : orders) {
        audit.check(order);
    }
    return std::move(audit.findings);
}

}  // namespace jobs
