// What SQLite's codes mean to whoever runs the program: one line that says what, where, what to do.
#pragma once

#include <filesystem>

#include <sqlite3.h>

#include "base/time.h"

namespace adapters::sqlite {

struct Failure {
    int code = SQLITE_ERROR;  // extended
    int system_error = 0;     // errno, if the system was the cause
    char const* message = "";
};

// Throws Unavailable where trying again may help, Unusable where it does not.
[[noreturn]] void throw_failure(Failure const& failure, std::filesystem::path const& path,
                                base::Millis waited);

}  // namespace adapters::sqlite
