// By edit distance.
#include "config/nearest.h"

#include <algorithm>
#include <utility>

namespace config {

namespace {

// How many letters have to be added, dropped or replaced to get from one to the other.
std::size_t edits(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            auto const replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest(std::string_view name, std::vector<std::string_view> const& known) {
    constexpr std::size_t enough = 64;  // the rest of an absurdly long name changes nothing
    auto const distance = [&](std::string_view other) {
        return edits(name.substr(0, enough), other);
    };
    auto const best = std::ranges::min_element(known, {}, distance);
    return best == known.end() ? std::string_view{} : *best;
}

}  // namespace config
