// `up`, `api`, `worker` and `scheduler`: runs until a signal says stop.
#pragma once

#include <optional>

#include "config/settings.h"
#include "pricing/book.h"

namespace worker {

struct Parts {
    bool worker = false;
    bool scheduler = false;
    bool http = false;
    std::optional<int> port;  // instead of the configured one
};

// Returns the exit code. SIGTERM and SIGINT: quiet, drain, stop (a second one stops at once);
// SIGHUP: reloads the price book. Throws adapters::Unavailable or Unusable if the store can't be
// opened.
int run(config::Settings const& settings, pricing::Book book, Parts parts);

}  // namespace worker
