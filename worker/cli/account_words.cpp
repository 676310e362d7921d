#include "worker/cli/account_words.h"

#include <array>
#include <functional>

#include <fmt/format.h>

#include "jobs/freeze.h"
#include "jobs/guards.h"
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
    auto& show = options.word("show", word, "Shows an account, whatever it is called");
    show.required("USER", user_, "the user id, `freeze` for example");
    auto& caps =
        options.word("caps", word, "Shows its own caps, or gives it some, or takes them away");
    caps.required("USER", user_, "the user id");
    caps.flag("--none", none_, "no caps of its own any more: those configured count");
    caps.text("--daily", "CREDITS", daily_, "that it may spend a day, or none");
    caps.text("--monthly", "CREDITS", monthly_, "that it may spend a month, or none");
    caps.text("--job", "CREDITS", job_, "that one job may cost, or none");
    caps.example(
        "  tallyman account caps ann\n  tallyman account caps ann --daily 500 --monthly none\n"
        "  tallyman account caps ann --none");
}

ledger::Caps AccountWords::caps() const {
    return {.job = cap("--job", job_),
            .daily = cap("--daily", daily_),
            .monthly = cap("--monthly", monthly_)};
}

// Those that are not named stay as they are.
int AccountWords::give_caps(Context& context, std::string const& user) const {
    auto const wanted = caps();
    if (none_ && wanted != ledger::Caps{}) {
        throw Stop(usage, "--none takes all caps away, so it goes with no other");
    }
    return take(context, user,
                {.load = jobs::load_for_freeze(user),
                 .decide =
                     [&](jobs::Batch& batch) {
                         auto const* const wallet = batch.wallet_of(user);
                         auto all = none_ || wallet == nullptr ? ledger::Caps{}
                                                               : wallet->account.standing.caps;
                         for (auto const each :
                              {&ledger::Caps::job, &ledger::Caps::daily, &ledger::Caps::monthly}) {
                             all.*each = wanted.*each ? wanted.*each : all.*each;
                         }
                         return jobs::set_caps(batch, user, all);
                     },
                 .already = "has these caps already",
                 .done = "has new caps"});
}

int AccountWords::show_caps(Context& context, std::string const& user) const {
    auto& store = context.store(Opening::existing);
    auto const wallet = store.find_wallet(user);
    if (!wallet) {
        return context.refuse(no_such_account(user), answer_is_no);
    }
    auto const in_force = jobs::caps_of(context.settings().rules, &wallet->account);
    if (context.json()) {
        Context::print(wire::account_json(*wallet, store.now()));
        return done;
    }
    auto const& own = wallet->account.standing.caps;
    auto const row = [](char const* name, base::Credits cap, bool is_own) {
        fmt::print("{:<10}{}{}\n", name, cap.value == 0 ? "none" : std::to_string(cap.value),
                   is_own ? "  (its own)" : "");
    };
    row("job cap", in_force.job, own.job.has_value());
    row("day cap", in_force.daily, own.daily.has_value());
    row("month cap", in_force.monthly, own.monthly.has_value());
    return done;
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
        bool const asks = !none_ && caps() == ledger::Caps{};
        return asks ? show_caps(context, user) : give_caps(context, user);
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
