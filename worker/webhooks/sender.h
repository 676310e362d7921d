// One receiver's messages, posted one after another: blocking, on a thread of a pool. What a
// receiver answers is looked at for its status and Retry-After, and otherwise thrown away.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "adapters/fetch/post.h"
#include "adapters/outbox.h"
#include "config/settings.h"
#include "worker/webhooks/gate.h"
#include "worker/webhooks/verdict.h"

namespace worker {

// Lanes of one target, as they were claimed.
struct Parcel {
    std::string target;
    base::Timestamp claimed_at;  // by the store's clock
    std::chrono::steady_clock::time_point began;
    std::vector<adapters::Lane> lanes;
};

struct Sent {
    Gate::Ended ended;
    std::vector<adapters::LaneReport> reports;  // one a lane

    // What happened to each message that was tried, for logs and meters.
    struct Try {
        std::string kind;
        std::int64_t id = 0;
        int attempt = 0;
        adapters::MessageState state = adapters::MessageState::delivered;
        std::string error;
        std::chrono::nanoseconds took{};
    };

    std::vector<Try> tries;
};

class Sender {
public:
    // The settings must outlive it.
    explicit Sender(config::Webhooks const& settings, adapters::fetch::Resolver resolver = {});

    // Ends within about three times the time-out, however the receiver behaves: what was not begun
    // by then is reported as it was. `stop` is asked before each message.
    [[nodiscard]] Sent send(Parcel const& parcel, std::function<bool()> const& stop) const;

    // How long a claim must last for that.
    [[nodiscard]] base::Millis lease() const;

private:
    class Run;

    config::Webhooks const& settings_;
    adapters::fetch::Resolver resolver_;
};

}  // namespace worker
