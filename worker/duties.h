// The table of periodic duties: what has to happen now and then whether or not anyone asks. On many
// hosts each runs once at a time, and its last run, result and cost are kept in the store.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/artifacts.h"
#include "adapters/store.h"
#include "config/settings.h"
#include "pricing/book.h"
#include "worker/input_meter.h"
#include "worker/inquiries.h"

namespace worker {

struct DutyRun {
    std::string result;  // one line for people; empty: there was nothing to do
    bool again = false;  // there is more to do at once
};

struct DutyPlan {
    std::string name;
    base::Millis every;
    // A light duty only looks, under the store's lock, and mostly finds nothing: it runs without
    // being claimed first, and only runs that did something (and one a minute) are recorded.
    bool light = false;
    // Done by processes that only work, too.
    bool workers_too = false;
    std::function<DutyRun()> run;
};

// `book` is asked for at each run, since a reload may swap it. The inbox is only looked into where
// the settings name a store that has one. Without a meter what a request declares is believed.
std::vector<DutyPlan> duty_table(adapters::Store& store, config::Settings const& settings,
                                 std::function<pricing::Book()> book, InputMeter* meter = nullptr);

// Removes the files that retention has left behind: of this machine in every process, and of the
// artifacts, where there are some, in one.
std::vector<DutyPlan> result_plans(adapters::Store& store, config::Settings const& settings,
                                   adapters::ArtifactStore* artifacts);

// Asks payment platforms about orders that stay open (inquiries.h).
DutyPlan question_plan(adapters::Store& store, Payments const& payments, jobs::Rules const& rules,
                       Log& log);

// One turn of a duty: claims it if it must be, runs it, records it. Nothing if another holds it or
// it is not due.
struct DutyTurn {
    bool ran = false;
    DutyRun outcome;
};

class DutyClerk {
public:
    // How time passes here: how often a light duty is recorded need not be asked of the store.
    using Watch = std::function<std::chrono::steady_clock::time_point()>;

    DutyClerk(adapters::Store& store, std::string holder,
              Watch watch = std::chrono::steady_clock::now);

    DutyTurn turn(DutyPlan const& plan);

private:
    void record(DutyPlan const& plan, DutyRun const& outcome);

    adapters::Store& store_;
    std::string holder_;
    Watch watch_;
    std::mutex mutex_;  // duties take their turns on several threads
    std::map<std::string, std::chrono::steady_clock::time_point> recorded_at_;  // light duties
};

}  // namespace worker
