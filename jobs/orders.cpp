#include "jobs/orders.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "jobs/accounts.h"

namespace jobs {

namespace {

__extension__ using Wide = unsigned __int128;

// Neither is negative: configuration refuses such.
std::optional<base::Credits> times(base::Credits credits, base::Rate rate) {
    CHECK(credits.value >= 0 && rate.micros >= 0);
    constexpr Wide micros{1'000'000};
    auto const product = static_cast<Wide>(credits.value) * static_cast<Wide>(rate.micros);
    auto const whole = product / micros + (product % micros == 0 ? 0 : 1);
    if (whole > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return base::Credits{static_cast<std::int64_t>(whole)};
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_order_id(std::string_view text) {
    return text.size() == order_id_size && std::ranges::all_of(text, is_letter);
}

bool on_sale(Package const& package, base::Timestamp now) {
    return package.active && (!package.from || *package.from <= now) &&
           (!package.to || now < *package.to);
}

Package const* find_package(RechargeRules const& rules, std::string_view name,
                            base::Timestamp now) {
    auto const found = std::ranges::find_if(rules.packages, [&](Package const& each) {
        return each.name == name && on_sale(each, now);
    });
    return found == rules.packages.end() ? nullptr : &*found;
}

std::optional<CreditsBought> bought_of(Package const& package, RechargeRules const& rules,
                                       std::string_view tier) {
    auto const found = rules.multipliers.find(tier);
    auto const multiplier = found == rules.multipliers.end() ? base::one : found->second;
    auto const sum = base::checked_add(package.credits, package.bonus);
    auto const all = sum ? times(*sum, multiplier) : std::nullopt;
    auto const credits = times(package.credits, multiplier);
    if (!all || !credits) {
        return std::nullopt;
    }
    return CreditsBought{.package = package.name,
                         .credits = *credits,
                         .bonus = *all - *credits,
                         .life = package.life,
                         .multiplier = multiplier};
}

// Thirteen digits until the year 2286.
std::string new_order_id(base::Timestamp now, std::string_view secret) {
    CHECK(secret.size() == order_secret_size && std::ranges::all_of(secret, is_letter));
    auto const time = std::to_string(std::max<std::int64_t>(base::to_ms(now), 0));
    std::string id(order_id_size - order_secret_size - std::min<std::size_t>(time.size(), 13), '0');
    return id.append(time).append(secret);
}

Load load_for_order(std::string const& user) {
    return {.users = {user}, .new_accounts = 1};
}

Opened open_order(Batch& batch, OrderRequest const& what, Rules const& rules) {
    CHECK(what.amount > 0);
    auto const& account = wallet_for(batch, what.user, rules).account;
    Opened answer;
    answer.order = {.id = new_order_id(batch.now, what.secret),
                    .account = account.id,
                    .user = account.user,
                    .bought = what.bought,
                    .channel = what.channel,
                    .amount = what.amount,
                    .currency = what.currency,
                    .created_at = batch.now,
                    .expires_at = batch.now + rules.recharge.order_life};
    batch.orders.opened.push_back(answer.order);
    return answer;
}

Opened open_recharge(Batch& batch, RechargeRequest const& what, Rules const& rules) {
    auto const* const package = find_package(rules.recharge, what.package, batch.now);
    if (package == nullptr) {
        return {.outcome = OrderOutcome::unknown_package, .order = {}};
    }
    auto const* const wallet = batch.wallet_of(what.user);
    auto const bought =
        bought_of(*package, rules.recharge, wallet == nullptr ? "" : wallet->account.tier);
    if (!bought) {
        return {.outcome = OrderOutcome::overflow, .order = {}};
    }
    return open_order(batch,
                      {.user = what.user,
                       .bought = *bought,
                       .amount = package->amount,
                       .channel = what.channel,
                       .secret = what.secret},
                      rules);
}

Load load_for_closing(int orders) {
    return {.orders = {.closable = orders}};
}

int close_due(Batch& batch) {
    int closed = 0;
    for (auto& [order, changed] : batch.orders.loaded) {
        bool const due = order.status == OrderStatus::pending && !order.ask_at;
        if (due && order.expires_at <= batch.now) {
            order.status = OrderStatus::closed;
            order.closed_at = batch.now;
            changed = true;
            ++closed;
        }
    }
    return closed;
}

}  // namespace jobs
