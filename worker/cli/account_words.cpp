#include "worker/cli/account_words.h"

#include <array>
#include <functional>

#include <fmt/format.h>

#include "jobs/freeze.h"
#include "wire/freeze_request.h"
#include "wire/json.h"
#include "worker/cli/account_view.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

constexpr char const* by = "command line";

// "none": no cap; empty: as configured.
std::optional<base::Credits> cap(std::string const& option, std::string const& text) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (text == "none") {
        return base::Credits{};
    }
    auto const number = base::parse_integer(text);
    if (!number || *number <= 0) {
        throw Stop(usage, fmt::format("{}: expected a number of credits or `none`, got `{}`",
                                      option, clean(text)));
    }
    return base::Credits{*number};
}

using Decision = std::function<jobs::Frozen(jobs::Batch&)>;

struct Step {
    jobs::Load load;
    Decision decide;
    std::string already;  // what is said where nothing changed
    std::string done;
};

int take(Context& context, std::string const& user, Step const& step) {
    auto& store = context.store(Opening::existing);
    jobs::Frozen frozen;
    base::Timestamp now;
    store.transact(step.load, [&](jobs::Batch& batch) {
        now = batch.now;
        frozen = step.decide(batch);
    });
    if (frozen.outcome == jobs::FreezeOutcome::missing) {
        return context.refuse(no_such_account(user), answer_is_no);
    }
    if (context.json()) {
        Context::print(wire::account_json(frozen.wallet, now));
        return done;
    }
    bool const changed = frozen.outcome == jobs::FreezeOutcome::done;
    fmt::print("{} {}{}\n", clean(user), changed ? step.done : step.already,
               frozen.freed > 0 ? fmt::format("; {} go on", counted(frozen.freed, "job")) : "");
    return done;
}

void print_stop(char const* name, ledger::Stop const& stop) {
    fmt::print("{:<10}since {}{}: {}{}\n", name, local_time(stop.since),
               stop.until ? " until " + local_time(*stop.until) : "", clean(stop.reason),
               stop.by.empty() ? "" : " (" + clean(stop.by) + ")");
}

}  // namespace

void AccountWords::declare(Options& options, std::string& word) {
    auto& freeze = options.word("freeze", word, "Lets an account spend nothing until released");
    freeze.required("USER", user_, "the user id");
    freeze.must("--reason", "TEXT", reason_, "kept and shown");
    freeze.example("  tallyman account freeze ann --reason 'chargeback of order 17'");
    auto& unfreeze = options.word("unfreeze", word, "Releases it; its waiting jobs go on at once");
    unfreeze.required("USER", user_, "the user id");
    unfreeze.example("  tallyman account unfreeze ann");
    auto& release = options.word("release", word, "Lifts the brake; its waiting jobs go on");
    release.required("USER", user_, "the user id");
    release.example("  tallyman account release ann");
    auto& caps =
        options.word("caps", word, "Gives it caps of its own; without any: none of its own");
    caps.required("USER", user_, "the user id");
    caps.text("--daily", "CREDITS", daily_, "that it may spend a day, or none");
    caps.text("--monthly", "CREDITS", monthly_, "that it may spend a month, or none");
    caps.text("--job", "CREDITS", job_, "that one job may cost, or none");
    caps.example("  tallyman account caps ann --daily 500 --monthly none");
}

ledger::Caps AccountWords::caps() const {
    return {.job = cap("--job", job_),
            .daily = cap("--daily", daily_),
            .monthly = cap("--monthly", monthly_)};
}

int AccountWords::run(Context& context, std::string const& word) const {
    auto const user = user_id(user_);
    auto const& rules = context.settings().rules;
    if (word == "freeze") {
        if (auto const mistake = wire::mistake_in_reason(reason_)) {
            throw Stop(usage, "--reason " + *mistake);
        }
        return take(context, user,
                    {.load = jobs::load_for_freeze(user),
                     .decide = [&](auto& batch) { return jobs::freeze(batch, user, reason_, by); },
                     .already = "was frozen already",
                     .done = "is frozen"});
    }
    if (word == "caps") {
        auto const wanted = caps();
        return take(context, user,
                    {.load = jobs::load_for_freeze(user),
                     .decide = [&](auto& batch) { return jobs::set_caps(batch, user, wanted); },
                     .already = "has these caps already",
                     .done = "has new caps"});
    }
    bool const frozen = word == "unfreeze";
    auto const let_go = frozen ? jobs::unfreeze : jobs::lift_brake;
    return take(context, user,
                {.load = jobs::load_for_release(user),
                 .decide = [&](auto& batch) { return let_go(batch, user, rules); },
                 .already = frozen ? "is not frozen" : "is not held by the brake",
                 .done = "is released"});
}

void print_standing(ledger::Account const& account, base::Timestamp now) {
    auto const& standing = account.standing;
    if (account.frozen && standing.freeze) {
        print_stop("frozen", *standing.freeze);
    }
    if (ledger::braked(standing, now)) {
        print_stop("braked", *standing.brake);
    }
    for (auto const& [name, cap] :
         {std::pair{"job cap", &standing.caps.job}, std::pair{"day cap", &standing.caps.daily},
          std::pair{"month cap", &standing.caps.monthly}}) {
        if (*cap) {
            fmt::print("{:<10}{}\n", name,
                       (*cap)->value == 0 ? "none" : std::to_string((*cap)->value));
        }
    }
}

}  // namespace worker::cli
