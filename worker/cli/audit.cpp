// audit: every invariant on the live store. Exit 0 clean, 1 findings, 2 could not run.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/audit_state.h"
#include "worker/auditing.h"
#include "worker/cli/account_view.h"
#include "worker/cli/audit_progress.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

using Clock = std::chrono::steady_clock;

std::sig_atomic_t volatile told_to_stop = 0;

// The first one ends the audit in order; the next one does what such a signal does.
void stop_in_order(int) {
    told_to_stop = 1;
}

void listen_for_stop() {
    struct sigaction action{};
    action.sa_handler = stop_in_order;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before{};
        ::sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN) {  // as nohup has it
            ::sigaction(signal, &action, nullptr);
        }
    }
}

struct Stopped {};

class Audit final : public Verb {
public:
    void declare(Options& options) override {
        options.text("--user", "USER", user_, "only this account (default all)");
        options.text("--state", "FILE", file_,
                     "how far it has come is kept here; interrupted, the same command goes on");
        options.flag("--progress", progress_,
                     "say how far it has come (on standard error; a terminal is always told)");
        options.example("  tallyman audit && echo the books are clean");
        options.example("  tallyman audit --state audit.state --json > audit.json");
    }

    // Whatever keeps it from running is exit 2, so that 1 always means findings.
    int run(Context& context) override {
        try {
            return checked(context);
        } catch (adapters::Unavailable const& problem) {
            throw Stop(usage, problem.what() + how_to_go_on());
        } catch (adapters::Unusable const& problem) {
            throw Stop(usage, problem.what());
        }
    }

private:
    int checked(Context& context) {
        if (!file_.empty() && !user_.empty()) {
            throw Stop(usage,
                       "--state is for an audit of all accounts, which may take long; leave "
                       "it out with --user");
        }
        std::optional<std::string> user;
        auto& store = context.store(Opening::existing);
        if (!user_.empty()) {
            user = user_id(user_);
            if (!store.glance(*user)) {
                return context.refuse(no_such_account(*user), usage);
            }
        }
        begin(store, shown_store_url(context.settings()));
        auto const audited = look(context, store, user);
        if (!user) {
            record_audit(store, audited, "tallyman audit");
        }
        context.json() ? print_report(audited, store) : print_lines(audited);
        if (!file_.empty()) {
            std::error_code ignored;  // another run finds the end of it, and is quick
            std::filesystem::remove(file_, ignored);
        }
        return audited.findings.empty() ? done : answer_is_no;
    }

    void begin(adapters::Store& store, std::string const& shown) {
        if (!file_.empty()) {
            if (auto found = read_audit_state(file_)) {
                check_same_store(*found, store, shown, file_);
                state_ = std::move(*found);
            }
        }
        if (state_.runs == 0) {
            state_.store = shown;
            state_.began_at = store.now();
        }
        state_.runs += 1;
    }

    wire::Audited look(Context& context, adapters::Store& store,
                       std::optional<std::string> const& user) {
        bool const terminal = ::isatty(STDERR_FILENO) == 1;
        std::optional<AuditProgress> progress;
        if (!user && (progress_ || terminal)) {
            progress.emplace(store, state_.audited, !terminal);
        }
        if (!file_.empty()) {
            keep(state_.audited);  // that it can't be kept is said before the work is done
            next_keep_ = Clock::now();
        }
        listen_for_stop();
        try {
            auto audited = audit_books(
                store, context.settings(), user,
                [&](wire::Audited const& so_far) { see(so_far, progress); }, state_.audited);
            if (progress) {
                progress->clear();
            }
            return audited;
        } catch (Stopped const&) {
            if (progress) {
                progress->clear();
            }
            throw Stop(usage, stopped_at_ + how_to_go_on());
        }
    }

    void see(wire::Audited const& so_far, std::optional<AuditProgress>& progress) {
        bool const stop = told_to_stop != 0;
        // Asking for the time is dearer than looking at an entry.
        if (!stop && seen_++ % 64 != 0 && so_far.entries < entries_at_last_look_ + 1'000) {
            return;
        }
        entries_at_last_look_ = so_far.entries;
        if (!file_.empty() && (stop || Clock::now() >= next_keep_)) {
            keep(so_far);
        }
        if (stop) {
            stopped_at_ = fmt::format("the audit was stopped after {}, {} so far",
                                      counted(so_far.accounts, "account"),
                                      counted(std::ssize(so_far.findings), "finding"));
            throw Stopped{};
        }
        if (progress) {
            progress->show(so_far);
        }
    }

    void keep(wire::Audited const& so_far) {
        auto state = state_;
        state.spent = spent();
        state.audited = so_far;
        write_audit_state(state, file_);
        next_keep_ = Clock::now() + std::chrono::seconds{1};
    }

    [[nodiscard]] base::Millis spent() const {
        return state_.spent + std::chrono::duration_cast<base::Millis>(Clock::now() - started_);
    }

    [[nodiscard]] std::string how_to_go_on() const {
        if (!user_.empty()) {
            return "";
        }
        return file_.empty() ? "; with --state FILE an audit can be gone on with"
                             : "; the same command goes on from there";
    }

    void print_report(wire::Audited const& audited, adapters::Store& store) const {
        auto report = wire::audit_json(audited);
        auto const took = spent().count();
        report["store"] = state_.store;
        report["began_at"] = base::to_ms(state_.began_at);
        report["ended_at"] = base::to_ms(store.now());
        report["took_ms"] = took;
        report["entries_per_s"] = took == 0 ? 0 : audited.entries * 1000 / took;
        report["runs"] = state_.runs;
        Context::print(report);
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
    std::string file_;
    bool progress_ = false;
    AuditState state_;
    Clock::time_point started_ = Clock::now();
    Clock::time_point next_keep_ = started_;
    std::int64_t seen_ = 0;
    std::int64_t entries_at_last_look_ = 0;
    std::string stopped_at_;
};

}  // namespace

std::unique_ptr<Verb> make_audit() {
    return std::make_unique<Audit>();
}

}  // namespace worker::cli
