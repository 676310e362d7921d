// Jobs and credits in numbers, by service: counted from what a decision has changed, when that is
// committed. Services are those of the settings and the price book; any other is `other`, so that
// the number of series is bounded.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/metrics/registry.h"
#include "jobs/batch.h"

namespace worker::metrics {

using adapters::metrics::Counter;
using adapters::metrics::Gauge;
using adapters::metrics::Histogram;
using adapters::metrics::Registry;

// Why a job has failed; what a provider says beyond these is `provider`.
inline constexpr std::array<std::string_view, 13> failure_classes{"insufficient_credits",
                                                                  "daily_cap",
                                                                  "deadline_exceeded",
                                                                  "poison",
                                                                  "no_provider",
                                                                  "bad_result",
                                                                  "bad_output",
                                                                  "timeout",
                                                                  "provider_failed",
                                                                  "not_found",
                                                                  "no_audio",
                                                                  "unmeasurable_input",
                                                                  "provider"};

struct ServiceMeters {
    ServiceMeters(Registry& registry, std::string const& service);

    [[nodiscard]] Counter const& failed(std::string_view code) const;

    Counter submitted;
    Counter started;
    Counter completed;
    Counter cancelled;
    Counter retried;
    Counter lost;
    Counter stale;
    Counter poison;
    Counter unknown;
    Counter late;
    Counter debited;
    Counter settled;
    Counter returned;
    Counter refunded;
    Counter absorbed;
    Counter waived;
    Histogram pickup;
    Histogram run;
    Histogram whole;
    std::vector<Counter> failures;  // as failure_classes
};

// What is not of one service.
struct MoneyMeters {
    explicit MoneyMeters(Registry& registry);

    Counter expired;
    Counter disagrees;
    Counter not_measured;
    std::map<ledger::Kind, Counter> came;
    std::map<ledger::Kind, Counter> went;
};

class JobMeters {
public:
    JobMeters(Registry& registry, std::vector<std::string> const& services);
    JobMeters(JobMeters const&) = delete;
    JobMeters& operator=(JobMeters const&) = delete;
    ~JobMeters() = default;

    // From any thread, without a lock.
    [[nodiscard]] ServiceMeters const& of(std::string_view service) const;
    [[nodiscard]] bool knows(std::string_view service) const;

    [[nodiscard]] ServiceMeters const& without_service() const { return none_; }

    [[nodiscard]] MoneyMeters const& money() const { return money_; }

    // A reload may bring more services; none is ever forgotten.
    void learn(std::vector<std::string> const& services);

private:
    struct Hash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    using Known = std::unordered_map<std::string, ServiceMeters const*, Hash, std::equal_to<>>;

    Registry& registry_;
    MoneyMeters money_;
    ServiceMeters none_;
    ServiceMeters other_;
    std::mutex mutex_;  // of those that learn
    std::vector<std::unique_ptr<ServiceMeters>> owned_;
    std::vector<std::unique_ptr<Known>> versions_;  // earlier ones may still be read
    std::atomic<Known const*> known_ = nullptr;
};

// What one transaction does, to be counted once it is committed. A decision may be called again, so
// `before` forgets what an earlier call has left.
class Tally {
public:
    explicit Tally(JobMeters const& meters) : meters_{meters} {}

    void before(jobs::Batch const& batch);
    void after(jobs::Batch const& batch);
    void count() const;

    // Credits that came in from outside, and that went out (spent and not given back, expired).
    [[nodiscard]] base::Credits came() const { return came_; }

    [[nodiscard]] base::Credits went() const { return went_; }

    [[nodiscard]] base::Timestamp at() const { return at_; }

private:
    struct Was {
        jobs::State state;
        int attempt;
        int failures;
        int losses;
        bool poison;
        bool unknown;
        bool late;
    };

    void add(Counter const& counter, std::int64_t by = 1) { counts_.emplace_back(counter, by); }

    void add(Counter const& counter, base::Credits by);
    void look_at(Was const& was, jobs::Job const& job);
    void look_at_end(jobs::Job const& job, bool ran);
    void look_at(ledger::Entry const& entry);

    JobMeters const& meters_;
    std::vector<Was> was_;
    std::vector<std::pair<Counter, std::int64_t>> counts_;
    std::vector<std::pair<Histogram, base::Millis>> times_;
    base::Credits came_;
    base::Credits went_;
    base::Timestamp at_;
};

}  // namespace worker::metrics
