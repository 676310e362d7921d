// consume: credits taken from an account for something that is not a job.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "jobs/credits.h"
#include "wire/credits_request.h"
#include "wire/json.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

class Consume final : public Verb {
public:
    void declare(Options& options) override {
        options.required("USER", what_.user, "the user id; the account is opened if there is none");
        options.required("AMOUNT", amount_, "how many credits, more than zero");
        options.must("--reason", "TEXT", what_.description, "shown in the history");
        options.text("--action", "WORD", what_.action,
                     "what for, in one word for programs (default manual)");
        options.text("--reference", "REF", what_.reference,
                     "of this user: the same again changes nothing");
        options.example("  tallyman consume ann 50 --reason 'poster by hand' --reference poster-7");
    }

    int run(Context& context) override {
        what_.amount = credits(amount_);
        if (auto const mistakes = wire::mistakes_in(what_); !mistakes.empty()) {
            return context.refuse(wire::refusal_of(mistakes), usage);
        }
        auto const& rules = context.settings().rules;
        jobs::Moved moved;
        context.store(Opening::create)
            .transact(jobs::load_for(what_, rules),
                      [&](jobs::Batch& batch) { moved = jobs::consume(batch, what_, rules); });
        auto const refusal = wire::refusal_of(moved);
        if (!refusal.code.empty()) {
            return context.refuse(refusal, answer_is_no);
        }
        show(context, moved);
        return done;
    }

private:
    void show(Context& context, jobs::Moved const& moved) const {
        auto const repeated = moved.outcome == jobs::MoveOutcome::repeated;
        if (context.json()) {
            Context::print(boost::json::object{{"user_id", what_.user},
                                               {"repeated", repeated},
                                               {"consumed", what_.amount.value},
                                               {"balance", moved.balance.value},
                                               {"entry", wire::entry_json(*moved.entry)}});
            return;
        }
        fmt::print("{} {} {}; balance {}\n", clean(what_.user),
                   repeated ? "had this reference already:" : "spent", wire::in_words(what_.amount),
                   moved.balance.value);
    }

    jobs::Consumption what_{.action = "manual"};
    std::string amount_;
};

}  // namespace

std::unique_ptr<Verb> make_consume() {
    return std::make_unique<Consume>();
}

}  // namespace worker::cli
