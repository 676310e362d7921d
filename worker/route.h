// Which step of a route a job goes to: a pure decision. Steps of the lowest rank that can take it
// share by weight; a step that did not take it is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace worker {

// A step of a route as it stands now, for one job.
struct Lane {
    std::string provider;
    std::string model;
    int weight = 1;
    int rank = 0;
    bool fits = true;            // its conditions hold for this job's input
    bool there = true;           // it is configured
    bool refused = false;        // it did not take this job, in this attempt
    base::Millis closed_for{0};  // it can't be asked for so long (breaker, limits); zero: it can
    std::string why{};           // closed: in a few words
};

struct Choice {
    enum class Kind : std::uint8_t {
        go,         // to `lane`
        wait,       // for `wait` nobody can be asked
        exhausted,  // all of them have refused it
        nobody,     // the route has no step for such a job
    };

    Kind kind = Kind::nobody;
    std::size_t lane = 0;
    base::Millis wait{};
    std::string why{};  // wait: of the one that can be asked the soonest
};

// `dice` decides among equals; the same dice, the same choice.
Choice choose(std::vector<Lane> const& lanes, std::uint64_t dice);

}  // namespace worker
