// How jobs are treated, from configuration: plain values that the decisions are given.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

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
    std::string provider;
    base::Credits daily_cap;    // most that one account may spend on it a day; zero: no limit
    base::Credits monthly_cap;  // … in a month
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

struct Rules {
    ServiceRules defaults;
    std::map<std::string, ServiceRules, std::less<>> services;
    std::map<std::string, int, std::less<>> weights;  // tier -> share in the fair order, at least 1
    Guards guards;
    base::Credits signup_gift{520};
    base::Millis refund_grace{7 * 24 * 3600 * 1000LL};
    base::Millis lease{15'000};
    int poison_losses = 3;
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
