#include "jobs/watch.h"

#include <algorithm>

#include "jobs/report.h"

namespace jobs {

namespace {

// Asked about again after a minute at first, after an hour in the end.
constexpr base::Millis soonest{60'000};
constexpr base::Millis latest{3'600'000};
constexpr int patience = 8;  // the more of its age passes between two looks, the older it is

}  // namespace

Load load_for_watches(int limit) {
    return {.watches = limit};
}

std::vector<Watch> take_watches(Batch& batch) {
    auto const taken = batch.due;
    for (auto watch : taken) {
        watch.next_at =
            batch.now + std::clamp((batch.now - watch.since) / patience, soonest, latest);
        batch.watches.push_back(std::move(watch));
    }
    return taken;
}

Load load_for_late(Watch const& watch) {
    return {.jobs = {watch.job}};
}

// The job may have been queued again by hand since: then it runs on, and what came of its former
// run is told beside it.
void take_late(Batch& batch, Watch const& watch, LateVerdict const& verdict) {
    batch.unwatched.push_back(watch);
    LoadedJob* const loaded = batch.find(watch.job);
    if (loaded == nullptr) {
        return;
    }
    if (!verdict.completed) {
        note_calls(batch, loaded->job, watch.attempt, verdict.calls);
        batch.events.push_back({.job = watch.job,
                                .at = batch.now,
                                .kind = "watched",
                                .attempt = watch.attempt,
                                .detail = verdict.note});
    } else if (keep_late_result(batch, *loaded, watch.attempt, verdict.result)) {
        note_calls(batch, loaded->job, watch.attempt, verdict.calls);
    }
}

}  // namespace jobs
