// Where notices of payment platforms come in: proven, stored and judged in one transaction, and
// answered as their platform wants it only when that is committed.
//
// What is refused is not stored: anybody can send as much of it as they like. It is counted, and
// the first few a minute are in the log.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/store.h"
#include "jobs/payment_notices.h"
#include "worker/log.h"
#include "worker/metrics/payment_meters.h"
#include "worker/payments.h"

namespace worker::http {

class PaymentDesk {
public:
    // All of it outlives the desk.
    struct Parts {
        adapters::Store& store;
        Payments const& payments;
        jobs::Rules const& rules;
        Log& log;
        metrics::PaymentMeters& meters;
    };

    explicit PaymentDesk(Parts parts) : parts_{parts} {}

    // `provider` is one of the three. Blocks; safe from any thread.
    adapters::payments::Answer callback(std::string_view provider,
                                        adapters::payments::RawRequest const& request);

    [[nodiscard]] bool simulates() const { return parts_.payments.simulate(); }

    // Pays the order without money; none: there is no such order. Blocks.
    std::optional<jobs::Order> simulate(std::string const& order);

private:
    using Steady = std::chrono::steady_clock;

    // How many lines a provider's refusals have had in this minute.
    struct Lines {
        Steady::time_point since;
        int told = 0;
        std::int64_t untold = 0;
    };

    adapters::payments::Answer accept(PaymentPlatform const& platform,
                                      adapters::payments::Notice const& said,
                                      adapters::payments::RawRequest const& request);
    void count(jobs::PaymentNotice const& notice, jobs::NoticeTaken const& taken);
    void tell(std::string_view provider, adapters::payments::Refusal const& refusal);
    bool may_tell(std::string_view provider);

    Parts parts_;
    std::mutex mutex_;
    std::map<std::string, Lines, std::less<>> lines_;
};

}  // namespace worker::http
