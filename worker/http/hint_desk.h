// Where providers say that there is news of a job.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "worker/hints.h"
#include "worker/http/local_rate.h"

namespace worker::http {

class HintDesk {
public:
    // `wake` has the provider of that job asked at once, on the loop's thread.
    HintDesk(std::unique_ptr<Hints> hints, std::function<void(base::JobId)> wake)
        : hints_{std::move(hints)}, wake_{std::move(wake)} {}

    // Nothing tells whether it meant anything; too many from one place don't.
    void take(std::string_view remote, std::string_view job, std::string_view proof) {
        constexpr adapters::Rate rate{.count = 3'000, .period = base::Millis{60'000}, .burst = 300};
        auto const known = hints_ ? hints_->job_of(job, proof) : std::nullopt;
        if (limit_.take(remote, rate, 1).allowed && known) {
            wake_(*known);
        }
    }

private:
    std::unique_ptr<Hints> hints_;
    std::function<void(base::JobId)> wake_;
    LocalRateLimit limit_;
};

}  // namespace worker::http
