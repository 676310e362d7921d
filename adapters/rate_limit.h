// The port to a limit on requests that all processes share. It is a courtesy in front of the caps
// that the store counts: where it can't be asked it allows, and says so.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace adapters {

// `count` requests in each `period`, evenly; `burst` of them may come at once.
struct Rate {
    std::int64_t count = 1;
    base::Millis period{1'000};
    std::int64_t burst = 1;
};

struct RateAnswer {
    bool allowed = true;
    base::Millis retry_after{0};  // not allowed: the same request would be allowed after this
    std::int64_t remaining = 0;   // so many more would be allowed right now
    bool asked = true;            // false: nobody could be asked, and it was simply allowed
};

class RateLimit {
public:
    RateLimit() = default;
    RateLimit(RateLimit const&) = delete;
    RateLimit& operator=(RateLimit const&) = delete;
    virtual ~RateLimit() = default;

    // Takes `cost` from what `key` may do, if that is allowed; nothing otherwise. Never throws; may
    // be called from any thread. The rate must be positive in all its parts. A cost above the burst
    // is never allowed.
    virtual RateAnswer take(std::string_view key, Rate const& rate, std::int64_t cost) noexcept = 0;
};

}  // namespace adapters
