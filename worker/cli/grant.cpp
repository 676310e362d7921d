// grant: credits given to an account, or taken from it by an adjustment.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "jobs/accounts.h"
#include "wire/credits_request.h"
#include "wire/job_request.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

constexpr std::int64_t most_note_characters = 500;

class Grant final : public Verb {
public:
    void declare(Options& options) override {
        options.required("USER", user_, "the user id; the account is opened if there is none");
        options.required("CREDITS", credits_, "how many; a negative adjust or sync takes away");
        options.text("--kind", "KIND", kind_,
                     "recharge, bonus, signup, sync or adjust (default recharge)");
        options.text("--expires", "WHEN", expires_,
                     "a date, a time or a duration from now (default never)");
        options.text("--effective", "WHEN", effective_, "when it can first be spent (default now)");
        options.text("--service", "SERVICE", service_, "may only pay for this one (default any)");
        options.text("--reference", "REF", reference_,
                     "external reference: the same again changes nothing");
        options.text("--note", "TEXT", note_, "shown in the history");
        options.example(
            "  tallyman grant ann 500 --kind bonus --expires 30d --reference spring-2027");
    }

    int run(Context& context) override {
        check(context);
        auto const moved = move(context);
        auto const refusal = wire::refusal_of(moved);
        if (!refusal.code.empty()) {
            return context.refuse(refusal, answer_is_no);
        }
        show(context, moved);
        return done;
    }

private:
    void check(Context& context) {
        user_id(user_);
        amount_ = cli::credits(credits_);
        auto const kind = ledger::parse_kind(kind_);
        using enum ledger::Kind;
        if (!kind || (*kind != recharge && *kind != bonus && *kind != signup && *kind != sync &&
                      *kind != adjust)) {
            throw Stop(usage, fmt::format("--kind: `{}` can't be granted; expected recharge, "
                                          "bonus, signup, sync or adjust",
                                          kind_));
        }
        move_kind_ = *kind;
        auto const may_take = *kind == adjust || *kind == sync;
        if (amount_.value == 0 || (amount_.value < 0 && !may_take) ||
            amount_.value == std::numeric_limits<std::int64_t>::min()) {
            throw Stop(usage, fmt::format("CREDITS must be more than zero, got {} (to take credits "
                                          "away: --kind adjust with a negative number)",
                                          credits_));
        }
        check_texts(context);
    }

    void check_texts(Context& context) const {
        auto const mistake = reference_.empty() ? std::nullopt : wire::mistake_in_user(reference_);
        if (mistake) {
            throw Stop(usage, "--reference " + *mistake);
        }
        if (jobs::is_own_reference(reference_)) {
            throw Stop(usage, fmt::format("--reference {}", wire::own_reference));
        }
        if (!wire::valid_utf8(note_) || wire::code_points(note_) > most_note_characters) {
            throw Stop(usage, fmt::format("--note must be valid UTF-8 of at most {} characters",
                                          most_note_characters));
        }
        if (!service_.empty() && !context.book().services.contains(service_)) {
            throw Stop(usage, fmt::format("--service: there is no service `{}` in the price book; "
                                          "`tallyman prices show` lists them",
                                          service_));
        }
        if (amount_.value < 0 && !(expires_ + effective_).empty()) {
            throw Stop(usage, "--expires and --effective are for credits that are given");
        }
    }

    jobs::Moved move(Context& context) const {
        auto const& rules = context.settings().rules;
        auto& store = context.store(Opening::create);
        auto const credit = credit_at(store.now());
        jobs::Moved moved;
        store.transact(jobs::load_for_move(user_, reference_), [&](jobs::Batch& batch) {
            moved = amount_.value > 0 ? jobs::grant(batch, user_, credit, rules)
                                      : jobs::spend(batch, user_, debit(), rules);
        });
        return moved;
    }

    ledger::Credit credit_at(base::Timestamp now) const {
        ledger::Credit credit{.kind = move_kind_,
                              .amount = amount_,
                              .service = service_,
                              .reference = reference_,
                              .note = note_};
        if (!expires_.empty()) {
            credit.expires_at = when("--expires", expires_, now);
        }
        if (!effective_.empty()) {
            credit.effective_at = when("--effective", effective_, now);
        }
        return credit;
    }

    ledger::Debit debit() const {
        return {.kind = move_kind_,
                .amount = -amount_,
                .service = service_,
                .reference = reference_,
                .note = note_};
    }

    void show(Context& context, jobs::Moved const& moved) const {
        auto const repeated = moved.outcome == jobs::MoveOutcome::repeated;
        if (context.json()) {
            Context::print(boost::json::object{{"user_id", user_},
                                               {"repeated", repeated},
                                               {"balance", moved.balance.value},
                                               {"entry", wire::entry_json(*moved.entry)}});
            return;
        }
        fmt::print("{} {} {} ({}); balance {}\n", clean(user_),
                   repeated ? "had this reference already:" : (amount_.value > 0 ? "got" : "lost"),
                   wire::in_words(amount_.value > 0 ? amount_ : -amount_),
                   ledger::to_text(move_kind_), moved.balance.value);
    }

    std::string user_;
    std::string credits_;
    std::string kind_ = "recharge";
    std::string expires_;
    std::string effective_;
    std::string service_;
    std::string reference_;
    std::string note_;
    base::Credits amount_;
    ledger::Kind move_kind_ = ledger::Kind::recharge;
};

}  // namespace

std::unique_ptr<Verb> make_grant() {
    return std::make_unique<Grant>();
}

}  // namespace worker::cli
