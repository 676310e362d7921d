// Which queues there are and what they do: for the verb and for the calls.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "adapters/store.h"
#include "pricing/book.h"

namespace worker {

using QueueModes = std::map<std::string, adapters::QueueMode>;

inline std::string_view to_text(adapters::QueueMode mode) {
    switch (mode) {
        case adapters::QueueMode::running:
            return "running";
        case adapters::QueueMode::paused:
            return "paused";
        case adapters::QueueMode::draining:
            return "draining";
    }
    return "";
}

// Every service of the price book, and those that left it but have jobs or a mode still.
inline QueueModes all_queues(adapters::Store& store, pricing::Book const& book) {
    auto modes = store.queue_modes();
    for (auto const& service : store.services_ready()) {
        modes.try_emplace(service, adapters::QueueMode::running);
    }
    for (auto const& [service, periods] : book.services) {
        modes.try_emplace(service, adapters::QueueMode::running);
    }
    return modes;
}

}  // namespace worker
