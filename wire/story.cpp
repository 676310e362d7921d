// Merges what the job's own times, its events and its ledger entries say. Things of the same
// millisecond go in the order in which they must have happened.
#include "wire/story.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "wire/margin.h"
#include "wire/measurement_text.h"
#include "wire/terms_text.h"

namespace wire {

namespace {

enum class Rank : std::uint8_t { created, started, taken, happened, given, finished };

struct Ranked {
    Rank rank = Rank::happened;
    Step step;
    std::size_t order = 0;  // among equals
};

using Steps = std::vector<Ranked>;

std::string created_text(jobs::Job const& job) {
    auto text = fmt::format("{} for {}, quoted {}", job.service, job.user, in_words(job.quoted));
    if (job.priority != 0) {
        text += fmt::format(", priority {}", job.priority);
    }
    bool const first_try = job.attempt == 0;  // later it is when the next try is due
    if (first_try && job.run_at > job.created_at) {
        text += ", not before " + base::to_text(job.run_at);
    }
    for (auto const parent : job.after) {
        text += fmt::format(", after job {}", parent.value);
    }
    return text;
}

std::string started_text(jobs::Job const& job) {
    auto text = fmt::format("attempt {}", job.attempt);
    if (!job.worker.empty()) {
        text += " on worker " + job.worker;
    }
    if (!job.provider.empty()) {
        text += ", provider " + job.provider;
    }
    if (!job.task.empty()) {
        text += ", task " + task_in_words(job.task);
    }
    return text;
}

std::string money_at_the_end(jobs::Bill const& bill) {
    std::string text;
    auto const say = [&text](std::string_view what, base::Credits credits) {
        if (credits.value != 0) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, credits.value);
        }
    };
    say("settled at", bill.settled);
    say("refunded", bill.refunded);
    say("waived for a member", bill.waived);
    say("beyond the ceiling, not charged", bill.absorbed);
    return text.empty() ? "nothing charged" : text;
}

std::string finished_text(jobs::Job const& job) {
    auto text = money_at_the_end(job.bill);
    if (job.measurement) {
        text = in_words(*job.measurement) + ", " + text;
    } else if (job.duration) {
        text = fmt::format("{} long, {}", base::to_text(*job.duration), text);
    }
    if (job.error) {
        text = fmt::format("{}: {}; {}", job.error->code, job.error->message, text);
    }
    if (job.poison) {
        text += "; poison: it took down its worker again and again";
    }
    return text;
}

void add_own_times(jobs::Job const& job, Steps& steps) {
    steps.push_back(
        {Rank::created, {.at = job.created_at, .what = "created", .detail = created_text(job)}});
    if (job.started_at) {
        steps.push_back({Rank::started,
                         {.at = *job.started_at, .what = "started", .detail = started_text(job)}});
    }
    if (job.finished_at) {
        steps.push_back({Rank::finished,
                         {.at = *job.finished_at,
                          .what = std::string(jobs::to_text(job.state)),
                          .detail = finished_text(job)}});
    }
}

std::string_view kind_of(std::vector<ledger::Grant> const& grants, std::int64_t number) {
    auto const found = std::ranges::find(grants, number, &ledger::Grant::number);
    return found == grants.end() ? "grant" : ledger::to_text(found->kind);
}

void add_entries(adapters::JobStory const& story, Steps& steps) {
    for (auto const& entry : story.entries) {
        auto detail = draws_in_words(entry, story.grants);
        if (entry.charge > 1) {
            detail = fmt::format("charge {}: {}", entry.charge, detail);
        }
        steps.push_back({entry.amount.value < 0 ? Rank::taken : Rank::given,
                         {.at = entry.recorded_at,
                          .what = std::string(ledger::to_text(entry.kind)),
                          .detail = std::move(detail),
                          .amount = entry.amount,
                          .balance_after = entry.balance_after}});
    }
}

void add_events(adapters::JobStory const& story, Steps& steps) {
    for (auto const& event : story.events) {
        auto detail = event.attempt > 0 ? fmt::format("attempt {}", event.attempt) : "";
        if (!event.detail.empty()) {
            detail += (detail.empty() ? "" : ": ") + task_in_words(event.detail);
        }
        steps.push_back(
            {Rank::happened, {.at = event.at, .what = event.kind, .detail = std::move(detail)}});
    }
}

// What providers took is the operator's own.
void add_calls(adapters::JobStory const& story, Steps& steps) {
    for (auto const& call : story.calls) {
        auto detail = fmt::format("attempt {}: {}", call.attempt, call.provider);
        auto const say = [&detail](std::string_view what, std::string const& text) {
            detail += text.empty() ? "" : fmt::format(", {}{}", what, text);
        };
        say("", call.model);
        say("cost ", call.currency.empty() ? "" : money_text(call.micros, call.currency));
        say("request ", call.request_id);
        say("says ", call.word);
        say("usage ", call.usage);
        steps.push_back({Rank::happened,
                         {.at = call.at, .what = "provider call", .detail = std::move(detail)}});
    }
}

}  // namespace

// Where a result was written down in the place of a task, its addresses are nobody's business.
std::string task_in_words(std::string const& task) {
    return task.starts_with("tallyman-made:") ? "none; what was made is being fetched" : task;
}

std::string draws_in_words(ledger::Entry const& entry, std::vector<ledger::Grant> const& grants) {
    std::string text;
    for (auto const& draw : entry.draws) {
        auto const from = draw.grant == ledger::debt
                              ? std::string("debt")
                              : fmt::format("{} {}", kind_of(grants, draw.grant),
                                            ledger::public_id(entry.account, draw.grant));
        text += fmt::format("{}{} {:+}", text.empty() ? "" : ", ", from, draw.amount.value);
    }
    return text;
}

std::vector<Step> steps_of(adapters::JobStory const& story) {
    Steps steps;
    add_own_times(story.job, steps);
    add_entries(story, steps);
    add_events(story, steps);
    add_calls(story, steps);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].order = i;
    }
    std::ranges::sort(steps, {},
                      [](Ranked const& r) { return std::tuple(r.step.at, r.rank, r.order); });
    std::vector<Step> ordered;
    ordered.reserve(steps.size());
    for (auto& ranked : steps) {
        ordered.push_back(std::move(ranked.step));
    }
    return ordered;
}

}  // namespace wire
