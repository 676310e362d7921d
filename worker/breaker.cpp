#include "worker/breaker.h"

#include <algorithm>

#include "base/check.h"

namespace worker {

namespace {

constexpr int failures_that_open = 5;
constexpr base::Millis first_pause{15'000};
constexpr base::Millis longest_pause{600'000};
constexpr base::Millis first_refusal{300'000};
constexpr base::Millis longest_refusal{3'600'000};
constexpr base::Millis longest_rest{3'600'000};
constexpr base::Millis probe_takes{60'000};
constexpr int most_doublings = 8;

base::Millis until(Breaker::Time then, Breaker::Time now) {
    return std::max(std::chrono::ceil<base::Millis>(then - now), base::Millis{});
}

}  // namespace

void Breaker::worked() {
    *this = {};
}

void Breaker::failed(Time now) {
    failures_ += 1;
    if (failures_ >= failures_that_open || openings_ > 0) {
        open(now, first_pause, longest_pause);
    }
}

void Breaker::refused_us(Time now) {
    refuses_us_ = true;
    open(now, first_refusal, longest_refusal);
}

void Breaker::rest(Time now, base::Millis time) {
    probe_until_ = {};
    rests_until_ = std::max(rests_until_, now + std::min(time, longest_rest));
}

// Calls that were under way when it opened tell nothing new.
void Breaker::open(Time now, base::Millis first, base::Millis longest) {
    if (open_until_ > now) {
        return;
    }
    open_until_ = now + std::min(first * (1 << std::min(openings_, most_doublings)), longest);
    probe_until_ = {};
    openings_ += 1;
}

base::Millis Breaker::closed_for(Time now) const {
    return until(std::max({open_until_, rests_until_, probe_until_}), now);
}

void Breaker::going(Time now) {
    if (openings_ > 0) {
        probe_until_ = now + probe_takes;
    }
}

Breaker::State Breaker::state(Time now) const {
    if (openings_ == 0) {
        return State::closed;
    }
    return open_until_ > now ? State::open : State::probing;
}

std::string_view to_text(Breaker::State state) {
    switch (state) {
        case Breaker::State::closed:
            return "closed";
        case Breaker::State::open:
            return "open";
        case Breaker::State::probing:
            return "probing";
    }
    CHECK(false);
}

}  // namespace worker
