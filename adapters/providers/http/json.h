// JSON with its numbers as they were written: an id of 20 digits stays what it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/pointer.h"

namespace adapters::providers::http {

struct Json {
    enum class Kind : std::uint8_t { null, boolean, number, text, list, object };

    Kind kind = Kind::null;
    std::string value;              // text: without escapes; number and boolean: as written
    std::vector<std::string> keys;  // object
    std::vector<Json> items;        // list, object

    [[nodiscard]] Json const* find(std::string_view key) const;  // of an object; the first
    Json& member(std::string const& key);                        // made where it is not there

    friend bool operator==(Json const&, Json const&) = default;
};

inline constexpr std::size_t deepest = 64;

// Strict and in UTF-8, or nothing.
std::optional<Json> parse_json(std::string_view text);

std::string to_text(Json const& json);

Json text_json(std::string text);
Json object_json();

// Text as it is, all else as JSON: "0" is that of 0 and of "0".
std::string plain(Json const& json);

// What the steps lead to; null without having been looked for is nothing.
Json const* at(Json const& json, std::vector<std::string> const& steps);

// The first that leads to something other than null.
Json const* first_of(Json const& json, std::vector<dialect::Pointer> const& pointers);

// Makes the objects that are missing on the way; false where something else is in the way.
bool put(Json& into, std::vector<std::string> const& steps, Json value);

// Objects are merged by key, lists by place; what is null or empty replaces nothing.
void merge(Json& into, Json const& from);

}  // namespace adapters::providers::http
