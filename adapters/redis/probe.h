// Looks at a Redis once, for the doctor.
#pragma once

#include <string>

#include "adapters/redis/settings.h"

namespace adapters::redis {

struct Findings {
    std::string where;
    std::string version;            // "7.0.15", "7.0.15 in a cluster"; empty: it does not say
    std::string role;               // "master", "slave"; of a cluster's node it does not matter
    std::string eviction;           // maxmemory-policy
    std::int64_t memory_limit = 0;  // bytes; zero: none
    std::int64_t memory_used = 0;
    base::Millis latency{0};  // of one command, the best of a few
    bool old = false;         // before 6.2, which the intake needs
};

// Throws adapters::Unavailable, of a cluster that is down as well, or adapters::Unusable.
Findings probe(Settings const& settings);

}  // namespace adapters::redis
