// A store that lives in memory: for tests and simulation, and the plainest statement of what a
// store has to do.
#pragma once

#include <functional>
#include <memory>

#include "adapters/store.h"

namespace adapters {

struct MemoryOptions {
    std::function<base::Timestamp()> clock;  // none: the system's
    base::Millis lease_max{15'000};          // a lease further off than twice this is absurd
};

std::unique_ptr<Store> open_memory(MemoryOptions options);

}  // namespace adapters
