// Other processes, as tests need them: forked, killed, waited for.
#pragma once

#include <csignal>
#include <functional>
#include <stdexcept>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace contract {

// Runs `body` in a child, which ends with what it returns (99 if it throws) without running the
// parent's destructors.
class Child {
public:
    explicit Child(std::function<int()> const& body) : pid_{::fork()} {
        if (pid_ != 0) {
            return;
        }
        int code = 99;
        try {
            code = body();
        } catch (...) {
        }
        ::_exit(code);
    }

    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    ~Child() {
        if (pid_ > 0) {
            kill();
        }
    }

    void kill() {
        ::kill(pid_, SIGKILL);
        wait();
    }

    // The exit code, or -1 if it was killed.
    int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t pid_;
};

// A child tells its parent that it has come so far.
class Signal {
public:
    Signal() {
        if (::pipe(ends_) != 0) {
            throw std::runtime_error{"no pipe"};
        }
    }

    Signal(Signal const&) = delete;
    Signal& operator=(Signal const&) = delete;

    ~Signal() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }

    void send() const {
        char const byte = '.';
        if (::write(ends_[1], &byte, 1) != 1) {
            ::_exit(98);
        }
    }

    bool wait() const {
        char byte = 0;
        return ::read(ends_[0], &byte, 1) == 1;
    }

private:
    int ends_[2] = {-1, -1};
};

}  // namespace contract
