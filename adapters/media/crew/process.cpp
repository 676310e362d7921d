// How a helper is started and ended. What is said in between is in exchange.cpp.
#include "adapters/media/crew/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

namespace adapters::media::crew {

namespace {

// How long a process that was killed may take to be gone; one that hangs in the system itself,
// on a dead disk, is left to it.
constexpr int patience_ms = 1'000;

std::string error_text(char const* what, int error) {
    return std::string{what} + ": " + std::generic_category().message(error);
}

struct Actions {
    Actions() { ::posix_spawn_file_actions_init(&all); }

    Actions(Actions const&) = delete;
    Actions& operator=(Actions const&) = delete;

    ~Actions() { ::posix_spawn_file_actions_destroy(&all); }

    posix_spawn_file_actions_t all{};
};

struct Attributes {
    Attributes() { ::posix_spawnattr_init(&all); }

    Attributes(Attributes const&) = delete;
    Attributes& operator=(Attributes const&) = delete;

    ~Attributes() { ::posix_spawnattr_destroy(&all); }

    posix_spawnattr_t all{};
};

// A process group of its own, so that Ctrl-C reaches the worker and not what it waits for; no
// signal held back or ignored.
void set(Attributes& attributes) {
    sigset_t set;
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&attributes.all, &set);
    ::sigfillset(&set);
    ::posix_spawnattr_setsigdefault(&attributes.all, &set);
    ::posix_spawnattr_setpgroup(&attributes.all, 0);
    ::posix_spawnattr_setflags(
        &attributes.all, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

// Its end of the socket, nothing on the standard streams, and nothing else that is open here.
int set(Actions& actions, int socket) {
    int failed = 0;
    for (int const stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        failed |= ::posix_spawn_file_actions_addopen(&actions.all, stream, "/dev/null", O_RDWR, 0);
    }
    failed |= ::posix_spawn_file_actions_adddup2(&actions.all, socket, channel_number);
    failed |= ::posix_spawn_file_actions_addclosefrom_np(&actions.all, channel_number + 1);
    return failed;
}

void limit_waiting(int socket, base::Millis timeout) {
    timeval const time{.tv_sec = timeout.count() / 1'000,
                       .tv_usec = timeout.count() % 1'000 * 1'000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

int spawn(pid_t& pid, int socket, std::vector<std::string> command, std::uint64_t memory) {
    command.push_back(std::to_string(memory));
    std::vector<char*> arguments;
    for (auto& text : command) {
        arguments.push_back(text.data());
    }
    arguments.push_back(nullptr);
    // Where its libraries are is all that it needs to know of this process's environment.
    char const* const libraries = std::getenv("LD_LIBRARY_PATH");
    auto path = std::string{"LD_LIBRARY_PATH="} + (libraries ? libraries : "");
    std::array<char*, 2> environment{libraries ? path.data() : nullptr, nullptr};
    Actions actions;
    Attributes attributes;
    set(attributes);
    if (set(actions, socket) != 0) {
        return ENOMEM;
    }
    return ::posix_spawn(&pid, arguments[0], &actions.all, &attributes.all, arguments.data(),
                         environment.data());
}

bool ends_within(Fd const& process, int ms) {
    pollfd gone{.fd = process.get(), .events = POLLIN};
    int ended = 0;
    while (process && (ended = ::poll(&gone, 1, ms)) < 0 && errno == EINTR) {
    }
    return ended > 0;
}

}  // namespace

std::expected<Process, std::string> Process::start(std::vector<std::string> const& command,
                                                   std::uint64_t memory, base::Millis timeout) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return std::unexpected{error_text("socketpair", errno)};
    }
    Fd ours{ends[0]};
    Fd const theirs{ends[1]};
    // Clear of the numbers that the child puts something else at.
    Fd const moved{::fcntl(theirs.get(), F_DUPFD_CLOEXEC, channel_number + 1)};
    if (!moved) {
        return std::unexpected{error_text("no descriptor for a helper", errno)};
    }
    limit_waiting(ours.get(), timeout);
    pid_t pid = -1;
    if (int const failed = spawn(pid, moved.get(), command, memory); failed != 0) {
        return std::unexpected{error_text("can't start a helper", failed)};
    }
    return Process{pid, std::move(ours), timeout};
}

Process::Process(Process&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)},
      socket_{std::move(other.socket_)},
      timeout_{other.timeout_},
      greeted_{other.greeted_},
      answered_{other.answered_} {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(socket_, other.socket_);
    std::swap(timeout_, other.timeout_);
    std::swap(greeted_, other.greeted_);
    std::swap(answered_, other.answered_);
    return *this;
}

Process::~Process() {
    end(0);
}

bool Process::alive() {
    if (pid_ >= 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) {
        pid_ = -1;
    }
    return pid_ >= 0;
}

// Its status if it ends by itself within the grace, which is long enough for one that has crashed;
// with none it is killed at once. One that does not even go then is left to the system.
std::optional<int> Process::end(int grace_ms) {
    if (pid_ < 0) {
        return std::nullopt;
    }
    auto const pid = std::exchange(pid_, -1);
    Fd const handle{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    bool const by_itself = ends_within(handle, grace_ms);
    ::kill(pid, SIGKILL);
    ends_within(handle, patience_ms);
    int status = 0;
    bool const reaped = ::waitpid(pid, &status, handle ? WNOHANG : 0) == pid;
    return by_itself && reaped ? std::optional{status} : std::nullopt;
}

std::uint64_t Process::resident() const {
    auto const path = "/proc/" + std::to_string(pid_) + "/statm";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file{std::fopen(path.c_str(), "re"),
                                                               std::fclose};
    unsigned long pages = 0;
    if (!file || std::fscanf(file.get(), "%*u %lu", &pages) != 1) {
        return 0;
    }
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace adapters::media::crew
