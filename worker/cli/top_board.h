// What `top` shows, worked out from what it saw: plain values, no store and no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "adapters/store.h"
#include "worker/pace.h"
#include "worker/queue_modes.h"

namespace worker::cli {

using Steady = std::chrono::steady_clock;

struct Plan {
    base::Millis every{};
    bool light = false;  // it looks all the time, and is recorded only now and then
};

// One look at a store.
struct Sight {
    std::string store;  // its name, for people
    adapters::Overview view;
    std::vector<adapters::Duty> duties;
    std::map<std::string, Plan> plans;  // of duties
    QueueModes queues;                  // every queue there is
    base::JobId newest;                 // of all jobs; none: there is none
    Steady::time_point at;
};

struct Problem {
    bool urgent = false;
    std::string what;  // for programs: "queue_paused"
    std::string text;  // one line for people, with what to do
};

struct QueueRow {
    std::string service;
    adapters::QueueMode mode = adapters::QueueMode::running;
    std::int64_t ready = 0;
    std::int64_t running = 0;
    std::optional<base::Millis> oldest;  // how long the one that has waited longest has
    Flow minute;
};

struct WorkerRow {
    std::string name;
    bool alive = false;
    std::optional<int> slots;  // none: it does not say
    std::int64_t running = 0;
    std::optional<base::Millis> seen;  // how long ago; none: alive, or not known
    std::optional<base::Timestamp> since;
};

struct DutyRow {
    adapters::Duty duty;
    std::optional<base::Millis> ago;  // since the end of the last run
    std::optional<base::Millis> due;  // until the next one; below zero: it is late
    std::optional<base::Millis> every;
};

// Jobs a second. None where nobody can tell yet.
struct Throughput {
    std::optional<double> enqueued;
    std::optional<double> billed;
};

struct Board {
    std::string store;
    base::Timestamp at;
    std::vector<Problem> problems;  // the urgent ones first
    std::int64_t ready = 0;
    std::int64_t held = 0;  // queued, for a time, other jobs or room
    std::int64_t running = 0;
    std::int64_t unseen = 0;  // of those, the ones whose provider's task can't be seen
    std::int64_t inbox = 0;
    std::optional<base::Millis> oldest;
    std::string oldest_of;  // its service
    Throughput throughput;
    std::vector<QueueRow> queues;
    std::vector<WorkerRow> workers;
    std::vector<DutyRow> duties;
    // Of all processes that are alive, each from when it began to count.
    Flow minute;
    Flow today;
    std::optional<base::Timestamp> today_since;
};

// Remembers a few looks, for what is told by the difference between them.
class Looks {
public:
    Board board(Sight const& sight);

private:
    struct Mark {
        Steady::time_point at;
        base::JobId newest;
        std::map<std::string, std::int64_t> completed;  // by worker, since it began
    };

    Throughput throughput(Mark const& now, Board const& board, base::Millis counted) const;

    std::deque<Mark> marks_;  // the oldest first
};

std::vector<Problem> problems_of(Sight const& sight, Board const& board);

boost::json::object board_json(Board const& board);

}  // namespace worker::cli
