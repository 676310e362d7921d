// The terminal while a live view has it: the alternate screen, keys one by one, its size. However
// the view ends, the terminal is left as it was found.
#pragma once

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <termios.h>

#include "base/time.h"

namespace worker::cli {

class Screen {
public:
    // One at a time. Takes standard output's terminal, and SIGINT, SIGTERM, SIGHUP, SIGTSTP and
    // SIGWINCH.
    Screen();
    Screen(Screen const&) = delete;
    Screen& operator=(Screen const&) = delete;
    ~Screen();

    struct Extent {
        int columns = 80;
        int rows = 24;
    };

    [[nodiscard]] static Extent extent();

    // In place of what is there.
    void show(std::vector<std::string> const& lines) const;

    enum class Event : std::uint8_t { time_passed, resized, quit };

    // The next thing that happens, at the latest after that time. `quit`: q, Ctrl-C, a signal, or
    // the terminal has gone.
    Event wait(base::Millis at_most);

private:
    void enter();
    void leave();
    void suspend();
    std::optional<Event> take_signal();
    std::optional<Event> take_keys();

    std::optional<::termios> found_;   // none: standard input is no terminal, and there are no keys
    std::array<int, 2> pipe_{-1, -1};  // of signals
    std::array<struct sigaction, 5> before_{};
};

}  // namespace worker::cli
