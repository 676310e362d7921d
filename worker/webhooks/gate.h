// Whom to deliver to just now, as far as this process can tell: each receiver has its share of the
// deliveries at once, one that fails is left alone for a while, and those that are not known to be
// quick get no more than half of all. So a slow or dead receiver delays itself and nobody else.
// Pure: time comes in from outside.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace worker {

class Gate {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Limits {
        int at_once = 16;
        base::Millis first_pause{5'000};      // after a few failures in a row; doubles
        base::Millis longest_pause{300'000};  // between looks at a receiver that fails
        base::Millis slow{2'000};             // a delivery that takes longer is slow
    };

    explicit Gate(Limits limits) : limits_{limits} {}

    struct Room {
        int targets = 0;
        std::vector<std::string> skip;
        std::optional<std::vector<std::string>> only;
    };

    // What may be begun now.
    [[nodiscard]] Room room(Time now) const;

    void begin(std::string const& target);

    struct Ended {
        bool tried = true;       // there was something to deliver
        bool delivered = false;  // something got through
        bool reached = false;    // there was an answer, at least
        base::Millis took{};     // the longest of its deliveries
        std::optional<base::Millis> leave_alone;
    };

    void end(std::string const& target, Ended const& ended, Time now);

    [[nodiscard]] int under_way() const { return under_way_; }

private:
    struct Receiver {
        int under_way = 0;
        int failures = 0;  // in a row
        bool proven = false;
        Time closed_until{};
    };

    [[nodiscard]] int share(Receiver const& receiver) const;
    void forget_idle();

    Limits limits_;
    std::map<std::string, Receiver> receivers_;
    int under_way_ = 0;
};

}  // namespace worker
