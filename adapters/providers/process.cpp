// All that the child needs is laid out before the fork; child.h goes on from there.
#include "adapters/providers/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/providers/child.h"

namespace adapters::providers {

namespace {

struct Pipe {
    Fd reading;
    Fd writing;
};

std::string error_text(int error) {
    return std::generic_category().message(error);
}

NotStarted short_of(char const* what, int error) {
    return {.message = fmt::format("can't start a program: {}: {}", what, error_text(error)),
            .retryable = true};
}

bool open_pipe(Pipe& pipe) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return false;
    }
    pipe.reading = Fd{ends[0]};
    pipe.writing = Fd{ends[1]};
    return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

// A file in memory and not a pipe: a program that never reads its input blocks nobody, and no
// SIGPIPE can come of it.
Fd input_file(std::string_view input) {
    Fd file{::memfd_create("job", MFD_CLOEXEC)};
    while (file && !input.empty()) {
        auto const count = ::write(file.get(), input.data(), input.size());
        if (count < 0 && errno != EINTR) {
            file.close();
        }
        input.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    if (file) {
        ::lseek(file.get(), 0, SEEK_SET);
    }
    return file;
}

std::vector<char*> pointers(std::vector<std::string> const& texts) {
    std::vector<char*> result;
    for (auto const& text : texts) {
        result.push_back(const_cast<char*>(text.c_str()));  // exec takes them so and keeps them
    }
    result.push_back(nullptr);
    return result;
}

// The first of this name on the PATH that can be run; empty if there is none, which exec refuses.
std::string find_program(std::string const& name) {
    if (name.contains('/')) {
        return name;
    }
    char const* const path = std::getenv("PATH");
    std::string_view rest{path == nullptr ? "" : path};
    while (!rest.empty()) {
        auto const end = std::min(rest.find(':'), rest.size());
        auto const candidate = std::filesystem::path{rest.substr(0, end)} / name;
        std::error_code ignored;
        if (end > 0 && std::filesystem::is_regular_file(candidate, ignored) &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate.string();
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

// With all signals held back, so that none reaches the worker's handlers in the child.
pid_t fork_into(Child const& child) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t const pid = ::fork();
    if (pid == 0) {
        become(child);
    }
    int const error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return pid;
}

// What went wrong between fork and exec; zero if nothing did. Ends when the program has begun.
int exec_error(Pipe& report) {
    report.writing.close();
    ::fcntl(report.reading.get(), F_SETFL, 0);
    int error = 0;
    ssize_t count = -1;
    do {
        count = ::read(report.reading.get(), &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    return count == sizeof error ? error : 0;
}

NotStarted not_started(std::string const& program, int error) {
    bool const passing = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE ||
                         error == ETXTBSY || error == EIO;
    return {.message = fmt::format("can't run {}: {}", program, error_text(error)),
            .retryable = passing};
}

}  // namespace

std::expected<Process, NotStarted> start(Launch const& launch) {
    if (launch.run.empty()) {
        return std::unexpected{NotStarted{.message = "no program is configured"}};
    }
    Pipe output;
    Pipe errors;
    Pipe report;
    Fd const input = input_file(launch.input);
    if (!input || !open_pipe(output) || !open_pipe(errors) || !open_pipe(report)) {
        return std::unexpected{short_of("no room for its input and output", errno)};
    }
    auto const program = find_program(launch.run.front());
    auto const arguments = pointers(launch.run);
    auto const environment = pointers(launch.environment);
    Child const child{
        .program = program.c_str(),
        .arguments = arguments.data(),
        .environment = environment.data(),
        .input = input.get(),
        .output = output.writing.get(),
        .errors = errors.writing.get(),
        .report = report.writing.get(),
        .parent = ::getpid(),
        .memory =
            launch.memory_mb > 0 ? static_cast<rlim_t>(launch.memory_mb) << 20 : RLIM_INFINITY,
    };
    pid_t const pid = fork_into(child);
    if (pid < 0) {
        return std::unexpected{short_of("no new process", errno)};
    }
    if (int const error = exec_error(report); error != 0) {
        reap(pid);
        return std::unexpected{not_started(launch.run.front(), error)};
    }
    Fd exited{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (!exited) {
        int const error = errno;
        signal_group(pid, SIGKILL);
        reap(pid);
        return std::unexpected{short_of("no handle of it", error)};
    }
    return Process{.pid = pid,
                   .exited = std::move(exited),
                   .output = std::move(output.reading),
                   .errors = std::move(errors.reading)};
}

void signal_group(pid_t pid, int signal) {
    ::kill(-pid, signal);
    ::kill(pid, signal);  // also if it has left its group
}

Exit reap(pid_t pid) {
    int status = 0;
    pid_t reaped = -1;
    do {
        reaped = ::waitpid(pid, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0) {
        return {.signal = SIGKILL};  // its status is lost; it did not end well as far as we know
    }
    if (WIFSIGNALED(status)) {
        return {.signal = WTERMSIG(status)};
    }
    return {.code = WEXITSTATUS(status)};
}

}  // namespace adapters::providers
