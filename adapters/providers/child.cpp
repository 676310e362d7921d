// In order: tie it to the worker, forget the worker's signals and files, set limits, become it.
#include "adapters/providers/child.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace adapters::providers {

namespace {

void limit(__rlimit_resource what, rlim_t value) {
    rlimit const both{.rlim_cur = value, .rlim_max = value};
    ::setrlimit(what, &both);
}

// Handlers of the worker must not run in the child, and what the worker ignores the program
// should not.
void reset_signals() {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) {
        ::sigaction(signal, &standard, nullptr);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Moves clear of 0, 1 and 2 first: a worker without standard streams has its pipes there.
bool take_standard_streams(Child const& child) {
    std::array const wanted{child.input, child.output, child.errors};
    std::array<int, 3> moved{};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        moved[i] = ::fcntl(wanted[i], F_DUPFD_CLOEXEC, 3);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (moved[i] < 0 || ::dup2(moved[i], static_cast<int>(i)) < 0) {
            return false;
        }
    }
    return true;
}

[[noreturn]] void give_up(int report) {
    int const error = errno;
    [[maybe_unused]] auto const written = ::write(report, &error, sizeof error);
    ::_exit(127);
}

}  // namespace

[[noreturn]] void become(Child const& child) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != child.parent) {
        ::_exit(127);  // the worker died before it could be tied to it
    }
    reset_signals();
    int const report = ::fcntl(child.report, F_DUPFD_CLOEXEC, 3);
    if (report < 0 || !take_standard_streams(child)) {
        give_up(child.report);
    }
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 1024);
    if (child.memory != RLIM_INFINITY) {
        limit(RLIMIT_AS, child.memory);
    }
    ::execve(child.program, child.arguments, child.environment);
    give_up(report);
}

}  // namespace adapters::providers
