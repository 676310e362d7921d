// A signal only writes its number into a pipe, whichever thread it comes to; the rest is done where
// the pipe is read.
#include "worker/cli/screen.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "worker/cli/verb.h"

namespace worker::cli {

namespace {

constexpr std::string_view enter_codes = "\x1b[?1049h\x1b[?25l\x1b[2J";  // its screen, no cursor
constexpr std::string_view leave_codes = "\x1b[0m\x1b[?25h\x1b[?1049l";

constexpr std::array ours{SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};

std::atomic<int> told{-1};  // where handlers write to: they take no argument of ours

void tell(int signal) {
    auto const before = errno;
    auto const number = static_cast<char>(signal);
    static_cast<void>(::write(told, &number, 1) == 1);  // full: there is enough to read
    errno = before;
}

// A terminal that has gone is noticed by `wait`.
void put(std::string_view text) {
    while (!text.empty()) {
        auto const written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

}  // namespace

Screen::Screen() {
    if (::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw Stop(usage, "can't watch for signals: " + std::generic_category().message(errno));
    }
    told = pipe_[1];
    struct sigaction action{};
    action.sa_handler = tell;
    action.sa_flags = SA_RESTART;
    for (std::size_t at = 0; at < ours.size(); ++at) {
        ::sigaction(ours[at], &action, &before_[at]);
    }
    enter();
}

Screen::~Screen() {
    leave();
    for (std::size_t at = 0; at < ours.size(); ++at) {
        ::sigaction(ours[at], &before_[at], nullptr);
    }
    told = -1;
    ::close(pipe_[0]);
    ::close(pipe_[1]);
}

// Keys come at once and are not shown; Ctrl-C and Ctrl-Z stay signals.
void Screen::enter() {
    ::termios keys{};
    if (::tcgetattr(STDIN_FILENO, &keys) == 0) {
        found_ = keys;
        keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        keys.c_cc[VMIN] = 0;
        keys.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    }
    put(enter_codes);
}

void Screen::leave() {
    put(leave_codes);
    if (found_) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*found_);
    }
}

void Screen::suspend() {
    leave();
    ::raise(SIGSTOP);
    enter();
}

Screen::Extent Screen::extent() {
    ::winsize size{};
    bool const known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? Extent{.columns = size.ws_col, .rows = size.ws_row} : Extent{};
}

// Each line is cleared behind its end, and the screen below the last: nothing flickers.
void Screen::show(std::vector<std::string> const& lines) const {
    std::string text = "\x1b[H";
    bool first = true;
    for (auto const& line : lines) {
        text += first ? "" : "\r\n";
        text += line + "\x1b[K";
        first = false;
    }
    put(text + "\x1b[J");
}

std::optional<Screen::Event> Screen::take_signal() {
    char signal = 0;
    if (::read(pipe_[0], &signal, 1) != 1) {
        return std::nullopt;
    }
    if (signal == SIGTSTP) {
        suspend();
        return Event::resized;  // it may have been, meanwhile
    }
    return signal == SIGWINCH ? Event::resized : Event::quit;
}

std::optional<Screen::Event> Screen::take_keys() {
    std::array<char, 64> keys{};
    auto const size = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (size < 0) {
        return errno == EINTR || errno == EAGAIN ? std::nullopt : std::optional{Event::quit};
    }
    std::string_view const pressed{keys.data(), static_cast<std::size_t>(size)};
    bool const quit = pressed.find_first_of("qQ\x03\x04") != std::string_view::npos;
    return quit ? std::optional{Event::quit} : std::nullopt;
}

Screen::Event Screen::wait(base::Millis at_most) {
    using Clock = std::chrono::steady_clock;
    auto const end = Clock::now() + at_most;
    while (true) {
        auto const left = std::chrono::ceil<base::Millis>(end - Clock::now());
        if (left <= base::Millis{0}) {
            return Event::time_passed;
        }
        std::array<::pollfd, 2> watched{
            ::pollfd{.fd = pipe_[0], .events = POLLIN, .revents = 0},
            ::pollfd{.fd = found_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}};
        ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
        if (auto const event = take_signal()) {
            return *event;
        }
        if ((watched[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
            return Event::quit;
        }
        if ((watched[1].revents & POLLIN) != 0) {
            if (auto const event = take_keys()) {
                return *event;
            }
        }
    }
}

}  // namespace worker::cli
