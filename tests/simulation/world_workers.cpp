// What workers do, and the provider that they call over a network that loses messages.
#include <algorithm>

#include "jobs/start.h"
#include "tests/simulation/world.h"

namespace simulation {

namespace {

std::array<char const*, 6> const start_words{
    "started", "insufficient_credits", "over_cap", "past_deadline", "held", "braked"};
std::array<char const*, 6> const report_words{"noted",    "full",  "ended",
                                              "requeued", "stale", "missing"};
std::array<char const*, 11> const said_words{"alive",  "submitted", "routed",  "resubmit",
                                             "parked", "waiting",   "unknown", "completed",
                                             "failed", "gone",      "released"};
constexpr Int near_deadline = 60'000;  // as workers have it

std::string key_of(jobs::Job const& job) {
    return std::to_string(job.id.value) + "-" + std::to_string(job.bill.charge) + "-" +
           std::to_string(job.failures);
}

std::string name_of(jobs::Report const& report) {
    return "job " + std::to_string(report.job.value) + " attempt " + std::to_string(report.attempt);
}

}  // namespace

Worker* World::some_worker() {
    if (workers_.empty() || (workers_.size() < 3 && dice_.chance(10))) {
        auto const name = "w" + std::to_string(++workers_made_);
        workers_.push_back({.name = name,
                            .presence = store_->enter(name),
                            .holdings = {},
                            .skew = dice_.between(-90'000, 90'000)});
        tell(name + " begins to work");
    }
    return &workers_[static_cast<std::size_t>(dice_.below(static_cast<int>(workers_.size())))];
}

void World::claim() {
    claim_at(*some_worker());
}

void World::claim_at(Worker& worker) {
    if (worker.in_doubt) {
        release_strays(worker);
    }
    if (!worker.in_doubt) {
        claim_for(worker);
    }
}

void World::claim_for(Worker& worker) {
    int const limit = static_cast<int>(dice_.between(1, 3));
    jobs::Claim claim{.limit = limit};
    int ready = 0;
    for (auto const& service : services) {
        claim.rooms.push_back({.service = service, .slots = limit});
        ready += std::min(model_.ready(service), limit);
    }
    std::vector<jobs::Start> starts;
    auto const done = transact(jobs::load_for_start(claim, rules_), [&](jobs::Batch& batch) {
        starts = jobs::start(batch, worker.name, rules_);
    });
    if (!done.done) {
        return;
    }
    if (std::ssize(starts) != std::min(ready, limit)) {
        throw Wrong{worker.name + " finds " + std::to_string(starts.size()) + " jobs of " +
                    std::to_string(ready)};
    }
    for (auto const& start : starts) {
        expect(worker.name + " claims job " + std::to_string(start.job.id.value),
               word(start_words, start.outcome), model_.start(start.job.id.value, worker.name));
        if (start.outcome == jobs::StartOutcome::started && done.heard) {
            begin(worker, start.job);
        }
    }
    worker.in_doubt = !done.heard;
}

// A claim whose commit was in doubt may have left jobs in its name that it does not run.
void World::release_strays(Worker& worker) {
    std::vector<jobs::Report> strays;
    jobs::Load const load{.live_of = worker.name};
    auto done = transact(load, [&](jobs::Batch& batch) {
        for (auto const& loaded : batch.jobs) {
            bool const mine = std::ranges::any_of(worker.holdings, [&](Holding const& holding) {
                return holding.job.id == loaded.job.id && holding.job.attempt == loaded.job.attempt;
            });
            if (!mine) {
                strays.push_back({.job = loaded.job.id,
                                  .attempt = loaded.job.attempt,
                                  .said = jobs::Said::released});
            }
        }
    });
    if (done.heard && !strays.empty()) {
        report(strays, done);
    }
    worker.in_doubt = !done.heard;
}

void World::begin(Worker& worker, jobs::Job const& job) {
    worker.holdings.push_back({.job = job, .task = job.task, .to_say = {}});
}

jobs::Report World::report_of(Holding const& holding, jobs::Said said) {
    return {.job = holding.job.id,
            .attempt = holding.job.attempt,
            .said = said,
            .needs_charge = jobs::needs_charge(holding.job, said)};
}

Worker* World::busy_worker() {
    std::vector<Worker*> busy;
    for (auto& worker : workers_) {
        if (!worker.holdings.empty()) {
            busy.push_back(&worker);
        }
    }
    return busy.empty() ? nullptr : dice_.of(busy);
}

void World::work() {
    if (Worker* const worker = busy_worker()) {
        auto const place = dice_.below(static_cast<int>(worker->holdings.size()));
        go_on(*worker, worker->holdings[static_cast<std::size_t>(place)]);
    }
}

void World::go_on(Worker& worker, Holding& holding) {
    if (!holding.to_say.empty()) {
        return;  // first things first
    }
    holding.task.empty() ? call(worker, holding) : poll(worker, holding);
}

// The call may be lost, and so may its answer; it may arrive twice.
void World::call(Worker& worker, Holding& holding) {
    int const luck = calm_ ? 50 : dice_.below(100);
    auto const key = key_of(holding.job);
    auto const what = worker.name + " calls the provider for job " +
                      std::to_string(holding.job.id.value) + " as " + key;
    if (luck < 8) {
        tell(what + ": it is not taken now");
        auto waiting = report_of(holding, jobs::Said::waiting);
        waiting.again_in = base::Millis{dice_.between(500, 5'000)};
        holding.to_say.push_back(waiting);
        return;
    }
    bool const arrives = luck >= 14;
    if (arrives && !task_of_key_.contains(key)) {
        auto const task = "t" + std::to_string(tasks_.size() + 1);
        task_of_key_[key] = task;
        tasks_[task] = {.key = key, .charge = {holding.job.id.value, holding.job.bill.charge}};
    }
    if (luck < 22) {
        tell(what + (arrives ? ": the answer is lost" : ": the call is lost"));
        auto const said = dice_.chance(70)   ? jobs::Said::unknown
                          : dice_.chance(50) ? jobs::Said::parked
                                             : jobs::Said::resubmit;
        holding.to_say.push_back(report_of(holding, said));
        return;
    }
    holding.task = task_of_key_.at(key);
    tell(what + ": task " + holding.task);
    auto taken = report_of(holding, jobs::Said::submitted);
    taken.task = holding.task;
    holding.to_say.push_back(taken);
}

// What is said once of a task stays so.
void World::decide_fate(Task& task) {
    if (task.fate != "running") {
        return;
    }
    int const luck = calm_ ? 40 : dice_.below(100);
    task.fate = luck < 25   ? "running"
                : luck < 65 ? "completed"
                : luck < 85 ? "failed"
                : luck < 92 ? "failed for good"
                : luck < 96 ? "refused"
                            : "gone";
    task.length = dice_.between(0, 20'000);
    if (task.fate == "gone") {
        task_of_key_.erase(task.key);
    }
}

void World::poll(Worker& worker, Holding& holding) {
    auto& task = tasks_.at(holding.task);
    bool const unseen = !calm_ && dice_.chance(10);
    if (!unseen) {
        decide_fate(task);
    }
    tell(worker.name + " asks about " + holding.task + ": " + (unseen ? "no answer" : task.fate));
    if (unseen) {
        holding.to_say.push_back(report_of(holding, jobs::Said::unknown));
    } else if (task.fate == "completed") {
        auto done = report_of(holding, jobs::Said::completed);
        done.result = "{}";
        if (task.length % 5 != 0) {  // some can't be measured
            done.duration = base::Millis{task.length};
        }
        holding.to_say.push_back(done);
    } else if (task.fate == "gone") {
        holding.to_say.push_back(report_of(holding, jobs::Said::gone));
    } else if (task.fate != "running") {
        auto failed = report_of(holding, jobs::Said::failed);
        failed.error = jobs::Error{.code = "provider_failed", .retryable = task.fate == "failed"};
        failed.moderated = task.fate == "refused";
        holding.to_say.push_back(failed);
    }
}

std::vector<jobs::Reported> World::report(std::vector<jobs::Report> const& reports, Done& done) {
    std::vector<jobs::Reported> answers;
    done = transact(jobs::load_for_report(reports),
                    [&](jobs::Batch& batch) { answers = jobs::report(batch, reports, rules_); });
    for (std::size_t i = 0; done.done && i < reports.size(); ++i) {
        auto const& said = reports[i];
        Word const told_of{
            .job = said.job.value,
            .attempt = said.attempt,
            .said = word(said_words, said.said),
            .task = said.task,
            .length = said.duration ? std::optional{said.duration->count()} : std::nullopt,
            .retryable = said.error && said.error->retryable,
            .moderated = said.moderated,
            .again_in = said.again_in.count(),
            .charge_loaded = said.needs_charge};
        bool const was_queued =
            model_.jobs.contains(told_of.job) && model_.jobs.at(told_of.job).state == "queued";
        expect(name_of(said) + " is " + told_of.said, word(report_words, answers[i].outcome),
               model_.report(told_of));
        if (said.said == jobs::Said::failed && !was_queued &&
            answers[i].outcome == jobs::ReportOutcome::requeued) {
            check_backoff(answers[i].job);
        }
    }
    return answers;
}

// When exactly it is tried again is the product's to scatter, within bounds.
void World::check_backoff(jobs::Job const& job) {
    auto& expected = model_.jobs.at(job.id.value);
    Int wait = how_.backoff;
    for (int i = 1; i < job.failures; ++i) {
        wait = std::min(wait * 2, how_.backoff_cap);
    }
    Int const chosen = base::to_ms(job.run_at) - now_;
    if (chosen > wait || chosen < wait - wait / 4) {
        throw Wrong{"job " + std::to_string(job.id.value) + " is tried again after " +
                    std::to_string(chosen) + " ms, not about " + std::to_string(wait)};
    }
    expected.run_at = now_ + chosen;
}

void World::say() {
    Worker* const worker = busy_worker();
    for (std::size_t i = 0; worker != nullptr && i < worker->holdings.size(); ++i) {
        if (!worker->holdings[i].to_say.empty() && dice_.chance(80)) {
            say_next(*worker, i);
            return;
        }
    }
}

void World::say_next(Worker& worker, std::size_t place) {
    auto& holding = worker.holdings[place];
    auto const said = holding.to_say.front();
    Done done;
    auto const answers = report({said}, done);
    if (!calm_ && dice_.chance(20)) {
        echoes_.push_back(said);
    }
    if (!done.heard) {
        return;  // it will be said again
    }
    holding.to_say.pop_front();
    if (answers.at(0).outcome != jobs::ReportOutcome::noted) {
        worker.holdings.erase(worker.holdings.begin() + static_cast<std::ptrdiff_t>(place));
    }
}

void World::echo() {
    if (echoes_.empty()) {
        return;
    }
    auto const said = dice_.of(echoes_);
    tell("once more:");
    Done done;
    report({said}, done);
}

void World::beat() {
    Worker& worker = *some_worker();
    store_->renew(worker.name, rules_.lease);
    model_.renew(worker.name, how_.lease);
    tell(worker.name + " is alive");
    for (auto const& holding : worker.holdings) {
        touched_.insert(holding.job.user);
        auto alive = report_of(holding, jobs::Said::alive);
        auto const deadline = holding.job.deadline_at;
        alive.needs_charge = holding.job.bill.open && deadline &&
                             base::to_ms(*deadline) - near_deadline <= now_ + worker.skew;
        if (alive.needs_charge || dice_.chance(30)) {
            Done done;
            report({alive}, done);
        }
    }
}

// What it had to say may still be on its way; and a process that was only stopped comes back and
// goes on where it was, long after its jobs are another's.
void World::crash() {
    if (workers_.empty()) {
        return;
    }
    auto const place = dice_.below(static_cast<int>(workers_.size()));
    Worker& worker = workers_[static_cast<std::size_t>(place)];
    tell(worker.name + " crashes");
    for (auto& holding : worker.holdings) {
        for (auto& said : holding.to_say) {
            echoes_.push_back(said);
        }
        if (!holding.task.empty()) {
            auto done = report_of(holding, jobs::Said::completed);
            done.result = "{}";
            done.duration = base::Millis{tasks_.at(holding.task).length};
            echoes_.push_back(done);
            echoes_.push_back(report_of(holding, jobs::Said::failed));
            echoes_.push_back(report_of(holding, jobs::Said::released));
        }
    }
    workers_.erase(workers_.begin() + place);
}

}  // namespace simulation
