// Starts a program in a process group of its own and within limits; signals and reaps it. Plain
// system calls, nothing here waits longer than fork and exec take.
#pragma once

#include <csignal>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "adapters/providers/fd.h"

namespace adapters::providers {

struct Launch {
    std::vector<std::string> run;          // looked up on this process's PATH if without a slash
    std::vector<std::string> environment;  // NAME=value, all of it
    std::string input;                     // all of standard input
    std::int64_t memory_mb = 0;            // address space; zero: no limit
};

struct NotStarted {
    std::string message;
    bool retryable = false;  // the machine is short of something; otherwise the program is at fault
};

// How a program ended: with an exit code, or by a signal.
struct Exit {
    int code = 0;
    int signal = 0;  // zero: it exited by itself
};

struct Process {
    pid_t pid = -1;
    Fd exited;  // a pidfd: readable once the program has ended
    Fd output;  // the reading ends of its standard output and error, non-blocking
    Fd errors;
};

std::expected<Process, NotStarted> start(Launch const& launch);

// To the program and everything in its group. Only before it is reaped: its number is its own till
// then.
void signal_group(pid_t pid, int signal);

// Waits for its end, which must be near: the pidfd is readable, or it was sent SIGKILL.
Exit reap(pid_t pid);

}  // namespace adapters::providers
