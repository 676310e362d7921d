// How a provider stands in this process, for people.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "worker/breaker.h"

namespace worker {

struct ProviderState {
    Breaker::State breaker = Breaker::State::closed;
    bool refuses_us = false;
    base::Millis closed_for{};
    std::string trouble;          // the last one; empty: none since it worked
    int here = 0;                 // jobs that it has of this process
    std::int64_t cost_today = 0;  // millionths, where there is a limit on it
};

using ProviderStates = std::map<std::string, ProviderState>;

}  // namespace worker
