// A helper whose data says what it does: measures honestly, lies, hangs, crashes, or tries what the
// sandbox forbids.
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/media/crew/answer.h"
#include "adapters/media/crew/channel.h"
#include "adapters/media/crew/helper.h"

namespace adapters::media {
namespace {

using crew::channel_number;

// Known before the sandbox, where asking for them would be the end.
pid_t own_pid = 0;
std::uint64_t descriptors = 0;
std::uint64_t variables = 0;

MeasureResult said(std::uint64_t samples) {
    return Measured{.container = "test",
                    .codec = "test",
                    .audio = {.samples = samples, .rate = 1'000},
                    .note = "honest"};
}

// The sum of all bytes, so that a byte that came wrong or twice shows.
MeasureResult sum(Reader& reader) {
    std::uint64_t total = 0;
    for (std::uint64_t at = 0; at < reader.size();) {
        auto const bytes = reader.at(at, 1'000);
        for (auto const byte : bytes) {
            total += std::to_integer<std::uint64_t>(byte);
        }
        at += bytes.size();
    }
    return said(total);
}

[[noreturn]] void hang() {
    for (int volatile turn = 0;; turn = turn + 1) {
    }
}

MeasureResult eat_memory() {
    std::vector<std::vector<char>> meals;
    while (true) {
        meals.emplace_back(std::size_t{1} << 20, 'x');
    }
}

void say(auto const& message) {
    crew::send(channel_number, crew::bytes_of(message));
}

// What comes back must be answers, once, and to the question.
MeasureResult babble(std::string const& how) {
    if (how == "SHORT") {
        say(crew::Kind::answers);
    } else if (how == "MANY") {
        crew::Answers answers;
        answers.count = 1'000'000;
        say(answers);
    } else if (how == "LEAVE") {
        ::close(channel_number);
    } else if (how == "BEYOND") {
        say(crew::Need{.length = 10, .offset = ~std::uint64_t{0} - 5});
    } else if (how == "HUGE") {
        say(crew::Need{.length = ~0U, .offset = 0});
    } else {
        while (true) {
            say(crew::Need{.length = 1, .offset = 0});
            crew::Piece piece;
            crew::receive(channel_number, crew::room_of(piece));
        }
    }
    hang();
}

void forbidden(std::string const& what) {
    static char path[] = "/bin/true";
    static char* arguments[] = {path, nullptr};
    if (what == "SOCKET") {
        ::socket(AF_INET, SOCK_STREAM, 0);
    } else if (what == "OPEN") {
        ::open("/etc/passwd", O_RDONLY);
    } else if (what == "EXECVE") {
        ::execv(path, arguments);
    } else if (what == "FORK") {
        ::fork();
    } else if (what == "KILL") {
        ::kill(::getppid(), SIGKILL);
    } else if (what == "UNLINK") {
        ::unlink("/tmp/nothing");
    } else if (what == "PTRACE") {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    } else if (what == "RUNNABLE") {
        ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    } else if (what == "MAPFILE") {
        ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, channel_number + 1, 0);
    } else if (what == "SENDTO") {
        ::sendto(channel_number, path, 1, 0, nullptr, 0);
    } else if (what == "OTHERSOCKET") {
        msghdr empty{};
        ::sendmsg(channel_number + 1, &empty, 0);
    }
}

MeasureResult obey(Reader& reader, MediaHints const& hints, Limits const& limits) {
    auto const start = reader.at(0, 16);
    std::string const text{reinterpret_cast<char const*>(start.data()), start.size()};
    auto const word = text.substr(0, text.find(' '));
    if (word == "SUM") {
        return sum(reader);
    }
    static std::map<std::string, std::uint64_t> const facts{
        {"PID", static_cast<std::uint64_t>(own_pid)},
        {"DESCRIPTORS", descriptors},
        {"VARIABLES", variables + 1},
        {"HELLO", 7}};
    if (auto const fact = facts.find(word); fact != facts.end()) {
        return said(fact->second);
    }
    if (word == "HINTS") {
        return said(hints.raw ? hints.raw->rate + hints.raw->channels : 1);
    }
    if (word == "LIMITS") {
        return said(static_cast<std::uint64_t>(limits.max_duration.count()) + limits.taglib);
    }
    if (word == "ZERO") {
        return said(0);
    }
    if (word == "EAT") {
        return eat_memory();
    }
    if (word == "HANG") {
        hang();
    }
    if (word == "CRASH") {
        std::raise(SIGSEGV);
        __builtin_trap();
    }
    if (word == "BABBLE") {
        return babble(text.substr(7, text.find(' ', 7) - 7));
    }
    forbidden(word);
    return said(99);  // the sandbox let it happen
}

std::uint64_t open_descriptors() {
    std::uint64_t count = 0;
    for (int number = 0; number < 1'024; ++number) {
        count += ::fcntl(number, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

}  // namespace
}  // namespace adapters::media

int main(int argc, char** argv) {
    std::string const word = argc > 1 ? argv[1] : "";
    if (word == "die") {
        return 3;
    }
    adapters::media::own_pid = ::getpid();
    adapters::media::descriptors = adapters::media::open_descriptors();
    for (char** variable = environ; *variable != nullptr; ++variable) {
        adapters::media::variables += 1;
    }
    return adapters::media::crew::run_helper(argc, argv, adapters::media::obey);
}
