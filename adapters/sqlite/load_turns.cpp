// Which turns are in use. The distinct priorities are found by jumping from one to the next in the
// index, so that ten thousand waiting jobs cost no more than one.
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "adapters/sqlite/load.h"

namespace adapters::sqlite {

namespace {

void load_lowest(Loading& loading, std::string const& service) {
    std::int64_t below = std::numeric_limits<std::int64_t>::max();
    while (true) {
        Query query{loading.database,
                    "SELECT priority, turn FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND "
                    "wait = 0 AND service = ? AND priority < ? ORDER BY priority DESC, turn "
                    "LIMIT 1"};
        if (!query.bind(service, below).step()) {
            return;
        }
        int const priority = query.small();
        loading.batch.turns.lowest[{service, priority}] = query.integer();
        below = priority;
    }
}

using Services = std::set<std::string, std::less<>>;

struct Place {
    std::string service;
    int priority = 0;
};

// Where the account's next lower (service, priority) is, if there is one.
std::optional<Place> next_highest(Query& query, jobs::Turns& turns, base::AccountId account,
                                  Services const& services) {
    if (!query.step()) {
        return std::nullopt;
    }
    Place place;
    place.service = query.text();
    place.priority = query.small();
    if (services.contains(place.service)) {
        turns.highest[{account, place.service, place.priority}] = query.integer();
    }
    return place;
}

std::optional<Place> first_place(Loading& loading, base::AccountId account,
                                 Services const& services) {
    Query query{loading.database,
                "SELECT service, priority, turn FROM jobs INDEXED BY jobs_turns WHERE "
                "state = 0 AND wait = 0 AND account = ? "
                "ORDER BY service DESC, priority DESC, turn DESC LIMIT 1"};
    query.bind(account);
    return next_highest(query, loading.batch.turns, account, services);
}

void load_highest(Loading& loading, base::AccountId account, Services const& services) {
    auto place = first_place(loading, account, services);
    while (place) {
        auto const last = *place;
        Query query{loading.database,
                    "SELECT service, priority, turn FROM jobs INDEXED BY jobs_turns WHERE "
                    "state = 0 AND wait = 0 AND account = ? AND (service, priority) < (?, ?) "
                    "ORDER BY service DESC, priority DESC, turn DESC LIMIT 1"};
        query.bind(account, last.service, last.priority);
        place = next_highest(query, loading.batch.turns, account, services);
    }
}

}  // namespace

void load_turns(Loading& loading) {
    if (loading.load.fairness_of.empty() && !loading.load.fairness_of_jobs) {
        return;
    }
    Services services{loading.load.fairness_of.begin(), loading.load.fairness_of.end()};
    auto accounts = loading.accounts;
    for (jobs::LoadedJob const& loaded : loading.batch.jobs) {
        accounts.insert(loaded.job.account);
        if (loading.load.fairness_of_jobs) {
            services.insert(loaded.job.service);
        }
    }
    for (std::string const& service : services) {
        load_lowest(loading, service);
    }
    for (base::AccountId const account : accounts) {
        load_highest(loading, account, services);
    }
}

}  // namespace adapters::sqlite
