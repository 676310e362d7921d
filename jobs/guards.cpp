#include "jobs/guards.h"

#include <algorithm>

namespace jobs {

namespace {

// One cap and what has been used of it.
struct Cap {
    Guard guard = Guard::job_cap;
    base::Credits limit;
    base::Credits used;
    base::Timestamp frees_at;
};

// Without a look (a new account, or one that is only asked about) nothing is spent yet.
base::Credits& spent_in(Batch& batch, base::AccountId account, Window window,
                        std::string_view service) {
    auto& all = batch.spent[account];
    auto const found = std::ranges::find_if(all, [&](Spent const& one) {
        return one.look.window == window && one.look.summed == Summed::spent &&
               one.look.service == service;
    });
    if (found != all.end()) {
        return found->amount;
    }
    Look const look{.window = window, .service = std::string{service}, .from = batch.now};
    return all.emplace_back(Spent{.look = look, .amount = {}, .mark = {}}).amount;
}

void add_caps_of_account(Batch& batch, ledger::Account const& account, std::string_view service,
                         Rules const& rules, std::vector<Cap>& caps) {
    auto const own = caps_of(rules, &account);
    auto const& of_service = rules_for(rules, service);
    auto const& zone = zone_of(rules, account);
    auto const add = [&](Guard guard, base::Credits limit, Window window, std::string_view what) {
        if (limit.value > 0) {
            auto const free = window == Window::day ? base::next_day(zone, batch.now)
                                                    : base::next_month(zone, batch.now);
            caps.push_back({.guard = guard,
                            .limit = limit,
                            .used = spent_in(batch, account.id, window, what),
                            .frees_at = free});
        }
    };
    add(Guard::daily_cap, own.daily, Window::day, "");
    add(Guard::monthly_cap, own.monthly, Window::month, "");
    add(Guard::service_daily_cap, of_service.daily_cap, Window::day, service);
    add(Guard::service_monthly_cap, of_service.monthly_cap, Window::month, service);
}

void add_caps_of_key(Batch const& batch, std::int64_t key, Rules const& rules,
                     std::vector<Cap>& caps) {
    auto const found = batch.key_budgets.find(key);
    if (found == batch.key_budgets.end()) {
        return;
    }
    auto const& budget = found->second;
    if (budget.daily_cap.value > 0) {
        caps.push_back({.guard = Guard::key_daily_cap,
                        .limit = budget.daily_cap,
                        .used = budget.used_today,
                        .frees_at = base::next_day(rules.zone, batch.now)});
    }
    if (budget.monthly_cap.value > 0) {
        caps.push_back({.guard = Guard::key_monthly_cap,
                        .limit = budget.monthly_cap,
                        .used = budget.used_this_month,
                        .frees_at = base::next_month(rules.zone, batch.now)});
    }
}

bool fits(Cap const& cap, base::Credits amount) {
    auto const then = base::checked_add(cap.used, amount);
    return then && *then <= cap.limit;
}

// Saturates: what no credit can count is over every cap.
void add_to(base::Credits& sum, base::Credits amount) {
    sum = base::checked_add(sum, amount).value_or(base::Credits{INT64_MAX});
}

std::string text(base::Credits credits) {
    return std::to_string(credits.value);
}

std::string when(std::optional<base::Timestamp> const& at) {
    return at ? "; there is room again from " + base::to_text(*at) : "";
}

}  // namespace

std::string_view to_text(Guard guard) {
    switch (guard) {
        case Guard::job_cap:
            return "job_cap";
        case Guard::daily_cap:
            return "daily_cap";
        case Guard::monthly_cap:
            return "monthly_cap";
        case Guard::service_daily_cap:
            return "service_daily_cap";
        case Guard::service_monthly_cap:
            return "service_monthly_cap";
        case Guard::key_daily_cap:
            return "key_daily_cap";
        case Guard::key_monthly_cap:
            return "key_monthly_cap";
    }
    CHECK(false);
}

std::string in_words(Hit const& hit) {
    auto const price = text(hit.required) + (hit.required.value == 1 ? " credit" : " credits");
    if (hit.guard == Guard::job_cap) {
        return "the job would cost " + price + "; a job may cost at most " + text(hit.limit);
    }
    bool const of_key = hit.guard == Guard::key_daily_cap || hit.guard == Guard::key_monthly_cap;
    bool const of_service =
        hit.guard == Guard::service_daily_cap || hit.guard == Guard::service_monthly_cap;
    bool const of_day = to_text(hit.guard).find("daily") != std::string_view::npos;
    return "it would cost " + price + "; " + (of_key ? "this API key" : "the account") +
           " may spend " + text(hit.limit) + (of_day ? " a day" : " a month") +
           (of_service ? " on this service" : "") + " and has spent " + text(hit.used) +
           when(hit.frees_at);
}

CapsInForce caps_of(Rules const& rules, ledger::Account const* account) {
    auto const& guards = rules.guards;
    static ledger::Caps const none;
    static TierCaps const no_tier;
    bool const tierless = account == nullptr || account->tier.empty();
    auto const found = guards.tiers.find(tierless ? "none" : account->tier);
    auto const& tier = found == guards.tiers.end() ? no_tier : found->second;
    auto const& own = account == nullptr ? none : account->standing.caps;
    auto const first = [](auto const& a, auto const& b, base::Credits all) {
        return a ? *a : b.value_or(all);
    };
    return {.job = first(own.job, tier.caps.job, guards.job_cap),
            .daily = first(own.daily, tier.caps.daily, guards.daily_cap),
            .monthly = first(own.monthly, tier.caps.monthly, guards.monthly_cap),
            .in_flight = tier.in_flight.value_or(guards.in_flight)};
}

base::Zone const& zone_of(Rules const& rules, ledger::Account const& account) {
    auto const* const own = account.time_zone.empty() || !rules.find_zone
                                ? nullptr
                                : rules.find_zone(account.time_zone);
    return own == nullptr ? rules.zone : *own;
}

std::optional<Hit> over_cap(Batch& batch, ledger::Account const& account, Taking const& taking,
                            Rules const& rules) {
    std::vector<Cap> caps;
    add_caps_of_account(batch, account, taking.service, rules, caps);
    add_caps_of_key(batch, taking.api_key, rules, caps);
    for (auto const& cap : caps) {
        if (!fits(cap, taking.amount)) {
            return Hit{.guard = cap.guard,
                       .required = taking.amount,
                       .limit = cap.limit,
                       .used = cap.used,
                       .frees_at = cap.frees_at,
                       .frees_in = cap.frees_at - batch.now};
        }
    }
    return std::nullopt;
}

void count(Batch& batch, ledger::Account const& account, Taking const& taking, Rules const& rules) {
    std::vector<Cap> in_force;  // of an account that is new nothing has been looked at before
    add_caps_of_account(batch, account, taking.service, rules, in_force);
    if (auto const found = batch.spent.find(account.id); found != batch.spent.end()) {
        for (auto& [look, amount, mark] : found->second) {
            bool const same = look.service.empty() || look.service == taking.service;
            if (same && look.summed != Summed::refunded && look.window != Window::usual) {
                add_to(amount, taking.amount);
            }
        }
    }
    auto const budget = batch.key_budgets.find(taking.api_key);
    if (budget != batch.key_budgets.end()) {
        add_to(budget->second.used_today, taking.amount);
        add_to(budget->second.used_this_month, taking.amount);
        batch.key_charges.push_back(
            {.key = taking.api_key, .opened_at = batch.now, .amount = taking.amount});
    }
}

void give_back_to_key(Batch& batch, std::int64_t api_key, base::Timestamp opened_at,
                      base::Credits amount) {
    if (api_key != 0 && amount.value != 0) {
        batch.key_charges.push_back({.key = api_key, .opened_at = opened_at, .amount = -amount});
    }
}

}  // namespace jobs
