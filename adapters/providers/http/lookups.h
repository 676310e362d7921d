// A task of ours among what a provider says it has: what one of its answers shows. Pure.
#pragma once

#include <optional>
#include <string>

#include "adapters/providers/http/reading.h"

namespace adapters::providers::http {

// What an answer to a look-up shows. Nothing of it set: it proves nothing.
struct Sight {
    std::optional<std::string> task;  // ours
    Json item;                        // what was said of it
    bool absent = false;              // there is none, on this page or any after it
    bool more = false;                // the next page may have it
};

// A list is only read for as long as it has what was begun after `since`; the epoch: to its end.
Sight look_through(dialect::Lookup const& lookup, Heard const& heard, Values const& values,
                   base::Timestamp since);

}  // namespace adapters::providers::http
