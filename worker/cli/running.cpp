// up, api, worker, scheduler: the long-running verbs.
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

    void declare(Options& options) override {
        if (parts_.http) {
            options.number("--port", port_, 0, 65'535,
                           "listen on this port instead of http.port; 0: a free one");
        }
        options.example(example_);
    }

    int run(Context& context) override {
        // Whoever reads the log may go away; the worker stays.
        std::signal(SIGPIPE, SIG_IGN);
        auto const problems = config::check_together(context.settings(), context.book());
        for (auto const& problem : problems) {
            complain(config::to_text(problem));
        }
        if (port_ >= 0) {
            parts_.port = static_cast<int>(port_);
        }
        auto const asked = parts_.worker ? context.settings().http.serve : true;
        parts_.http = parts_.http && (asked || port_ >= 0);
        return problems.empty() ? worker::run(context.settings(), context.book(), parts_) : usage;
    }

private:
    Parts parts_;
    std::string example_;
    std::int64_t port_ = -1;
};

}  // namespace

std::unique_ptr<Verb> make_up() {
    return std::make_unique<Running>(Parts{.worker = true, .scheduler = true, .http = true},
                                     "  tallyman up        # Ctrl-C drains and stops");
}

std::unique_ptr<Verb> make_api() {
    return std::make_unique<Running>(Parts{.http = true}, "  tallyman api --port 8421");
}

std::unique_ptr<Verb> make_worker() {
    return std::make_unique<Running>(Parts{.worker = true},
                                     "  TALLYMAN_WORKER_SLOTS=16 tallyman worker");
}

std::unique_ptr<Verb> make_scheduler() {
    return std::make_unique<Running>(Parts{.scheduler = true}, "  tallyman scheduler");
}

}  // namespace worker::cli
