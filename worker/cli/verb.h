// One verb of the command line: what it takes, and what it does.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "worker/cli/options.h"

namespace worker::cli {

class Context;

// What users see as the exit code.
inline constexpr int done = 0;
inline constexpr int answer_is_no = 1;
inline constexpr int usage = 2;
inline constexpr int no_store = 3;

class Verb {
public:
    Verb() = default;
    Verb(Verb const&) = delete;
    Verb& operator=(Verb const&) = delete;
    virtual ~Verb() = default;

    virtual void declare(Options& options) = 0;

    // Returns the exit code. Throws Stop, adapters::Unavailable or adapters::Unusable.
    virtual int run(Context& context) = 0;
};

// Ends a verb: one line for people, what and where and what to do, and the exit code.
struct Stop : std::runtime_error {
    Stop(int exit_code, std::string const& line) : std::runtime_error(line), code(exit_code) {}

    int code;
};

}  // namespace worker::cli
