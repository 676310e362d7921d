// The overview as JSON: first what needs somebody's attention, then how things stand.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "config/settings.h"
#include "worker/http/problem.h"
#include "worker/metrics/metered_provider.h"
#include "worker/metrics/metered_store.h"
#include "worker/metrics/state.h"
#include "worker/queue_modes.h"

namespace worker::http {

struct OverviewFacts {
    metrics::Sighting sighting;
    QueueModes queues;  // all of them
    std::map<std::string, metrics::ProviderHealth> providers;
    std::optional<metrics::Day::Sums> today;  // of this process
    std::string store_trouble;                // since the sighting
    std::optional<std::string> redis_trouble;
    config::Settings const* settings = nullptr;  // whose limits queues have; null: not told
};

// Something that somebody should look at.
struct Concern {
    std::string what;  // for programs: "poison", "store_away", …
    bool urgent = false;
    std::string detail;         // one line for people, in English
    boost::json::object facts;  // what the line says in other languages
};

// The urgent ones first.
std::vector<Concern> concerns_of(OverviewFacts const& facts);

boost::json::object provider_json(std::string const& name, metrics::ProviderHealth const& health);

boost::json::object overview_json(OverviewFacts const& facts,
                                  Language language = Language::english);

}  // namespace worker::http
