// The generic cell rate algorithm: a request moves the time at which the burst is whole again on by
// its share of the period, and is allowed while that stays within the burst.
#include "worker/http/local_rate.h"

#include <algorithm>

namespace worker::http {

namespace {

constexpr std::size_t most_keys = 20'000;

}  // namespace

// Only running out of memory can throw here, and then the limit is not what matters.
adapters::RateAnswer LocalRateLimit::take(std::string_view key, adapters::Rate const& rate,
                                          std::int64_t cost) noexcept {
    auto const now =
        std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
    auto const share = std::max(Nanos{1}, Nanos{rate.period} / rate.count);
    std::scoped_lock const lock{mutex_};
    if (full_again_.size() >= most_keys) {
        forget(now);
    }
    auto& stored = full_again_[std::string{key}];
    auto const from = std::max(stored, now);
    auto const latest = now + share * rate.burst;
    auto const next = from + share * cost;
    if (next > latest) {
        auto const wait = std::chrono::ceil<base::Millis>(next - latest);
        return {.allowed = false, .retry_after = wait, .remaining = (latest - from) / share};
    }
    stored = next;
    return {.remaining = (latest - next) / share};
}

// Whose burst is whole has nothing to be remembered for. Where that does not help, all start anew:
// memory stays bounded.
void LocalRateLimit::forget(Nanos now) {
    std::erase_if(full_again_, [&](auto const& entry) { return entry.second <= now; });
    if (full_again_.size() >= most_keys) {
        full_again_.clear();
    }
}

}  // namespace worker::http
