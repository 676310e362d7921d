// When a provider is left alone: after failures of its channel in a row for a while, then one call
// tries it; where our key or balance is refused for long, until somebody acts. Pure: the time is
// told.
#pragma once

#include <chrono>
#include <string_view>

#include "base/time.h"

namespace worker {

class Breaker {
public:
    using Time = std::chrono::steady_clock::time_point;

    enum class State : std::uint8_t { closed, open, probing };

    // It took a job, or was done with one.
    void worked();

    // It could not be reached, answered nothing, or said that it is out of order.
    void failed(Time now);

    // It refuses us, whatever we ask: nothing changes until somebody acts.
    void refused_us(Time now);

    // It asks to be left alone for so long, as too much is asked of it.
    void rest(Time now, base::Millis time);

    // For how long nobody may call it; zero: a call may go. A call that goes while it was open is
    // the probe, and the others wait for what comes of it.
    [[nodiscard]] base::Millis closed_for(Time now) const;
    void going(Time now);

    [[nodiscard]] State state(Time now) const;

    [[nodiscard]] bool refuses_us() const { return refuses_us_; }

private:
    void open(Time now, base::Millis first, base::Millis longest);

    int failures_ = 0;  // in a row
    int openings_ = 0;  // since it worked
    bool refuses_us_ = false;
    Time open_until_{};
    Time rests_until_{};
    Time probe_until_{};  // when the probe has taken too long to be waited for
};

std::string_view to_text(Breaker::State state);

}  // namespace worker
