// audit: every invariant on the live store. Exit 0 clean, 1 findings, 2 could not run.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/auditing.h"
#include "worker/cli/account_view.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

class Audit final : public Verb {
public:
    void declare(Options& options) override {
        options.text("--user", "USER", user_, "only this account (default all)");
        options.example("  tallyman audit && echo the books are clean");
    }

    // Whatever keeps it from running is exit 2, so that 1 always means findings.
    int run(Context& context) override {
        try {
            return checked(context);
        } catch (adapters::Unavailable const& problem) {
            throw Stop(usage, problem.what());
        } catch (adapters::Unusable const& problem) {
            throw Stop(usage, problem.what());
        }
    }

private:
    int checked(Context& context) const {
        std::optional<std::string> user;
        auto& store = context.store(Opening::existing);
        if (!user_.empty()) {
            user = user_id(user_);
            if (!store.glance(*user)) {
                return context.refuse(no_such_account(*user), usage);
            }
        }
        auto const audited = audit_books(store, context.settings(), user);
        if (!user) {
            record_audit(store, audited, "tallyman audit");
        }
        if (context.json()) {
            Context::print(wire::audit_json(audited));
        } else {
            print_lines(audited);
        }
        return audited.findings.empty() ? done : answer_is_no;
    }

    static void print_lines(wire::Audited const& audited) {
        for (auto const& finding : audited.findings) {
            fmt::print("invariant {}: {}{}{}\n", finding.invariant,
                       finding.account.empty() ? "" : clean(finding.account) + ": ",
                       finding.job ? fmt::format("job {}: ", finding.job.value) : "",
                       clean(finding.what));
        }
        auto const found = std::ssize(audited.findings);
        auto const entries =
            fmt::format("{} {}", audited.entries, audited.entries == 1 ? "entry" : "entries");
        auto const seals =
            audited.seals.empty() ? "" : ", " + counted(std::ssize(audited.seals), "seal");
        fmt::print("{}: {}, {}, {}{} checked\n", found == 0 ? "clean" : counted(found, "finding"),
                   counted(audited.accounts, "account"), entries, counted(audited.jobs, "job"),
                   seals);
    }

    std::string user_;
};

}  // namespace

std::unique_ptr<Verb> make_audit() {
    return std::make_unique<Audit>();
}

}  // namespace worker::cli
