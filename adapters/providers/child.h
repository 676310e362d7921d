// The child's side between fork and exec, where only async-signal-safe calls are allowed: no
// memory, no locks.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

namespace adapters::providers {

// What the child needs, ready made.
struct Child {
    char const* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    int input = -1;
    int output = -1;
    int errors = -1;
    int report = -1;  // where it writes errno if it can't become the program
    pid_t parent = -1;
    rlim_t memory = RLIM_INFINITY;
};

// Never returns: this process is the program from now on, or `report` gets errno and it ends.
[[noreturn]] void become(Child const& child);

}  // namespace adapters::providers
