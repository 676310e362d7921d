// up, worker, scheduler: the long-running verbs.
#include <csignal>

#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/run.h"

namespace worker::cli {

namespace {

class Running final : public Verb {
public:
    Running(Parts parts, std::string example) : parts_(parts), example_(std::move(example)) {}

    void declare(Options& options) override { options.example(example_); }

    int run(Context& context) override {
        // Whoever reads the log may go away; the worker stays.
        std::signal(SIGPIPE, SIG_IGN);
        auto const problems = config::check_together(context.settings(), context.book());
        for (auto const& problem : problems) {
            complain(config::to_text(problem));
        }
        return problems.empty() ? worker::run(context.settings(), context.book(), parts_) : usage;
    }

private:
    Parts parts_;
    std::string example_;
};

}  // namespace

std::unique_ptr<Verb> make_up() {
    return std::make_unique<Running>(Parts{.worker = true, .scheduler = true},
                                     "  tallyman up        # Ctrl-C drains and stops");
}

std::unique_ptr<Verb> make_worker() {
    return std::make_unique<Running>(Parts{.worker = true},
                                     "  TALLYMAN_WORKER_SLOTS=16 tallyman worker");
}

std::unique_ptr<Verb> make_scheduler() {
    return std::make_unique<Running>(Parts{.scheduler = true}, "  tallyman scheduler");
}

}  // namespace worker::cli
