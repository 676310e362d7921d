// What a job's input says of how a simulated provider is to treat it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/credits.h"

namespace adapters::providers {

// What can't be understood counts as not said.
struct Directions {
    std::string outcome;
    std::optional<std::int64_t> latency_ms;
    std::optional<std::int64_t> duration_ms;
    std::int64_t fail_attempts = 0;
    std::int64_t output_ms = 10'000;  // how long the output is if nothing directs it
};

// `output_ms` is that of input "text" at that speed, of input "duration" in seconds, or the
// default.
Directions read_directions(std::string_view text, base::Rate characters_per_second);

}  // namespace adapters::providers
