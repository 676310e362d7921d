// Exponential backoff with jitter.
#include "jobs/backoff.h"

#include <algorithm>

namespace jobs {

namespace {

// SplitMix64: spreads neighbouring numbers over all 64 bits.
std::uint64_t scatter(std::uint64_t seed) {
    seed += 0x9e3779b97f4a7c15U;
    seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
    seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
    return seed ^ (seed >> 31U);
}

}  // namespace

base::Millis backoff(Job const& job, ServiceRules const& rules) {
    base::Millis wait = rules.backoff;
    for (int i = 1; i < job.failures && wait < rules.backoff_cap; ++i) {
        wait *= 2;
    }
    wait = std::min(wait, rules.backoff_cap);
    auto const seed =
        static_cast<std::uint64_t>(job.id.value) * 64U + static_cast<std::uint64_t>(job.failures);
    auto const quarter = static_cast<std::uint64_t>(wait.count() / 4) + 1U;
    return wait - base::Millis{static_cast<std::int64_t>(scatter(seed) % quarter)};
}

}  // namespace jobs
