// The commands of a scenario.
#include "tests/scenarios/player.h"

#include <array>
#include <map>

#include "config/load.h"
#include "config/zone_file.h"

namespace tests {

namespace {

constexpr std::array move_words = {
    "moved",           "repeated", "reference_conflict",   "not_positive",
    "already_expired", "overflow", "insufficient_credits", "frozen",
    "braked",          "over_cap"};
constexpr std::array submit_words = {"created",        "repeated",
                                     "key_conflict",   "unknown_service",
                                     "needs_duration", "needs_text_or_maximum",
                                     "too_expensive",  "over_job_cap",
                                     "over_cap",       "insufficient_credits",
                                     "frozen",         "braked",
                                     "draining",       "unknown_parent",
                                     "parent_failed",  "taken_elsewhere"};
constexpr std::array start_words = {
    "started", "insufficient_credits", "over_cap", "past_deadline", "held", "braked"};
constexpr std::array report_words = {"noted", "full", "ended", "requeued", "stale", "missing"};
constexpr std::array steer_words = {"done", "missing", "wrong_state", "insufficient_credits"};

template <typename Words, typename Enum>
std::string word_for(Words const& words, Enum value) {
    return words.at(static_cast<std::size_t>(value));
}

}  // namespace

Player::Player(Desk::MakeStore const& make_store) : desk_{make_store} {
    desk_.auditing = false;  // the caller does it, and names the line
    desk_.book = config::default_book();
    desk_.rules.defaults.provider = "demo";
}

Answers Player::play(Line& line) {
    auto answers = (this->*command(line.word(0)))(line);
    if (!line.fields.empty() && line.word(0) != "expect") {
        throw Mistake{"unknown field `" + line.fields.begin()->first + "`"};
    }
    return answers;
}

void Player::set_prices(std::string const& yaml) {
    auto const loaded = config::parse_book(yaml, "prices");
    if (!loaded.value) {
        throw Mistake{config::to_text(loaded.problems.front())};
    }
    desk_.book = *loaded.value;
}

ledger::Wallet Player::wallet(std::string const& user) {
    auto const found = desk_.store->find_wallet(user);
    return found ? *found : throw Mistake{"no account " + user};
}

Answers Player::clock(Line& line) {
    desk_.now = tell_.time(line.word(1)).value();
    return {};
}

Answers Player::advance(Line& line) {
    desk_.now += duration(line.word(1));
    return {};
}

Answers Player::rules(Line& line) {
    auto& rules = desk_.rules;
    auto& service = line.words.size() > 1
                        ? rules.services.try_emplace(line.word(1), rules.defaults).first->second
                        : rules.defaults;
    auto const credits = [&](char const* name, Credits& value) {
        value = {number(line.text(name, text_of(value)))};
    };
    auto const millis = [&](char const* name, Millis& value) {
        value = duration(line.text(name, base::to_text(value)));
    };
    auto const count = [&](char const* name, int& value) {
        value = static_cast<int>(number(line.text(name, std::to_string(value))));
    };
    credits("gift", rules.signup_gift);
    credits("job_cap", rules.guards.job_cap);
    credits("daily_cap", rules.guards.daily_cap);
    credits("monthly_cap", rules.guards.monthly_cap);
    count("in_flight", rules.guards.in_flight);
    count("poison_losses", rules.poison_losses);
    millis("refund_grace", rules.refund_grace);
    millis("lease", rules.lease);
    count("max_attempts", service.max_attempts);
    millis("backoff", service.backoff);
    millis("deadline", service.deadline);
    count("gold_weight", rules.weights["gold"]);
    rules.zone = config::load_zone(line.text("zone", rules.zone.name)).value();
    return {};
}

Answers Player::account(Line& line) {
    auto const usual = desk_.rules.signup_gift;
    desk_.rules.signup_gift = {number(line.text("gift", text_of(usual)))};
    auto const tier = line.take("tier");
    auto const member = line.take("member");
    auto const frozen = line.take("frozen");
    desk_.change_account(line.word(1), [&](ledger::Account& account) {
        account.tier = tier.value_or(account.tier);
        account.member_until = member ? tell_.time(member) : account.member_until;
        account.frozen = frozen ? *frozen == "yes" : account.frozen;
    });
    desk_.rules.signup_gift = usual;
    return {{.words = "opened", .fields = tell_.fields_of(wallet(line.word(1)))}};
}

Answers Player::moved(jobs::Moved const& moved) const {
    Answer answer{.words = word_for(move_words, moved.outcome),
                  .fields = {{"balance", text_of(moved.balance)}},
                  .refused = moved.outcome != jobs::MoveOutcome::moved};
    if (moved.entry) {
        answer.fields["entry"] = std::to_string(moved.entry->seq);
        answer.fields["amount"] = text_of(moved.entry->amount);
    }
    return {answer};
}

ledger::Kind Player::kind(Line& line, std::string const& usual) {
    auto const kind = ledger::parse_kind(line.text("kind", usual));
    return kind ? *kind : throw Mistake{"unknown kind of entry"};
}

jobs::Request Player::request_of(Line& line) {
    jobs::Request request{.key = line.text("key")};
    std::string body;  // all that a repeat must have in common
    for (auto const& [name, value] : line.fields) {
        body += name + "=" + value + " ";
    }
    request.body_hash = base::sha256(body);
    request.user = line.text("user");
    request.service = line.text("service");
    request.input = line.text("input", "{}");
    request.priority = static_cast<int>(number(line.text("priority", "0")));
    request.run_at = tell_.time(line.take("run_at"));
    request.queue_anyway = line.text("queue_anyway") == "yes";
    for (auto const& parent : split(line.text("after"))) {
        request.after.push_back(tell_.id_of(parent));
    }
    if (auto const text = line.take("text")) {
        request.usage.characters = number(*text);
    }
    if (auto const length = line.take("duration")) {
        request.usage.duration = duration(*length);
    }
    if (auto const most = line.take("max")) {
        request.usage.maximum = duration(*most);
    }
    return request;
}

Answers Player::submit(Line& line) {
    auto const answer = desk_.submit(request_of(line));
    Texts fields{{"required", text_of(answer.required)},
                 {"available", text_of(answer.balance)},
                 {"used", text_of(answer.hit ? answer.hit->used : base::Credits{})},
                 {"limit", text_of(answer.hit ? answer.hit->limit : base::Credits{})},
                 {"parent", tell_.name_of(answer.parent)}};
    if (answer.job) {
        tell_.name(answer.job->id, line.word(1));
        fields.merge(tell_.fields_of(*answer.job));
    }
    return {{.words = word_for(submit_words, answer.outcome),
             .fields = fields,
             .refused = answer.outcome != jobs::SubmitOutcome::created}};
}

// submit-many 1000 NAME …: NAME1, NAME2, …
Answers Player::submit_many(Line& line) {
    auto const count = number(line.word(1));
    std::vector const requests(static_cast<std::size_t>(count), request_of(line));
    auto const answers = desk_.submit_all(requests);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto const name = line.word(2) + std::to_string(i + 1);
        tell_.name(answers[i].job ? answers[i].job->id : throw Mistake{"refused"}, name);
    }
    return {};
}

Answers Player::claim(Line& line) {
    auto const limit = static_cast<int>(number(line.text("limit", "1")));
    auto const starts = desk_.claim(line.text("worker", "w1"), limit, split(line.text("services")));
    Answers answers;
    for (auto const& start : starts) {
        bool const started = start.outcome == jobs::StartOutcome::started;
        auto const outcome = word_for(start_words, start.outcome);
        answers.push_back({.words = tell_.name_of(start.job.id) + (started ? "" : " " + outcome),
                           .fields = tell_.fields_of(start.job),
                           .refused = !started});
    }
    return answers.empty() ? Answers{{.words = "nothing", .refused = true}} : answers;
}

Answers Player::reported(Line& line, jobs::Said said) {
    jobs::Report report{.job = tell_.id_of(line.word(1)), .said = said};
    report.attempt = static_cast<int>(
        number(line.text("attempt", std::to_string(desk_.job(report.job).attempt))));
    report.progress = static_cast<int>(number(line.text("progress", "-1")));
    report.note = line.text("note");
    report.task = line.text("task");
    report.result = line.text("result");
    if (auto const length = line.take("duration")) {
        report.duration = duration(*length);
    }
    if (said == jobs::Said::failed) {
        report.error = jobs::Error{.code = line.text("code", "provider_failed"),
                                   .retryable = line.text("retryable") == "yes"};
    }
    auto const answer = desk_.report(report);
    bool const ended = answer.outcome == jobs::ReportOutcome::ended;
    return {{.words = ended ? std::string{jobs::to_text(answer.job->state)}
                            : word_for(report_words, answer.outcome),
             .fields = tell_.fields_of(desk_.job(report.job)),
             .refused = answer.outcome == jobs::ReportOutcome::stale}};
}

Answers Player::alive(Line& line) {
    return reported(line, jobs::Said::alive);
}

Answers Player::submitted(Line& line) {
    return reported(line, jobs::Said::submitted);
}

Answers Player::unknown(Line& line) {
    return reported(line, jobs::Said::unknown);
}

Answers Player::complete(Line& line) {
    return reported(line, jobs::Said::completed);
}

Answers Player::fail(Line& line) {
    return reported(line, jobs::Said::failed);
}

Answers Player::gone(Line& line) {
    return reported(line, jobs::Said::gone);
}

Answers Player::release(Line& line) {
    return reported(line, jobs::Said::released);
}

Answers Player::steered(jobs::Steered const& steered) const {
    auto fields = tell_.fields_of(steered.job);
    fields["required"] = text_of(steered.required);
    fields["available"] = text_of(steered.balance);
    return {{.words = word_for(steer_words, steered.outcome),
             .fields = fields,
             .refused = steered.outcome != jobs::SteerOutcome::done}};
}

Answers Player::cancel(Line& line) {
    return steered(desk_.cancel(tell_.id_of(line.word(1))));
}

Answers Player::retry(Line& line) {
    return steered(desk_.retry(tell_.id_of(line.word(1))));
}

Answers Player::kill(Line& line) {
    desk_.kill(line.word(1));
    return {};
}

// pause tts, drain tts, resume tts
Answers Player::queue(Line& line) {
    using enum adapters::QueueMode;
    auto const mode = line.word(0) == "pause"   ? paused
                      : line.word(0) == "drain" ? draining
                                                : running;
    desk_.store->set_queue_mode(line.word(1), mode);
    return {};
}

Answers Player::wake(Line& /*line*/) {
    auto const woken = desk_.wake();
    return {{.fields = {{"ready", std::to_string(woken.ready)},
                        {"cancelled", std::to_string(woken.cancelled)}}}};
}

Answers Player::rescue(Line& /*line*/) {
    auto const rescued = desk_.rescue();
    return {{.fields = {{"requeued", std::to_string(rescued.requeued)},
                        {"poisoned", std::to_string(rescued.poisoned)},
                        {"past_deadline", std::to_string(rescued.past_deadline)}}}};
}

Answers Player::prune(Line& line) {
    auto const pruned = desk_.prune(desk_.now - duration(line.text("older", "1ms")));
    return {{.fields = {{"pruned", std::to_string(pruned)}}}};
}

Answers Player::expire(Line& line) {
    auto const run = desk_.expire(static_cast<int>(number(line.text("accounts", "1000"))));
    return {{.fields = {{"accounts", std::to_string(run.accounts)},
                        {"grants", std::to_string(run.grants)},
                        {"credits", text_of(run.credits)}}}};
}

// grants u1, entries u1 [from=3], events J1: a line of answer each, all of which must be named
Answers Player::grants(Line& line) {
    Answers answers;
    for (auto const& grant : wallet(line.word(1)).grants) {
        answers.push_back(tell_.about(grant));
    }
    return answers;
}

Answers Player::entries(Line& line) {
    auto const from = number(line.text("from", "1"));
    Answers answers;
    for (auto const& entry : desk_.entries(line.word(1))) {
        if (entry.seq >= from) {
            answers.push_back(tell_.about(entry));
        }
    }
    return answers;
}

Answers Player::events(Line& line) {
    Answers answers;
    for (auto const& event : desk_.store->story_of(tell_.id_of(line.word(1)))->events) {
        answers.push_back(
            {.words = event.kind, .fields = {{"attempt", std::to_string(event.attempt)}}});
    }
    return answers;
}

// expect job J1 state=…, expect account u1 debt=0, expect balance u1 512
Answers Player::expect(Line& line) {
    auto const& name = line.word(2);
    if (line.word(1) == "job") {
        return {{.fields = tell_.fields_of(desk_.job(tell_.id_of(name)))}};
    }
    if (line.word(1) == "account") {
        return {{.fields = tell_.fields_of(wallet(name))}};
    }
    if (line.word(1) == "balance") {
        return {{.words = std::to_string(desk_.balance(name))}};
    }
    throw Mistake{"expect what? job, account or balance"};
}

Player::Command Player::command(std::string const& name) {
    static std::map<std::string, Command> const commands = {{"clock", &Player::clock},
                                                            {"advance", &Player::advance},
                                                            {"rules", &Player::rules},
                                                            {"account", &Player::account},
                                                            {"grant", &Player::grant},
                                                            {"spend", &Player::spend},
                                                            {"consume", &Player::consume},
                                                            {"recharge", &Player::recharge},
                                                            {"pay", &Player::pay},
                                                            {"source", &Player::source},
                                                            {"sync", &Player::sync},
                                                            {"link", &Player::link},
                                                            {"submit", &Player::submit},
                                                            {"submit-many", &Player::submit_many},
                                                            {"claim", &Player::claim},
                                                            {"alive", &Player::alive},
                                                            {"submitted", &Player::submitted},
                                                            {"unknown", &Player::unknown},
                                                            {"complete", &Player::complete},
                                                            {"fail", &Player::fail},
                                                            {"gone", &Player::gone},
                                                            {"release", &Player::release},
                                                            {"cancel", &Player::cancel},
                                                            {"retry", &Player::retry},
                                                            {"kill", &Player::kill},
                                                            {"wake", &Player::wake},
                                                            {"rescue", &Player::rescue},
                                                            {"prune", &Player::prune},
                                                            {"expire", &Player::expire},
                                                            {"expect", &Player::expect},
                                                            {"grants", &Player::grants},
                                                            {"entries", &Player::entries},
                                                            {"events", &Player::events},
                                                            {"pause", &Player::queue},
                                                            {"drain", &Player::queue},
                                                            {"resume", &Player::queue}};
    auto const found = commands.find(name);
    return found != commands.end() ? found->second
                                   : throw Mistake{"unknown command `" + name + "`"};
}

}  // namespace tests
