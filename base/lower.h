// Letters of ASCII made small; everything else stays as it is, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace base {

inline std::string lower(std::string_view text) {
    std::string small{text};
    std::ranges::transform(small, small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return small;
}

}  // namespace base
