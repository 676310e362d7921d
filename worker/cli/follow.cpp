// Looks at the store a few times a second; whoever runs the job need not know.
#include "worker/cli/follow.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "wire/measurement_text.h"
#include "worker/cli/text.h"
#include "worker/cli/verb.h"

namespace worker::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::seconds patience{2};  // in the queue, before asking whether anyone works

std::string stage_of(jobs::Job const& job) {
    auto text = std::string(jobs::to_text(job.state));
    if (job.wait != jobs::Wait::none) {
        text += fmt::format(" (waits: {})", jobs::to_text(job.wait));
    }
    if (job.fate_unknown) {
        text += " (the provider can't be seen; asking on)";
    }
    if (!job.progress_note.empty()) {
        text += ", " + clean(job.progress_note);
    }
    return text;
}

class Display {
public:
    explicit Display(bool silent) : silent_(silent), bar_(on_terminal()) {}

    Display(Display const&) = delete;
    Display& operator=(Display const&) = delete;

    // However following ends, what is printed next begins on a line of its own.
    ~Display() { leave_line(); }

    void show(jobs::Job const& job) {
        if (silent_) {
            return;
        }
        bar_ ? show_bar(job) : show_line(job);
    }

    void leave_line() {
        if (open_) {
            fmt::print("\r\x1b[2K");
            std::fflush(stdout);
            open_ = false;
        }
    }

private:
    void show_bar(jobs::Job const& job) {
        auto const seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
        auto const filled = static_cast<std::size_t>(job.progress) * 24 / 100;
        auto const blanks = 24 - filled;
        fmt::print("\r\x1b[2K[{}{}] {:3}%  {:.1f} s  {}", std::string(filled, '#'),
                   std::string(blanks, '.'), job.progress, seconds, shortened(stage_of(job), 60));
        std::fflush(stdout);
        open_ = true;
    }

    void show_line(jobs::Job const& job) {
        auto line = fmt::format("job {}: {}%, {}", job.id.value, job.progress, stage_of(job));
        if (line != last_) {
            fmt::print("{}\n", line);
            std::fflush(stdout);
            last_ = std::move(line);
        }
    }

    bool silent_;
    bool bar_;
    bool open_ = false;
    std::string last_;
    Clock::time_point begun_ = Clock::now();
};

// A job that anyone could take, and nobody does.
bool left_alone(jobs::Job const& job, adapters::Store& store) {
    return job.state == jobs::State::queued && job.wait == jobs::Wait::none &&
           store.counts().processing == 0;
}

}  // namespace

jobs::Job follow(Context& context, adapters::Store& store, base::JobId id) {
    Display display(context.json());
    auto const begun = Clock::now();
    bool asked = false;
    while (true) {
        auto job = store.find_job(id);
        if (!job) {
            throw Stop(answer_is_no, fmt::format("there is no job {}", id.value));
        }
        display.show(*job);
        if (jobs::ended(job->state)) {
            return std::move(*job);
        }
        if (!asked && Clock::now() - begun >= patience && left_alone(*job, store)) {
            asked = true;
            display.leave_line();
            complain(
                fmt::format("job {} is waiting and no worker seems to be running; start one "
                            "with `tallyman up` (Ctrl-C leaves the job in the queue)",
                            id.value));
        }
        std::this_thread::sleep_for(look_every);
    }
}

void print_bill(jobs::Job const& job, adapters::Store& store) {
    auto const& bill = job.bill;
    fmt::print("job {} {}: {} for {}\n", job.id.value, jobs::to_text(job.state), clean(job.service),
               clean(job.user));
    if (job.error) {
        fmt::print("  error     {}: {}\n", clean(job.error->code), clean(job.error->message));
    }
    if (job.measurement) {
        fmt::print("  length    {}\n", clean(wire::in_words(*job.measurement)));
    }
    auto const line = [](char const* what, base::Credits credits, bool always) {
        if (always || credits.value != 0) {
            fmt::print("  {:<9} {}\n", what, credits.value);
        }
    };
    line("quoted", job.quoted, true);
    line("debited", bill.debited, true);
    line("settled", bill.settled, job.state == jobs::State::completed);
    line("refunded", bill.refunded, false);
    line("waived", bill.waived, false);
    line("absorbed", bill.absorbed, false);
    line("net", bill.net, true);
    if (auto const wallet = store.glance(job.user)) {
        line("balance", ledger::balance(*wallet, store.now()), true);
    }
}

int code_of(jobs::Job const& job) {
    return job.state == jobs::State::completed ? done : answer_is_no;
}

}  // namespace worker::cli
