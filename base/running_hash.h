// SHA-256 of what comes piece by piece.
#pragma once

#include <memory>
#include <string_view>

#include "base/sha256.h"

namespace base {

class RunningHash {
public:
    RunningHash();
    RunningHash(RunningHash const&) = delete;
    RunningHash& operator=(RunningHash const&) = delete;
    ~RunningHash();

    void add(std::string_view bytes);

    // Of all that was added; nothing may be added afterwards.
    Hash finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace base
