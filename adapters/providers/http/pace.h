// How often tasks are asked about, and what is remembered of each: how long it has been asked about
// and how often it could not be found. In memory only: after a restart it begins anew.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "dialect/dialect.h"

namespace adapters::providers::http {

using Clock = std::chrono::steady_clock;

// For dates and signatures, which others judge by their own clocks.
inline base::Timestamp wall_clock() {
    return std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
}

// A task that is not found is lost when this has happened so often, over so long a time.
struct LostAfter {
    int times = 5;
    base::Millis over{600'000};
};

class Pace {
public:
    Pace(std::optional<dialect::Poll> const& poll, LostAfter lost_after);

    // Until the next question about this task: longer with each, and never at the same time as all
    // others. Within bounds, the provider's wish goes before.
    base::Millis next(std::string const& task, std::optional<base::Millis> wish);

    [[nodiscard]] base::Millis first() const;

    // How long to wait so that no more than per_second are asked; nothing where that is too long,
    // and the question should come another time.
    std::optional<base::Millis> room();

    // It was not found. Whether that makes it lost.
    bool lose(std::string const& task);
    void found(std::string const& task);

    // How often it came without what it should have made.
    int empty(std::string const& task);

    void forget(std::string const& task);

private:
    struct Task {
        std::uint32_t asked = 0;
        int lost = 0;
        int empty = 0;
        Clock::time_point first_lost;
    };

    Task& of(std::string const& task);
    base::Millis scattered(base::Millis wait, std::string const& task, std::uint32_t asked) const;

    dialect::Poll poll_;
    LostAfter lost_after_;
    Clock::time_point free_at_;
    std::unordered_map<std::string, Task> tasks_;
};

}  // namespace adapters::providers::http
