// expire: one run of batch expiry, now.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/expiry.h"

namespace worker::cli {

namespace {

class Expire final : public Verb {
public:
    void declare(Options& options) override { options.example("  tallyman expire"); }

    int run(Context& context) override {
        auto const total = expire_all(context.store(Opening::existing));
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
