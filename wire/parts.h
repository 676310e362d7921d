// Valid, canonical JSON (StrictObject::canonical) taken apart without parsing it again: views into
// its text.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace wire {

// The value of that member of an object; the name has nothing in it that JSON escapes.
std::optional<std::string_view> member_of(std::string_view object, std::string_view name);

// The items of an array, in order.
std::vector<std::string_view> items_of(std::string_view array);

}  // namespace wire
