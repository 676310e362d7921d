// A result as a message, and back. What comes back is judged: a helper has read hostile bytes and
// may say anything.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "adapters/media/crew/protocol.h"

namespace adapters::media::crew {

Answer pack(MeasureResult const& result);

// Nullopt where it is not what an honest helper would say: numbers that cannot be, a code that is
// none, a text that does not end. Texts are made harmless for terminals and JSON.
std::optional<MeasureResult> unpack(Answer const& answer);

template <std::size_t room>
void put(Text<room>& into, std::string_view text) {
    auto const size = std::min(text.size(), room - 1);
    into = {};
    text.copy(into.data(), size);
}

template <std::size_t room>
std::string_view view(Text<room> const& text) {
    return {text.data(), ::strnlen(text.data(), room)};
}

}  // namespace adapters::media::crew
