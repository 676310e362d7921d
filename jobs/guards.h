// The caps on what may be spent, and the brake. Whose cap it is: of one job, of the account (its
// own, its tier's, or the one for all), of a service on one account, of an API key. Days and months
// are those of the account's own time zone where it has one; of a key, of the configured zone.
//
// Consuming and paying with points counts as jobs do; what a charge gives back makes room in the
// day and month in which it was opened. Nothing is loaded or written where no cap is in force.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

enum class Guard : std::uint8_t {
    job_cap,
    daily_cap,
    monthly_cap,
    service_daily_cap,
    service_monthly_cap,
    key_daily_cap,
    key_monthly_cap,
};

std::string_view to_text(Guard guard);

// Which guard says no, and why.
struct Hit {
    Guard guard = Guard::job_cap;
    base::Credits required;
    base::Credits limit;
    base::Credits used;                       // of the limit, by now
    std::optional<base::Timestamp> frees_at;  // when it counts anew; none: never
    base::Millis frees_in{};
};

std::string in_words(Hit const& hit);

// The caps in force for one account, each zero where there is none.
struct CapsInForce {
    base::Credits job;
    base::Credits daily;
    base::Credits monthly;
    int in_flight = 0;
};

// nullptr: an account that is not opened yet.
CapsInForce caps_of(Rules const& rules, ledger::Account const* account);

// The zone of whose day and month an account's spending is counted.
base::Zone const& zone_of(Rules const& rules, ledger::Account const& account);

// What is to be looked at before anything is taken from accounts for these services. `rules` must
// outlive the load.
void look_at_spending(Load& load, Rules const& rules, std::vector<std::string> services);

// Something that is about to be taken.
struct Taking {
    std::string service;  // or what a caller calls it
    base::Credits amount;
    std::int64_t api_key = 0;  // with a cap, see Request::api_key
};

// The cap that it would go over, if any.
std::optional<Hit> over_cap(Batch& batch, ledger::Account const& account, Taking const& taking,
                            Rules const& rules);

// It was taken: later ones of this transaction see it.
void count(Batch& batch, ledger::Account const& account, Taking const& taking, Rules const& rules);

// What was taken at `opened_at` with that key is less, or, below zero, more.
void give_back_to_key(Batch& batch, std::int64_t api_key, base::Timestamp opened_at,
                      base::Credits amount);

// Pulls the brake if this would leap over what is usual for the account: then nothing may be taken
// from it, and it is told why.
bool brakes(Batch& batch, ledger::Wallet& wallet, Taking const& taking, Rules const& rules);

}  // namespace jobs
