// How jobs are treated, from configuration: plain values that the decisions are given.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/credits.h"
#include "base/time.h"
#include "base/zone.h"
#include "ledger/standing.h"

namespace jobs {

// No lease is longer. One that is further off was given before the clock was set back.
inline constexpr base::Millis longest_lease{24 * 3600 * 1000LL};

struct ServiceRules {
    int max_attempts = 3;         // failures that end the job
    base::Millis backoff{2'000};  // before the second try; doubles each time
    base::Millis backoff_cap{300'000};
    base::Millis deadline{24 * 3600 * 1000LL};  // from the start of a charge to a verdict
    std::string provider;  // who runs it, from its claim on; empty: that is decided at the submit
    bool keeps_moderated = false;  // the charge of a job whose content the provider refused
    base::Credits daily_cap;       // most that one account may spend on it a day; zero: no limit
    base::Credits monthly_cap;     // … in a month
};

// Pulled when what an account spent in the last hour, or what it was given back, is more than so
// many times its usual hour: the mean of the seven days before. An account that is younger than a
// day and an hour has no usual hour and is not judged.
struct Brake {
    std::int64_t multiple = 0;      // zero: there is no brake
    base::Credits at_least{1'000};  // less in an hour never pulls it
    base::Millis holds{};           // for so long; zero: until somebody lifts it
};

struct TierCaps {
    ledger::Caps caps;
    std::optional<int> in_flight;
};

struct Guards {
    base::Credits job_cap;      // most that one job may cost; zero: no limit
    base::Credits daily_cap;    // most that an account may spend a day; zero: no limit
    base::Credits monthly_cap;  // … in a month
    int in_flight = 0;  // most jobs of an account that are processed at once; zero: no limit
    std::map<std::string, TierCaps, std::less<>> tiers;  // where they differ
    Brake brake;
};

// What credits can be bought for: so much money, so many credits.
struct Package {
    std::string name;
    std::int64_t amount = 0;  // in fen
    base::Credits credits;
    base::Credits bonus;                  // on top of these
    std::optional<base::Timestamp> from;  // sold from then on
    std::optional<base::Timestamp> to;    // and no longer from then on
    bool active = true;                   // false: not sold at all
    std::optional<base::Millis> life;     // of the credits, from the payment on; none: for ever

    friend bool operator==(Package const&, Package const&) = default;
};

// What becomes of credits that were spent before the money for them went back.
enum class Chargeback : std::uint8_t { debt, loss };

struct RechargeRules {
    std::vector<Package> packages{
        {.name = "10", .amount = 1'000, .credits = {100}, .bonus = {}},
        {.name = "50", .amount = 5'000, .credits = {500}, .bonus = {50}},
        {.name = "100", .amount = 10'000, .credits = {1'000}, .bonus = {200}},
        {.name = "500", .amount = 50'000, .credits = {5'000}, .bonus = {1'500}},
    };
    // Tier -> what a package's credits and bonus are multiplied with; rounded once, up.
    std::map<std::string, base::Rate, std::less<>> multipliers;
    base::Millis order_life{2 * 3600 * 1000LL};
    int pending_orders = 20;  // of one account at the same time
    Chargeback chargeback = Chargeback::debt;
};

// What a membership can be bought for.
struct Membership {
    std::string name;  // "month", "quarter" or "year"
    int months = 1;
    std::int64_t amount = 0;  // in fen; zero: not sold for money
    base::Credits credits;    // zero: not sold for credits

    friend bool operator==(Membership const&, Membership const&) = default;
};

struct Rules {
    ServiceRules defaults;
    std::map<std::string, ServiceRules, std::less<>> services;
    std::map<std::string, int, std::less<>> weights;  // tier -> share in the fair order, at least 1
    Guards guards;
    base::Credits signup_gift{520};
    base::Millis refund_grace{7 * 24 * 3600 * 1000LL};
    base::Millis lease{15'000};
    int poison_losses = 3;
    RechargeRules recharge;
    std::vector<Membership> memberships{
        {.name = "month", .months = 1, .amount = 990, .credits = {}},
        {.name = "quarter", .months = 3, .amount = 2'500, .credits = {}},
        {.name = "year", .months = 12, .amount = 8'800, .credits = {}},
    };
    base::Zone zone;  // whose days and months caps go by
    // The zone of that name, for accounts that have their own; nullptr: there is none. Empty: all
    // go by `zone`. What it points to lives as long as the rules.
    std::function<base::Zone const*(std::string const&)> find_zone;
};

inline ServiceRules const& rules_for(Rules const& rules, std::string_view service) {
    auto const found = rules.services.find(service);
    return found == rules.services.end() ? rules.defaults : found->second;
}

}  // namespace jobs
