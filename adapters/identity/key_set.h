// The keys in force: those that were given, and those of an address, which may change while the
// program runs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/identity/jwt.h"
#include "adapters/identity/key.h"

namespace adapters::identity {

// Gets the document at the address, or what is wrong. Blocks, and has a deadline of its own.
using Fetch = std::function<std::expected<std::string, std::string>()>;

// Told when the address begins to fail, with the reason, and with nothing when it is back.
using TellFetch = std::function<void(std::string const&)>;

struct KeySetOptions {
    std::vector<Key> keys;
    Fetch fetch = nullptr;  // null: the given keys are all
    TellFetch tell = [](std::string const&) {};
    base::Millis every{300'000};         // the address is asked again
    base::Millis least_between{30'000};  // at the least, also for keys that nobody knows
};

class KeySet {
public:
    // Asks the address in a thread of its own, at once and then regularly.
    explicit KeySet(KeySetOptions options);
    KeySet(KeySet const&) = delete;
    KeySet& operator=(KeySet const&) = delete;
    ~KeySet() = default;

    // Never blocks. From any thread.
    [[nodiscard]] std::expected<Claims, JwtRefusal> verify(std::string_view token,
                                                           JwtRules const& rules,
                                                           base::Timestamp now) const;

    // Whether `refresh` would ask the address now.
    [[nodiscard]] bool may_refresh() const;

    // For a token whose key nobody knows: asks the address, unless somebody is asking or has a
    // moment ago. True: there are new keys. Blocks as long as Fetch does.
    bool refresh();

    // Changes with the keys, so that what was verified before can be forgotten.
    [[nodiscard]] std::uint64_t generation() const;

private:
    using Clock = std::chrono::steady_clock;

    struct Snapshot {
        std::vector<Key> fetched;
        std::uint64_t generation = 0;
    };

    // Shared, because a token may still be verified with keys that are being replaced.
    using Shared = std::shared_ptr<Snapshot const>;

    [[nodiscard]] Shared current() const;
    void keep_fresh(std::stop_token const& stop);
    bool ask();
    void take(std::vector<Key> keys, std::string const& document);

    KeySetOptions options_;
    mutable std::mutex mutex_;    // guards what follows
    Shared shared_;               // never null; see Shared
    std::string document_;        // as it was last got
    Clock::time_point next_ask_;  // not before
    std::mutex asking_;           // held by who asks
    std::condition_variable_any stopping_;
    std::jthread thread_;  // the last member: it uses all others
};

}  // namespace adapters::identity
