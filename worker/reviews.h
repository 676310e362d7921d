// What people decide about notices of payments that wait for them, by whatever face it comes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/store.h"
#include "jobs/review.h"

namespace worker {

inline constexpr std::size_t most_review_reason = 1'000;  // bytes

struct Review {
    std::int64_t number = 0;  // of the notice
    bool accept = false;
    std::string order;  // which of our orders it is accepted for; empty: the one that it names
    std::string by;
    std::string reason;
};

// None: there is no such notice, or it waits for nobody.
std::optional<jobs::Resolved> review(adapters::Store& store, jobs::Rules const& rules,
                                     Review const& what);

}  // namespace worker
