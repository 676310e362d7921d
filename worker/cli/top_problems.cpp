// What somebody should look at, by plain thresholds.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "worker/cli/text.h"
#include "worker/cli/top_board.h"

namespace worker::cli {

namespace {

using adapters::QueueMode;

constexpr base::Millis waits_long{300'000};
constexpr base::Millis inbox_waits_long{60'000};
constexpr base::Millis duties_rest{180'000};
constexpr base::Millis is_news{86'400'000};

// A process that does not say what it does may well take jobs.
bool takes_jobs(WorkerRow const& worker) {
    return worker.alive && worker.slots.value_or(1) > 0;
}

void look_at_workers(Board const& board, std::vector<Problem>& problems) {
    bool const anybody = std::ranges::any_of(board.workers, takes_jobs);
    if (!anybody && board.ready + board.running > 0) {
        problems.push_back(
            {.urgent = true,
             .what = "no_worker",
             .text = fmt::format("no worker is alive, and {} waiting, {} unfinished; "
                                 "start one: tallyman up",
                                 counted(board.ready, "job"), board.running)});
    }
    for (auto const& worker : board.workers) {
        if (!worker.alive && worker.running > 0) {
            problems.push_back(
                {.what = "worker_lost",
                 .text = fmt::format("worker {} is gone and holds {} until they are rescued",
                                     clean(worker.name), counted(worker.running, "job"))});
        }
    }
}

void look_at_queues(Board const& board, std::vector<Problem>& problems) {
    for (auto const& queue : board.queues) {
        auto const name = clean(queue.service);
        if (queue.mode == QueueMode::paused && queue.ready > 0) {
            problems.push_back({.what = "queue_paused",
                                .text = fmt::format("queue {} is paused, and {} waiting: tallyman "
                                                    "queues resume {}",
                                                    name, counted(queue.ready, "job"), name)});
        } else if (queue.oldest && *queue.oldest > waits_long) {
            problems.push_back(
                {.what = "waiting",
                 .text = fmt::format(
                     "the oldest job of {} has waited for {}", name,
                     base::to_text(std::chrono::floor<std::chrono::seconds>(*queue.oldest)))});
        }
    }
}

// The first of them, so that it can be asked about.
void look_at_jobs(Sight const& sight, std::vector<Problem>& problems) {
    auto const& view = sight.view;
    auto const poison = std::ranges::count_if(
        view.poison, [&](adapters::Sight const& job) { return view.now - job.since < is_news; });
    if (poison > 0) {
        problems.push_back(
            {.what = "poison",
             .text = fmt::format("{} of the last day took down their workers: tallyman explain {}",
                                 counted(poison, "job"), view.poison.front().job.value)});
    }
    if (view.unknown_fates > 0 && !view.unknown.empty()) {
        problems.push_back(
            {.what = "unknown_fate",
             .text =
                 fmt::format("{} at a provider can't be seen, their charges stay open: tallyman "
                             "explain {}",
                             counted(view.unknown_fates, "job"), view.unknown.front().job.value)});
    }
    if (view.parked > 0 && !view.parked_jobs.empty()) {
        problems.push_back(
            {.what = "parked",
             .text = fmt::format("{} may have been submitted, and nobody can tell: tallyman "
                                 "jobs --parked, tallyman resolve {} submit|fail|task=ID",
                                 counted(view.parked, "job"), view.parked_jobs.front().job.value)});
    }
    if (view.oldest_inbox && view.now - *view.oldest_inbox > inbox_waits_long) {
        problems.push_back({.what = "inbox",
                            .text = fmt::format("{} by SQL not taken up for over a minute",
                                                counted(view.inbox, "request"))});
    }
}

// The last one of them, so that it can be looked at.
void look_at_accounts(adapters::Overview const& view, std::vector<Problem>& problems) {
    for (bool const frozen : {false, true}) {
        auto const number = frozen ? view.frozen : view.braked;
        auto const last =
            std::ranges::find(view.stopped, frozen, &adapters::StoppedAccount::frozen);
        if (number > 0 && last != view.stopped.end()) {
            problems.push_back(
                {.what = frozen ? "account_frozen" : "account_braked",
                 .text = fmt::format("{} {}: tallyman account show {}", counted(number, "account"),
                                     frozen ? "frozen"
                                            : "held by the brake, spending far more "
                                              "than usual",
                                     clean(last->user))});
        }
    }
}

void look_at_duties(Board const& board, std::vector<Problem>& problems) {
    std::optional<base::Millis> last;
    for (auto const& row : board.duties) {
        if (row.duty.failed) {
            problems.push_back({.what = "duty_failed",
                                .text = fmt::format("duty {} failed: {}", clean(row.duty.name),
                                                    clean(row.duty.result))});
        }
        if (row.ago) {
            last = std::min(last.value_or(*row.ago), *row.ago);
        }
    }
    if (last && *last > duties_rest) {
        problems.push_back({.what = "no_scheduler",
                            .text = "nobody runs the periodic duties; start one: tallyman "
                                    "scheduler, or tallyman up"});
    }
}

}  // namespace

std::vector<Problem> problems_of(Sight const& sight, Board const& board) {
    std::vector<Problem> problems;
    look_at_workers(board, problems);
    look_at_queues(board, problems);
    look_at_jobs(sight, problems);
    look_at_accounts(sight.view, problems);
    look_at_duties(board, problems);
    std::vector<Problem> sorted;
    for (bool const urgent : {true, false}) {
        std::ranges::copy_if(problems, std::back_inserter(sorted),
                             [&](Problem const& problem) { return problem.urgent == urgent; });
    }
    return sorted;
}

}  // namespace worker::cli
