// What guards look at, and when the brake is pulled: by whole numbers, from entries of the ledger.
#include <algorithm>
#include <chrono>

#include "jobs/guards.h"

namespace jobs {

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr base::Millis lately = hours{1};
constexpr base::Millis long_ago = days{7};
constexpr base::Millis shortest_past = days{1};

// Since when what was spent is held against the account.
base::Timestamp lately_from(ledger::Standing const& standing, base::Timestamp now) {
    auto from = now - lately;
    if (standing.brake_lifted_at) {
        from = std::max(from, *standing.brake_lifted_at + base::Millis{1});
    }
    if (standing.brake && standing.brake->until && *standing.brake->until <= now) {
        from = std::max(from, *standing.brake->until);
    }
    return from;
}

base::Timestamp past_from(ledger::Account const& account, base::Timestamp now) {
    return std::max(account.created_at, now - lately - long_ago);
}

bool has_past(ledger::Account const& account, base::Timestamp now) {
    return past_from(account, now) + shortest_past <= now - lately;
}

void add_looks_of_brake(ledger::Account const& account, base::Timestamp now,
                        std::vector<Look>& looks) {
    for (auto const summed : {Summed::debited, Summed::refunded}) {
        looks.push_back({.window = Window::lately,
                         .summed = summed,
                         .service = "",
                         .from = lately_from(account.standing, now)});
        looks.push_back({.window = Window::usual,
                         .summed = summed,
                         .service = "",
                         .from = past_from(account, now),
                         .to = now - lately});
    }
}

std::vector<Look> looks_of(ledger::Account const& account, base::Timestamp now,
                           std::vector<std::string> const& services, Rules const& rules) {
    std::vector<Look> looks;
    auto const own = caps_of(rules, &account);
    auto const& zone = zone_of(rules, account);
    auto const add = [&](base::Credits daily, base::Credits monthly, std::string const& service) {
        if (daily.value > 0) {
            looks.push_back(
                {.window = Window::day, .service = service, .from = base::day_start(zone, now)});
        }
        if (monthly.value > 0) {
            looks.push_back({.window = Window::month,
                             .service = service,
                             .from = base::month_start(zone, now)});
        }
    };
    add(own.daily, own.monthly, "");
    for (auto const& service : services) {
        auto const& of_service = rules_for(rules, service);
        add(of_service.daily_cap, of_service.monthly_cap, service);
    }
    if (rules.guards.brake.multiple > 0 && has_past(account, now)) {
        add_looks_of_brake(account, now, looks);
    }
    return looks;
}

base::Credits sum_of(Batch const& batch, base::AccountId account, Window window, Summed summed) {
    auto const all = batch.spent.find(account);
    if (all == batch.spent.end()) {
        return {};
    }
    auto const found = std::ranges::find_if(all->second, [&](Spent const& one) {
        return one.look.window == window && one.look.summed == summed;
    });
    return found == all->second.end() ? base::Credits{} : found->amount;
}

// `now` is more than `multiple` times the mean of as long a time within `past`.
bool leaps(base::Credits now, base::Credits before, base::Millis past, Brake const& brake) {
    __extension__ using Wide = __int128;
    return now >= brake.at_least &&
           static_cast<Wide>(now.value) * past.count() >
               static_cast<Wide>(before.value) * lately.count() * brake.multiple;
}

std::string reason(std::string_view what, base::Credits now, base::Credits before,
                   base::Millis past, Brake const& brake) {
    __extension__ using Wide = __int128;
    auto const usual =
        static_cast<std::int64_t>(static_cast<Wide>(before.value) * lately.count() / past.count());
    return std::string{what} + " " + std::to_string(now.value) + " credits in an hour; usual are " +
           std::to_string(usual) + ", and " + std::to_string(brake.multiple) +
           " times as much is suspicious";
}

// A brake whose time was up.
void forget_ended(Batch& batch, ledger::Wallet& wallet) {
    auto& standing = wallet.account.standing;
    if (standing.brake && !ledger::braked(standing, batch.now)) {
        standing.brake_lifted_at = standing.brake->until;
        standing.brake.reset();
        wallet.changed = true;
        batch.released.push_back(wallet.account.id);
    }
}

}  // namespace

void look_at_spending(Load& load, Rules const& rules, std::vector<std::string> services) {
    std::erase_if(services, [&](std::string const& service) {
        auto const& own = rules_for(rules, service);
        return own.daily_cap.value <= 0 && own.monthly_cap.value <= 0;
    });
    std::ranges::sort(services);
    auto const twice = std::ranges::unique(services);
    services.erase(twice.begin(), twice.end());
    load.looks = [&rules, services = std::move(services)](base::Timestamp now,
                                                          ledger::Account const& account) {
        return looks_of(account, now, services, rules);
    };
    load.key_windows = [&rules](base::Timestamp now) {
        return KeyWindows{.day = base::day_start(rules.zone, now),
                          .month = base::month_start(rules.zone, now)};
    };
}

bool brakes(Batch& batch, ledger::Wallet& wallet, Taking const& taking, Rules const& rules) {
    auto const& brake = rules.guards.brake;
    auto& account = wallet.account;
    forget_ended(batch, wallet);
    if (brake.multiple <= 0 || !has_past(account, batch.now)) {
        return false;
    }
    auto const past = batch.now - lately - past_from(account, batch.now);
    auto const see = [&](Window window, Summed summed) {
        return sum_of(batch, account.id, window, summed);
    };
    // Once it is lifted, or over, what pulled it may go through: then only what was taken since is
    // judged, or it would be pulled by the same thing for ever.
    bool const lifted = lately_from(account.standing, batch.now) > batch.now - lately;
    auto const more = lifted ? base::Credits{} : taking.amount;
    auto const taken = base::checked_add(see(Window::lately, Summed::debited), more)
                           .value_or(base::Credits{INT64_MAX});
    auto const usual = see(Window::usual, Summed::debited);
    auto const back = see(Window::lately, Summed::refunded);
    auto const usual_back = see(Window::usual, Summed::refunded);
    ledger::Stop stop{.reason = "", .by = "", .since = batch.now, .until = {}};
    if (leaps(taken, usual, past, brake)) {
        stop.reason = reason("would have spent", taken, usual, past, brake);
    } else if (leaps(back, usual_back, past, brake)) {
        stop.reason = reason("was given back", back, usual_back, past, brake);
    } else {
        return false;
    }
    if (brake.holds.count() > 0) {
        stop.until = batch.now + brake.holds;
    }
    account.standing.brake = std::move(stop);
    wallet.changed = true;
    batch.stopped.push_back(account.id);
    return true;
}

}  // namespace jobs
