// What Redis answered, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace adapters::redis {

struct Reply {
    enum class Kind : std::uint8_t { nil, text, integer, list, error };

    Kind kind = Kind::nil;
    std::string text;  // of a text, a status or an error
    std::int64_t integer = 0;
    std::vector<Reply> items;

    [[nodiscard]] bool is_error() const { return kind == Kind::error; }

    // An error that begins with this word: "NOSCRIPT".
    [[nodiscard]] bool is_error(std::string_view code) const {
        return is_error() && text.starts_with(code);
    }

    // The n-th item; nil where there is none.
    [[nodiscard]] Reply const& at(std::size_t n) const {
        static Reply const none;
        return n < items.size() ? items[n] : none;
    }
};

}  // namespace adapters::redis
