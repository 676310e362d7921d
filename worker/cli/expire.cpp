// expire: one run of batch expiry, now.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "jobs/accounts.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

constexpr int accounts_at_once = 500;

class Expire final : public Verb {
public:
    void declare(Options& options) override { options.example("  tallyman expire"); }

    int run(Context& context) override {
        auto& store = context.store(Opening::existing);
        jobs::ExpiryRun total;
        while (true) {
            jobs::ExpiryRun run;
            store.transact(jobs::load_for_expiry(accounts_at_once),
                           [&](jobs::Batch& batch) { run = jobs::expire(batch); });
            if (run.grants == 0) {
                break;
            }
            total.accounts += run.accounts;
            total.grants += run.grants;
            total.credits += run.credits;
        }
        show(context, total);
        return done;
    }

private:
    static void show(Context& context, jobs::ExpiryRun const& total) {
        if (context.json()) {
            Context::print(boost::json::object{{"accounts", total.accounts},
                                               {"grants", total.grants},
                                               {"credits", total.credits.value}});
            return;
        }
        fmt::print("expired {} in {} of {}\n", wire::in_words(total.credits),
                   counted(total.grants, "grant"), counted(total.accounts, "account"));
    }
};

}  // namespace

std::unique_ptr<Verb> make_expire() {
    return std::make_unique<Expire>();
}

}  // namespace worker::cli
