// JSON numbers as they are written, so that seconds and limits never pass through a double.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wire {

// The number times 10^places, rounded up (towards plus infinity) or down; nullopt where that does
// not fit 64 bits. `number` must be a number by JSON's grammar.
std::optional<std::int64_t> scaled_up(std::string_view number, int places);
std::optional<std::int64_t> scaled_down(std::string_view number, int places);

}  // namespace wire
