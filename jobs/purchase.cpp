#include "jobs/purchase.h"

#include <algorithm>

#include "jobs/credits.h"
#include "jobs/guards.h"
#include "jobs/membership.h"
#include "jobs/orders.h"
#include "jobs/outbox.h"
#include "jobs/questions.h"

namespace jobs {

namespace {

// What caps of a service call a membership that credits pay for.
constexpr std::string_view as_service = "membership";

Purchased refused(PurchaseOutcome outcome) {
    Purchased answer;
    answer.outcome = outcome;
    return answer;
}

bool is_for(Order const& order, Purchase const& what) {
    if (auto const* const term = std::get_if<TermBought>(&order.bought)) {
        return !what.term.empty() && term->name == what.term && order.channel == what.channel;
    }
    auto const& package = std::get<CreditsBought>(order.bought).package;
    return what.term.empty() && package == what.package && order.channel == what.channel;
}

// The answer to a key that was used before, if it was.
std::optional<Purchased> earlier(Batch& batch, Purchase const& what) {
    auto const found = batch.orders.by_key.find({what.user, what.key});
    if (what.key.empty() || found == batch.orders.by_key.end()) {
        return std::nullopt;
    }
    bool const same = is_for(found->second, what);
    auto answer = refused(same ? PurchaseOutcome::repeated : PurchaseOutcome::key_conflict);
    answer.order = found->second;
    if (auto const* const wallet = batch.wallet_of(what.user)) {
        answer.balance = ledger::balance(*wallet, batch.now);
    }
    return answer;
}

// Whoever opens orders and pays none of them leaves something for everybody to look after.
std::optional<Purchased> crowded(Batch const& batch, Purchase const& what, Rules const& rules) {
    auto const found = batch.orders.pending.find(what.user);
    auto const limit = rules.recharge.pending_orders;
    if (found == batch.orders.pending.end() || found->second.count < limit) {
        return std::nullopt;
    }
    auto answer = refused(PurchaseOutcome::too_many_pending);
    answer.limit = limit;
    answer.frees_in = std::max(found->second.first_end - batch.now, base::Millis{1'000});
    return answer;
}

// The account as it is or, for a first use, one that there is nothing to know of.
ledger::Account account_of(Batch& batch, std::string const& user) {
    auto const* const wallet = batch.wallet_of(user);
    return wallet == nullptr ? ledger::Account{} : wallet->account;
}

bool goes_too_far(Batch& batch, Purchase const& what, Membership const& membership,
                  Rules const& rules) {
    auto const account = account_of(batch, what.user);
    return too_long(next_term(account, membership.months, rules, batch.now), batch.now);
}

Purchased answer_of(Opened const& opened) {
    Purchased answer;
    answer.order = opened.order;
    switch (opened.outcome) {
        case OrderOutcome::opened:
            return answer;
        case OrderOutcome::unknown_package:
            return refused(PurchaseOutcome::unknown_package);
        case OrderOutcome::overflow:
            return refused(PurchaseOutcome::overflow);
    }
    CHECK(false);
}

Purchased open(Batch& batch, Purchase const& what, Membership const* membership,
               Rules const& rules) {
    if (membership == nullptr) {
        return answer_of(open_recharge(batch,
                                       {.user = what.user,
                                        .package = what.package,
                                        .channel = what.channel,
                                        .secret = what.secret},
                                       rules));
    }
    return answer_of(
        open_order(batch,
                   {.user = what.user,
                    .bought = TermBought{.name = membership->name, .months = membership->months},
                    .amount = membership->amount,
                    .channel = what.channel,
                    .secret = what.secret},
                   rules));
}

Purchased for_money(Batch& batch, Purchase const& what, Membership const* membership,
                    Rules const& rules) {
    if (membership != nullptr && membership->amount == 0) {
        return refused(PurchaseOutcome::not_sold);
    }
    if (auto answer = crowded(batch, what, rules)) {
        return *answer;
    }
    auto answer = open(batch, what, membership, rules);
    if (answer.outcome == PurchaseOutcome::opened) {
        auto& order = batch.orders.opened.back();
        order.key = what.key;
        if (what.can_ask) {
            order.ask_at = next_question(order, batch.now);
        }
        answer.order = order;
    }
    return answer;
}

PurchaseOutcome outcome_of(MoveOutcome outcome) {
    switch (outcome) {
        case MoveOutcome::moved:
            return PurchaseOutcome::opened;
        case MoveOutcome::insufficient_credits:
            return PurchaseOutcome::insufficient_credits;
        case MoveOutcome::frozen:
            return PurchaseOutcome::frozen;
        case MoveOutcome::overflow:
            return PurchaseOutcome::overflow;
        default:
            return PurchaseOutcome::stopped;
    }
}

Order paid_with_credits(Batch const& batch, Purchase const& what, Membership const& membership) {
    Order order{.id = new_order_id(batch.now, what.secret),
                .user = what.user,
                .bought = TermBought{.name = membership.name, .months = membership.months},
                .channel = std::string{by_credits},
                .amount = membership.credits.value,
                .currency = std::string{credits_as_currency}};
    order.key = what.key;
    order.status = OrderStatus::paid;
    order.created_at = batch.now;
    order.expires_at = batch.now;
    order.paid_at = batch.now;
    order.provider = order.channel;
    order.trade = order.id;
    return order;
}

Purchased for_credits(Batch& batch, Purchase const& what, Membership const* membership,
                      Rules const& rules) {
    if (membership == nullptr || membership->credits.value == 0) {
        return refused(PurchaseOutcome::not_sold);
    }
    Purchased answer;
    answer.order = paid_with_credits(batch, what, *membership);
    ledger::Debit const debit{
        .amount = membership->credits,
        .action = std::string{as_service},
        .reference = payment_reference("membership", by_credits, answer.order.id),
        .note = membership->name + " of membership, order " + answer.order.id};
    Taking const taking{.service = debit.action, .amount = debit.amount, .api_key = what.api_key};
    auto const moved = take_guarded(batch, what.user, debit, taking, rules);
    answer.outcome = outcome_of(moved.outcome);
    answer.balance = moved.balance;
    answer.required = membership->credits;
    answer.moved = moved;
    if (answer.outcome != PurchaseOutcome::opened) {
        return answer;
    }
    auto& wallet = *batch.wallet_of(what.user);
    auto const term = extend_membership(wallet, membership->months, rules, batch.now);
    answer.order.account = wallet.account.id;
    answer.order.member_from = term.from;
    answer.order.member_until = term.until;
    batch.orders.opened.push_back(answer.order);
    batch.notices.push_back(order_paid(answer.order));
    return answer;
}

}  // namespace

Load load_for(Purchase const& what, Rules const& rules) {
    Load load{.users = {what.user}, .new_accounts = 1};
    if (what.channel == by_credits) {
        look_at_spending(load, rules, {std::string{as_service}});
    }
    if (what.api_key != 0) {
        load.api_keys = {what.api_key};
    }
    if (!what.key.empty()) {
        load.orders.keys.emplace_back(what.user, what.key);
    }
    load.orders.pending_of.push_back(what.user);
    return load;
}

Purchased purchase(Batch& batch, Purchase const& what, Rules const& rules) {
    if (auto answer = earlier(batch, what)) {
        return *answer;
    }
    Membership const* membership = nullptr;
    if (!what.term.empty()) {
        membership = find_membership(rules, what.term);
        if (membership == nullptr) {
            return refused(PurchaseOutcome::unknown_term);
        }
        if (goes_too_far(batch, what, *membership, rules)) {
            return refused(PurchaseOutcome::too_long);
        }
    }
    auto answer = what.channel == by_credits ? for_credits(batch, what, membership, rules)
                                             : for_money(batch, what, membership, rules);
    if (answer.outcome == PurchaseOutcome::opened && !what.key.empty()) {
        batch.orders.by_key.insert_or_assign({what.user, what.key}, answer.order);
    }
    return answer;
}

Load load_for_offer(std::string const& order) {
    return {.orders = {.ids = {order}}};
}

bool keep_offer(Batch& batch, std::string const& order, std::string const& offer) {
    auto* const loaded = batch.orders.find(order);
    if (loaded == nullptr || loaded->order.status != OrderStatus::pending) {
        return false;
    }
    loaded->order.offer = offer;
    loaded->changed = true;
    return true;
}

}  // namespace jobs
