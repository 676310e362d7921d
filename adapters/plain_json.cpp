// The library's documents silently keep the last of two members with the same key. Its event parser
// sees all of them, so that a document with fewer members than were written has lost some.
#include "adapters/plain_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace adapters {

namespace {

namespace json = boost::json;
using Text = json::string_view;
using Code = json::error_code;

struct KeyCounter {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::size_t keys = 0;

    bool on_key(Text, std::size_t, Code&) {
        ++keys;
        return true;
    }

    static bool on_document_begin(Code&) { return true; }

    static bool on_document_end(Code&) { return true; }

    static bool on_object_begin(Code&) { return true; }

    static bool on_object_end(std::size_t, Code&) { return true; }

    static bool on_array_begin(Code&) { return true; }

    static bool on_array_end(std::size_t, Code&) { return true; }

    static bool on_key_part(Text, std::size_t, Code&) { return true; }

    static bool on_string_part(Text, std::size_t, Code&) { return true; }

    static bool on_string(Text, std::size_t, Code&) { return true; }

    static bool on_number_part(Text, Code&) { return true; }

    static bool on_int64(std::int64_t, Text, Code&) { return true; }

    static bool on_uint64(std::uint64_t, Text, Code&) { return true; }

    static bool on_double(double, Text, Code&) { return true; }

    static bool on_bool(bool, Code&) { return true; }

    static bool on_null(Code&) { return true; }

    static bool on_comment_part(Text, Code&) { return true; }

    static bool on_comment(Text, Code&) { return true; }
};

std::size_t members_in(json::value const& value) {
    std::size_t members = 0;
    if (auto const* const object = value.if_object()) {
        for (auto const& member : *object) {
            members += 1 + members_in(member.value());
        }
    } else if (auto const* const array = value.if_array()) {
        for (auto const& item : *array) {
            members += members_in(item);
        }
    }
    return members;
}

}  // namespace

std::optional<json::object> plain_object(std::string_view text, std::size_t deepest) {
    json::parse_options strict;
    strict.max_depth = deepest;
    Code code;
    auto document = json::parse(Text{text.data(), text.size()}, code, {}, strict);
    if (code || !document.is_object()) {
        return std::nullopt;
    }
    json::basic_parser<KeyCounter> parser{strict};
    parser.write_some(false, text.data(), text.size(), code);
    if (code || parser.handler().keys != members_in(document)) {
        return std::nullopt;
    }
    return std::move(document.as_object());
}

std::optional<std::string_view> text_of(json::object const& object, std::string_view name) {
    auto const* const value = object.if_contains(Text{name.data(), name.size()});
    if (value == nullptr || !value->is_string()) {
        return std::nullopt;
    }
    return std::string_view{value->get_string().data(), value->get_string().size()};
}

}  // namespace adapters
