// Numbers that name things, each a type of its own so that they can't be mixed up. Zero is "none".
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace base {

template <typename Tag>
struct Id {
    std::int64_t value = 0;

    friend constexpr auto operator<=>(Id, Id) = default;

    explicit constexpr operator bool() const { return value != 0; }
};

using JobId = Id<struct JobTag>;
using AccountId = Id<struct AccountTag>;

template <typename Tag>
std::string to_text(Id<Tag> id) {
    return std::to_string(id.value);
}

}  // namespace base

template <typename Tag>
struct std::hash<base::Id<Tag>> {
    std::size_t operator()(base::Id<Tag> id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};
