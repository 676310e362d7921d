#include "adapters/web.h"

#include <algorithm>

namespace adapters {

namespace {

bool same_name(std::string_view a, std::string_view b) {
    auto const small = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(a, b, {}, small, small);
}

}  // namespace

std::string_view WebAnswer::header(std::string_view name) const {
    auto const found = std::ranges::find_if(
        headers, [&](auto const& header) { return same_name(header.first, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace adapters
