// How jobs and credits flow through one process: what its transactions did in the last minute and
// today. Each process tells it to the store beside its presence (adapters::Presence), so that
// whoever looks at the store sees the flow of all without counting any history.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "jobs/batch.h"

namespace worker {

// Credits are never negative; jobs are counted as they get there.
struct Flow {
    std::int64_t enqueued = 0;
    std::int64_t started = 0;  // attempts
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t cancelled = 0;
    base::Millis pickup{};   // from when a job was due to its start, of all `started` together
    base::Millis slowest{};  // of those
    base::Credits debited;   // for jobs, at their start
    base::Credits settled;   // of that, kept: what completed jobs cost
    base::Credits refunded;  // of that, given back for jobs that ended without a result
    base::Credits expired;
    base::Credits received;  // from outside: recharges, gifts, sync, adjustments
    base::Credits spent;     // by hand, without a job

    Flow& operator+=(Flow const& more);
    friend bool operator==(Flow const&, Flow const&) = default;
};

// By service; what is of none is under "".
using Flows = std::map<std::string, Flow, std::less<>>;

void add(Flows& flows, Flows const& more);
Flow sum_of(Flows const& flows);

// Remembers how the jobs of a batch stood before a decision.
class FlowWatch {
public:
    explicit FlowWatch(jobs::Batch const& batch);

    // What the decision made of it.
    [[nodiscard]] Flows flows(jobs::Batch const& batch) const;

private:
    struct Was {
        jobs::State state;
        int attempt;
    };

    std::vector<Was> was_;
};

// What a process says of itself.
struct PaceNote {
    int slots = 0;          // 0: it takes no jobs
    base::Timestamp since;  // it counts from then on
    base::Timestamp day;    // the midnight that `today` counts from, where it was there then
    Flow ever;
    Flow today;
    Flows minute;  // the last one

    friend bool operator==(PaceNote const&, PaceNote const&) = default;
};

std::string to_line(PaceNote const& note);
std::optional<PaceNote> parse_pace(std::string_view line);  // none: of another version, or damaged

// Adds up; from any thread.
class Pace {
public:
    // `clock` is this machine's; how far the store's is ahead of it is learned from what is added.
    Pace(int slots, base::Zone zone, std::function<base::Timestamp()> clock);

    void add(Flows const& flows, base::Timestamp at);  // by the store's clock
    [[nodiscard]] PaceNote note();

private:
    void turn_to(base::Timestamp now);

    base::Zone zone_;
    std::function<base::Timestamp()> clock_;
    std::mutex mutex_;  // guards the rest
    base::Millis ahead_{};
    PaceNote note_;
    std::map<base::Timestamp, Flows> seconds_;  // of the last minute, by their beginning
};

}  // namespace worker
