#include "adapters/providers/http/json.h"

#include <algorithm>
#include <charconv>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

namespace adapters::providers::http {

namespace json = boost::json;

namespace {

using Error = json::error_code;
using View = json::string_view;

// What the parser reports, put together.
struct Builder {
    static constexpr std::size_t max_object_size = 1'000'000;
    static constexpr std::size_t max_array_size = 1'000'000;
    static constexpr std::size_t max_key_size = 65'536;
    static constexpr std::size_t max_string_size = std::size_t{1} << 31;

    std::vector<Json> open;
    Json root;
    std::string part;

    bool add(Json value) {
        if (open.empty()) {
            root = std::move(value);
        } else {
            open.back().items.push_back(std::move(value));
        }
        return true;
    }

    bool close() {
        auto value = std::move(open.back());
        open.pop_back();
        return add(std::move(value));
    }

    bool begin(Json::Kind kind) {
        open.push_back({.kind = kind, .value = {}, .keys = {}, .items = {}});
        return true;
    }

    bool more(View text) {
        part.append(text.data(), text.size());
        return true;
    }

    bool scalar(Json::Kind kind, View text) {
        more(text);
        return add({.kind = kind, .value = std::exchange(part, {}), .keys = {}, .items = {}});
    }

    bool on_document_begin(Error&) { return true; }

    bool on_document_end(Error&) { return true; }

    bool on_object_begin(Error&) { return begin(Json::Kind::object); }

    bool on_object_end(std::size_t, Error&) { return close(); }

    bool on_array_begin(Error&) { return begin(Json::Kind::list); }

    bool on_array_end(std::size_t, Error&) { return close(); }

    bool on_key_part(View text, std::size_t, Error&) { return more(text); }

    bool on_key(View text, std::size_t, Error&) {
        more(text);
        open.back().keys.push_back(std::exchange(part, {}));
        return true;
    }

    bool on_string_part(View text, std::size_t, Error&) { return more(text); }

    bool on_string(View text, std::size_t, Error&) { return scalar(Json::Kind::text, text); }

    bool on_number_part(View text, Error&) { return more(text); }

    bool on_int64(std::int64_t, View text, Error&) { return scalar(Json::Kind::number, text); }

    bool on_uint64(std::uint64_t, View text, Error&) { return scalar(Json::Kind::number, text); }

    bool on_double(double, View text, Error&) { return scalar(Json::Kind::number, text); }

    bool on_bool(bool value, Error&) {
        return scalar(Json::Kind::boolean, value ? "true" : "false");
    }

    bool on_null(Error&) { return add({}); }

    bool on_comment_part(View, Error&) { return true; }

    bool on_comment(View, Error&) { return true; }
};

void write_text(std::string const& text, std::string& into) {
    into += '"';
    for (char const c : text) {
        switch (c) {
            case '"':
                into += "\\\"";
                break;
            case '\\':
                into += "\\\\";
                break;
            case '\n':
                into += "\\n";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    into += fmt::format("\\u{:04x}", static_cast<int>(c));
                } else {
                    into += c;
                }
        }
    }
    into += '"';
}

void write(Json const& json, std::string& into) {
    switch (json.kind) {
        case Json::Kind::null:
            into += "null";
            return;
        case Json::Kind::boolean:
        case Json::Kind::number:
            into += json.value;
            return;
        case Json::Kind::text:
            return write_text(json.value, into);
        case Json::Kind::list:
        case Json::Kind::object:
            break;
    }
    bool const object = json.kind == Json::Kind::object;
    into += object ? '{' : '[';
    for (std::size_t i = 0; i < json.items.size(); ++i) {
        into += i == 0 ? "" : ",";
        if (object) {
            write_text(json.keys[i], into);
            into += ':';
        }
        write(json.items[i], into);
    }
    into += object ? '}' : ']';
}

std::optional<std::size_t> place(std::string const& step, std::size_t size) {
    std::size_t at = 0;
    auto const* const end = step.data() + step.size();
    auto const [stop, error] = std::from_chars(step.data(), end, at);
    bool const plain = error == std::errc{} && stop == end && (step == "0" || step[0] != '0');
    return plain && at < size ? std::optional{at} : std::nullopt;
}

bool is_nothing(Json const& json) {
    return json.kind == Json::Kind::null || (json.kind == Json::Kind::text && json.value.empty());
}

}  // namespace

Json const* Json::find(std::string_view key) const {
    auto const found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

Json& Json::member(std::string const& key) {
    auto const found = std::ranges::find(keys, key);
    if (found != keys.end()) {
        return items[static_cast<std::size_t>(found - keys.begin())];
    }
    keys.push_back(key);
    return items.emplace_back();
}

std::optional<Json> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = deepest;
    json::basic_parser<Builder> parser{options};
    Error error;
    auto const used = parser.write_some(false, text.data(), text.size(), error);
    if (error) {
        return std::nullopt;
    }
    auto const rest = text.substr(used);
    if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::move(parser.handler().root);
}

std::string to_text(Json const& json) {
    std::string text;
    write(json, text);
    return text;
}

Json text_json(std::string text) {
    return {.kind = Json::Kind::text, .value = std::move(text), .keys = {}, .items = {}};
}

Json object_json() {
    return {.kind = Json::Kind::object, .value = {}, .keys = {}, .items = {}};
}

std::string plain(Json const& json) {
    return json.kind == Json::Kind::text ? json.value : to_text(json);
}

Json const* at(Json const& json, std::vector<std::string> const& steps) {
    auto const* here = &json;
    for (auto const& step : steps) {
        if (here->kind == Json::Kind::object) {
            here = here->find(step);
        } else if (here->kind == Json::Kind::list) {
            auto const index = place(step, here->items.size());
            here = index ? &here->items[*index] : nullptr;
        } else {
            here = nullptr;
        }
        if (here == nullptr) {
            return nullptr;
        }
    }
    return here;
}

Json const* first_of(Json const& json, std::vector<dialect::Pointer> const& pointers) {
    for (auto const& pointer : pointers) {
        auto const* found = at(json, pointer.steps);
        if (found != nullptr && found->kind != Json::Kind::null) {
            return found;
        }
    }
    return nullptr;
}

bool put(Json& into, std::vector<std::string> const& steps, Json value) {
    auto* here = &into;
    for (auto const& step : steps) {
        if (here->kind == Json::Kind::list) {
            auto const index = place(step, here->items.size());
            if (!index) {
                return false;
            }
            here = &here->items[*index];
            continue;
        }
        if (here->kind == Json::Kind::null) {
            here->kind = Json::Kind::object;
        }
        if (here->kind != Json::Kind::object) {
            return false;
        }
        here = &here->member(step);
    }
    *here = std::move(value);
    return true;
}

void merge(Json& into, Json const& from) {
    if (into.kind == Json::Kind::object && from.kind == Json::Kind::object) {
        for (std::size_t i = 0; i < from.keys.size(); ++i) {
            merge(into.member(from.keys[i]), from.items[i]);
        }
    } else if (into.kind == Json::Kind::list && from.kind == Json::Kind::list) {
        for (std::size_t i = 0; i < from.items.size(); ++i) {
            if (i < into.items.size()) {
                merge(into.items[i], from.items[i]);
            } else {
                into.items.push_back(from.items[i]);
            }
        }
    } else if (!is_nothing(from) || into.kind == Json::Kind::null) {
        into = from;
    }
}

}  // namespace adapters::providers::http
