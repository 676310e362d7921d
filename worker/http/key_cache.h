// API keys as the store knew them a moment ago, so that a request costs no look-up. Wrong keys are
// remembered as well. Bounded, and never older than it says.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "adapters/caller.h"

namespace worker::http {

class KeyCache {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::milliseconds oldest{1'000};
    static constexpr std::size_t most = 10'000;

    struct Found {
        std::optional<adapters::ApiKey> key;  // none: there is no such key
        // Whoever gets this first is to look it up again; the others may go on with what is known.
        bool to_refresh = false;
    };

    // Nothing: not known, or too old to be believed.
    std::optional<Found> find(std::string const& hash, Clock::time_point now);

    // `asked`: when the store was asked, for it may have changed since.
    void put(std::string const& hash, std::optional<adapters::ApiKey> key, Clock::time_point asked);

    [[nodiscard]] std::size_t size() const;

private:
    struct Entry {
        std::optional<adapters::ApiKey> key;
        Clock::time_point asked;
        bool refreshing = false;
    };

    mutable std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;  // by hash
};

}  // namespace worker::http
