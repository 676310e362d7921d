// What a name may be, wherever one comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wire {

// What is wrong with it; nothing: 1 to `most` printable characters of valid UTF-8, no control
// characters, no spaces at the ends.
std::optional<std::string> mistake_in_name(std::string_view text, std::int64_t most);

}  // namespace wire
