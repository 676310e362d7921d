// The duties themselves, each a decision run over the store.
#include "worker/duties.h"

#include "jobs/cron.h"
#include "jobs/orders.h"
#include "jobs/outbox.h"
#include "jobs/prune.h"
#include "jobs/rescue.h"
#include "jobs/submit.h"
#include "jobs/wake.h"
#include "jobs/warn.h"
#include "wire/job_request.h"
#include "wire/json.h"
#include "worker/compose.h"
#include "worker/expiry.h"
#include "worker/inbox.h"
#include "worker/platform_sender.h"
#include "worker/result_sweep.h"
#include "worker/sealing.h"
#include "worker/webhooks/telling_store.h"

namespace worker {

namespace {

constexpr int at_once = 500;
constexpr base::Millis rescue_every{1'000};
constexpr base::Millis wake_every{200};
constexpr base::Millis inbox_every{50};
constexpr base::Millis cron_every{1'000};
constexpr base::Millis retention_every{3'600'000};
constexpr base::Millis seal_every{3'600'000};
constexpr base::Millis close_orders_every{10'000};
constexpr base::Millis questions_every{10'000};
constexpr base::Millis question_patience{6'000};  // eight of them within the lease
constexpr base::Millis lease{60'000};
constexpr base::Millis record_light_every{60'000};

std::string count(std::int64_t number, std::string const& what) {
    return std::to_string(number) + " " + what;
}

DutyRun run_expiry(adapters::Store& store) {
    auto const sum = expire_all(store);
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

// A mark for each stage moves with the messages, so that it does not matter who runs this.
DutyRun run_warnings(adapters::Store& store) {
    std::int64_t accounts = 0;
    std::int64_t grants = 0;
    for (auto const& stage : jobs::stages()) {
        jobs::Warned warned{.more = true};
        while (warned.more) {
            store.transact(jobs::load_for_warnings(stage, at_once),
                           [&](jobs::Batch& batch) { warned = jobs::warn(batch, stage, at_once); });
            accounts += warned.accounts;
            grants += warned.grants;
        }
    }
    return {.result = count(accounts, "warnings of ") + count(grants, "grants")};
}

void prune_messages(adapters::Store& store, base::Millis keep) {
    while (store.outbox().prune(store.now() - keep, at_once) == at_once) {
    }
}

DutyRun close_orders(adapters::Store& store) {
    int closed = 0;
    store.transact(jobs::load_for_closing(at_once),
                   [&](jobs::Batch& batch) { closed = jobs::close_due(batch); });
    if (closed == 0) {
        return {};
    }
    return {.result = count(closed, "orders closed"), .again = closed == at_once};
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

// What is wrong with the key's file is for its owner to mend; the scheduler tries again.
DutyRun run_seal(adapters::Store& store, config::Settings const& settings) {
    if (!seal_is_due(store.seals().last(), store.now())) {
        return {.result = "today's is there"};
    }
    try {
        auto const made = seal(store, seal_key(settings));
        return {.result = made ? "seal " + std::to_string(made->number) + ", root " +
                                     base::hex(made->root)
                               : "nothing to seal"};
    } catch (adapters::Unusable const& error) {
        throw adapters::Unavailable{error.what()};
    }
}

// Of the one request, whose key tells it apart.
PreparedInput prepare(std::vector<jobs::Request>& requests, adapters::Store& store,
                      pricing::Book const& book, InputMeter* meter) {
    if (meter == nullptr) {
        return {};
    }
    auto const name = requests.front().key;
    auto const input = meter->prepare(store, book, requests, {name}).front();
    if (input.state != PreparedInput::State::later) {
        meter->forget({name});
    }
    return input;
}

// The occurrence is the idempotency key, so that an occurrence enqueues one job however many hosts
// come to it. Returns what became of it; nothing while its input is being measured.
std::optional<std::string> fire(adapters::Store& store, config::Settings const& settings,
                                config::Schedule const& schedule, base::Timestamp at,
                                pricing::Book const& book, InputMeter* meter) {
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
    std::vector<jobs::Request> requests{*parsed.request};
    auto const input = prepare(requests, store, book, meter);
    if (input.state != PreparedInput::State::ready) {
        bool const later = input.state == PreparedInput::State::later;
        return later ? std::nullopt : std::optional{"was refused: " + input.error.message};
    }
    std::vector<jobs::Submission> answers;
    store.transact(jobs::load_for_submit(requests, settings.rules), [&](jobs::Batch& batch) {
        answers = jobs::submit(batch, requests, book, settings.rules);
    });
    auto const& answer = answers.front();
    if (!answer.job) {
        return "was refused: " + wire::refusal_of(answer, schedule.service).detail;
    }
    return "is job " + base::to_text(answer.job->id);
}

DutyRun run_cron(adapters::Store& store, config::Settings const& settings,
                 pricing::Book const& book, InputMeter* meter) {
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
        auto const fired = fire(store, settings, schedule, *due, book, meter);
        if (!fired) {
            continue;
        }
        run.result += run.result.empty() ? "" : "; ";
        run.result += schedule.name + " " + *fired;
        store.set_schedule_mark(schedule.name, *due);
    }
    return run;
}

DutyRun run_questions(Inquiring const& with) {
    auto const run = ask_due(with);
    if (run.asked == 0) {
        return {};
    }
    return {.result = count(run.asked, "questions, ") + count(run.paid, "found paid, ") +
                      count(run.failed, "without an answer"),
            .again = run.more};
}

}  // namespace

DutyPlan question_plan(adapters::Store& store, Payments const& payments, jobs::Rules const& rules,
                       Log& log) {
    Inquiring with{
        .store = store,
        .payments = payments,
        .send = make_platform_sender([&store] { return store.now(); }, question_patience),
        .rules = rules,
        .log = log};
    return {.name = "questions", .every = questions_every, .run = [with = std::move(with)] {
                return run_questions(with);
            }};
}

std::vector<DutyPlan> result_plans(adapters::Store& store, config::Settings const& settings,
                                   adapters::ArtifactStore* artifacts) {
    auto const sweep = [](std::int64_t gone, std::string const& what) {
        return gone == 0 ? DutyRun{} : DutyRun{.result = count(gone, what)};
    };
    std::vector<DutyPlan> plans{{.name = "result_folders",
                                 .every = retention_every,
                                 .light = true,
                                 .workers_too = true,
                                 .run = [&store, &settings, sweep] {
                                     return sweep(
                                         sweep_folders(store, settings.data_dir / "results",
                                                       store.now() - settings.retention),
                                         "result folders removed");
                                 }}};
    if (artifacts != nullptr) {
        plans.push_back({.name = "result_objects",
                         .every = retention_every,
                         .run = [&store, &settings, artifacts, sweep] {
                             return sweep(
                                 sweep_objects(store, *artifacts, store.now() - settings.retention),
                                 "objects removed");
                         }});
    }
    return plans;
}

std::vector<DutyPlan> duty_table(adapters::Store& store, config::Settings const& settings,
                                 std::function<pricing::Book()> book, InputMeter* meter) {
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
        {.name = "close_orders",
         .every = close_orders_every,
         .light = true,
         .run = [&store] { return close_orders(store); }},
        {.name = "retention",
         .every = retention_every,
         .run =
             [&store, &settings] {
                 prune_messages(store, settings.webhooks.keep);
                 return run_retention(store, settings.retention);
             }},
        {.name = "seal",
         .every = seal_every,
         .run = [&store, &settings] { return run_seal(store, settings); }},
    };
    if (jobs::anybody_hears(listening(settings.webhooks), "grant.expiring")) {
        table.push_back({.name = "warnings",
                         .every = settings.webhooks.warn_every,
                         .run = [&store] { return run_warnings(store); }});
    }
    if (uses_postgres(settings)) {
        table.push_back({.name = "inbox",
                         .every = inbox_every,
                         .light = true,
                         .workers_too = true,
                         .run = [inbox = Inbox{store, settings, book, meter}]() mutable {
                             return inbox.run();
                         }});
    }
    if (!settings.schedules.empty()) {
        table.push_back({.name = "cron",
                         .every = cron_every,
                         .light = true,
                         .run = [&store, &settings, meter, book = std::move(book)] {
                             return run_cron(store, settings, book(), meter);
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
