// The duties themselves, each a decision run over the store.
#include "worker/duties.h"

#include "jobs/accounts.h"
#include "jobs/cron.h"
#include "jobs/prune.h"
#include "jobs/rescue.h"
#include "jobs/submit.h"
#include "jobs/wake.h"
#include "wire/job_request.h"
#include "wire/json.h"
#include "worker/compose.h"

namespace worker {

namespace {

constexpr int at_once = 500;
constexpr base::Millis rescue_every{1'000};
constexpr base::Millis wake_every{200};
constexpr base::Millis inbox_every{50};
constexpr base::Millis cron_every{1'000};
constexpr base::Millis retention_every{3'600'000};
constexpr base::Millis lease{60'000};
constexpr base::Millis record_light_every{60'000};

std::string count(std::int64_t number, std::string const& what) {
    return std::to_string(number) + " " + what;
}

DutyRun run_expiry(adapters::Store& store) {
    jobs::ExpiryRun sum;
    while (true) {
        jobs::ExpiryRun part;
        store.transact(jobs::load_for_expiry(at_once),
                       [&](jobs::Batch& batch) { part = jobs::expire(batch); });
        sum.accounts += part.accounts;
        sum.grants += part.grants;
        sum.credits += part.credits;
        if (part.accounts < at_once) {
            break;
        }
    }
    return {.result = count(sum.grants, "grants of ") + count(sum.accounts, "accounts, ") +
                      count(sum.credits.value, "credits expired")};
}

DutyRun run_rescue(adapters::Store& store, jobs::Rules const& rules) {
    jobs::Rescued rescued;
    store.transact(jobs::load_for_rescue(at_once),
                   [&](jobs::Batch& batch) { rescued = jobs::rescue(batch, rules); });
    int const all = rescued.requeued + rescued.poisoned + rescued.past_deadline;
    if (all == 0) {
        return {};
    }
    return {.result = count(rescued.requeued, "rescued, ") + count(rescued.poisoned, "poison, ") +
                      count(rescued.past_deadline, "past their deadline"),
            .again = all == at_once};
}

DutyRun run_wake(adapters::Store& store, jobs::Rules const& rules) {
    jobs::Woken woken;
    store.transact(jobs::load_for_wake(at_once),
                   [&](jobs::Batch& batch) { woken = jobs::wake(batch, rules); });
    int const all = woken.ready + woken.cancelled;
    if (all == 0) {
        return {};
    }
    return {.result = count(woken.ready, "ready, ") + count(woken.cancelled, "cancelled"),
            .again = true};
}

DutyRun run_retention(adapters::Store& store, base::Millis keep) {
    int pruned = 0;
    int part = 0;
    do {
        store.transact(jobs::load_for_prune(store.now() - keep, at_once),
                       [&](jobs::Batch& batch) { part = jobs::prune(batch); });
        pruned += part;
    } while (part == at_once);
    return {.result = count(pruned, "jobs pruned")};
}

// The occurrence is the idempotency key, so that an occurrence enqueues one job however many hosts
// come to it. Returns what became of it.
std::string fire(adapters::Store& store, config::Settings const& settings,
                 config::Schedule const& schedule, base::Timestamp at, pricing::Book const& book) {
    auto const parsed = wire::parse_request(
        {.user = schedule.user,
         .service = schedule.service,
         .input = schedule.input,
         .key = "cron:" + schedule.name + ":" + std::to_string(base::to_ms(at))},
        settings);
    if (!parsed.request) {
        auto const& error = parsed.errors.front();
        return "was refused: " + error.field + " " + error.what;
    }
    std::vector<jobs::Submission> answers;
    store.transact(jobs::load_for_submit({*parsed.request}, settings.rules),
                   [&](jobs::Batch& batch) {
                       answers = jobs::submit(batch, {*parsed.request}, book, settings.rules);
                   });
    auto const& answer = answers.front();
    if (!answer.job) {
        return "was refused: " + wire::refusal_of(answer, schedule.service).detail;
    }
    return "is job " + base::to_text(answer.job->id);
}

DutyRun run_cron(adapters::Store& store, config::Settings const& settings,
                 pricing::Book const& book) {
    DutyRun run;
    for (auto const& schedule : settings.schedules) {
        auto const now = store.now();
        auto const mark = store.schedule_mark(schedule.name);
        if (mark >
            now) {  // the clock was set back; without this nothing would fire until it catches up
            store.set_schedule_mark(schedule.name, now);
            continue;
        }
        auto const due = jobs::latest_due(schedule.line, schedule.zone, mark, now);
        if (!due) {
            continue;
        }
        run.result += run.result.empty() ? "" : "; ";
        run.result += schedule.name + " " + fire(store, settings, schedule, *due, book);
        store.set_schedule_mark(schedule.name, *due);
    }
    return run;
}

// What the inbox holds, apart: what can be submitted, and what does not even parse.
struct Letters {
    std::vector<jobs::Request> requests;
    std::vector<std::pair<jobs::Request, jobs::Error>> unreadable;

    // What has to be loaded for both.
    [[nodiscard]] std::vector<jobs::Request> all() const {
        auto every = requests;
        for (auto const& [request, error] : unreadable) {
            every.push_back(request);
        }
        return every;
    }
};

Letters read_letters(std::vector<adapters::InboxRequest> const& inbox,
                     config::Settings const& settings) {
    Letters letters;
    for (auto const& letter : inbox) {
        auto parsed = wire::parse_request({.user = letter.user,
                                           .service = letter.service,
                                           .input = letter.input,
                                           .key = letter.key,
                                           .run_at = letter.run_at},
                                          settings);
        if (parsed.request) {
            parsed.request->id = letter.id;
            letters.requests.push_back(std::move(*parsed.request));
            continue;
        }
        auto const refusal = wire::refusal_of(parsed.errors);
        letters.unreadable.emplace_back(
            jobs::Request{.id = letter.id,
                          .user = letter.user,
                          .service = letter.service,
                          .input = letter.input,
                          .run_at = letter.run_at},
            jobs::Error{.code = refusal.code, .message = refusal.detail});
    }
    return letters;
}

struct TakenUp {
    int queued = 0;
    int refused = 0;
};

TakenUp take_up(jobs::Batch& batch, Letters const& letters, pricing::Book const& book,
                jobs::Rules const& rules) {
    TakenUp sum;
    for (auto const& answer : jobs::submit(batch, letters.requests, book, rules)) {
        if (answer.job) {  // none: another process was quicker
            (answer.job->error ? sum.refused : sum.queued) += 1;
        }
    }
    for (auto const& [request, error] : letters.unreadable) {
        sum.refused += jobs::refuse(batch, request, error, rules) ? 1 : 0;
    }
    return sum;
}

// Several processes may be at it at once: each request is taken up by whoever locks it first.
DutyRun run_inbox(adapters::Store& store, config::Settings const& settings,
                  std::function<pricing::Book()> const& book) {
    auto const inbox = store.inbox(at_once);
    if (inbox.empty()) {
        return {};
    }
    auto const letters = read_letters(inbox, settings);
    auto const current = book();
    TakenUp sum;
    store.transact(jobs::load_for_submit(letters.all(), settings.rules), [&](jobs::Batch& batch) {
        sum = take_up(batch, letters, current, settings.rules);
    });
    if (sum.queued + sum.refused == 0) {
        return {};
    }
    return {.result = count(sum.queued, "taken up, ") + count(sum.refused, "refused"),
            .again = inbox.size() == at_once};
}

}  // namespace

std::vector<DutyPlan> duty_table(adapters::Store& store, config::Settings const& settings,
                                 std::function<pricing::Book()> book) {
    std::vector<DutyPlan> table{
        {.name = "expiry",
         .every = settings.expiry_every,
         .run = [&store] { return run_expiry(store); }},
        {.name = "rescue",
         .every = rescue_every,
         .light = true,
         .run = [&store, &settings] { return run_rescue(store, settings.rules); }},
        {.name = "wake",
         .every = wake_every,
         .light = true,
         .run = [&store, &settings] { return run_wake(store, settings.rules); }},
        {.name = "retention",
         .every = retention_every,
         .run = [&store, &settings] { return run_retention(store, settings.retention); }},
    };
    if (uses_postgres(settings)) {
        table.push_back(
            {.name = "inbox",
             .every = inbox_every,
             .light = true,
             .workers_too = true,
             .run = [&store, &settings, book] { return run_inbox(store, settings, book); }});
    }
    if (!settings.schedules.empty()) {
        table.push_back({.name = "cron",
                         .every = cron_every,
                         .light = true,
                         .run = [&store, &settings, book = std::move(book)] {
                             return run_cron(store, settings, book());
                         }});
    }
    return table;
}

DutyClerk::DutyClerk(adapters::Store& store, std::string holder, Watch watch)
    : store_{store}, holder_{std::move(holder)}, watch_{std::move(watch)} {}

DutyTurn DutyClerk::turn(DutyPlan const& plan) {
    if (plan.light) {
        DutyTurn turn{.ran = true, .outcome = plan.run()};
        record(plan, turn.outcome);
        return turn;
    }
    if (!store_.begin_duty(plan.name, holder_, plan.every, lease)) {
        return {};
    }
    try {
        DutyTurn turn{.ran = true, .outcome = plan.run()};
        store_.end_duty(plan.name, holder_, turn.outcome.result, false);
        return turn;
    } catch (adapters::Unavailable const& error) {
        store_.end_duty(plan.name, holder_, error.what(), true);
        throw;
    }
}

void DutyClerk::record(DutyPlan const& plan, DutyRun const& outcome) {
    auto const now = watch_();
    {
        std::scoped_lock const lock{mutex_};
        auto const last = recorded_at_.find(plan.name);
        bool const recent = last != recorded_at_.end() && now < last->second + record_light_every;
        if (outcome.result.empty() && recent) {
            return;
        }
        recorded_at_[plan.name] = now;
    }
    if (store_.begin_duty(plan.name, holder_, base::Millis{}, lease)) {
        store_.end_duty(plan.name, holder_, outcome.result, false);
    }
}

}  // namespace worker
