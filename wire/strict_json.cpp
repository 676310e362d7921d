// One pass of Boost.JSON's event parser finds keys that come twice (its own document silently keeps
// the last) and writes the canonical text; a second one makes the document.
#include "wire/strict_json.h"

#include <optional>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace wire {

namespace {

namespace json = boost::json;
using Text = json::string_view;
using Code = json::error_code;

struct Frame {
    bool object = false;
    std::string key;                             // of the member being read
    std::map<std::string, std::string> members;  // object: key -> canonical value
    std::string items;                           // array: canonical values, joined
};

class Canonical {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::string root;
    std::optional<std::string> twice;
    std::map<std::string, std::string, std::less<>> numbers;

    bool on_document_begin(Code&) { return true; }

    bool on_document_end(Code&) { return true; }

    bool on_object_begin(Code&) { return open(true); }

    bool on_array_begin(Code&) { return open(false); }

    bool on_object_end(std::size_t, Code&) {
        std::string text;
        for (auto const& [key, value] : frames_.back().members) {
            text += fmt::format("{}{}:{}", text.empty() ? "" : ",", quoted(key), value);
        }
        frames_.pop_back();
        return add('{' + text + '}');
    }

    bool on_array_end(std::size_t, Code&) {
        auto const text = '[' + frames_.back().items + ']';
        frames_.pop_back();
        return add(text);
    }

    bool on_key_part(Text part, std::size_t, Code&) { return keep(part); }

    bool on_key(Text part, std::size_t, Code& code) {
        keep(part);
        auto& frame = frames_.back();
        frame.key = std::exchange(pending_, {});
        if (frame.members.contains(frame.key)) {
            twice = frame.key;
            code = json::error::syntax;
            return false;
        }
        return true;
    }

    bool on_string_part(Text part, std::size_t, Code&) { return keep(part); }

    bool on_string(Text part, std::size_t, Code&) {
        keep(part);
        return add(quoted(std::exchange(pending_, {})));
    }

    bool on_number_part(Text part, Code&) { return keep(part); }

    bool on_int64(std::int64_t, Text part, Code&) { return number(part); }

    bool on_uint64(std::uint64_t, Text part, Code&) { return number(part); }

    bool on_double(double, Text part, Code&) { return number(part); }

    bool on_bool(bool value, Code&) { return add(value ? "true" : "false"); }

    bool on_null(Code&) { return add("null"); }

    bool on_comment_part(Text, Code&) { return true; }

    bool on_comment(Text, Code&) { return true; }

private:
    static std::string quoted(std::string_view text) {
        return json::serialize(json::string_view(text.data(), text.size()));
    }

    bool keep(Text part) {
        pending_.append(part.data(), part.size());
        return true;
    }

    bool open(bool object) {
        frames_.push_back({.object = object});
        return true;
    }

    bool number(Text part) {
        keep(part);
        auto const text = std::exchange(pending_, {});
        if (frames_.size() == 1 && frames_.back().object) {
            numbers[frames_.back().key] = text;
        }
        return add(text);
    }

    bool add(std::string const& value) {
        if (frames_.empty()) {
            root = value;
        } else if (frames_.back().object) {
            frames_.back().members[frames_.back().key] = value;
        } else {
            frames_.back().items += (frames_.back().items.empty() ? "" : ",") + value;
        }
        return true;
    }

    std::vector<Frame> frames_;
    std::string pending_;
};

std::string mistake(Code const& code, Canonical const& seen, std::size_t at) {
    if (seen.twice) {
        return fmt::format("has the key `{}` twice", *seen.twice);
    }
    if (code == json::error::too_deep) {
        return fmt::format("is nested deeper than {} levels", max_depth);
    }
    if (code == json::error::incomplete) {
        return "is not valid JSON: it ends too early";
    }
    return fmt::format("is not valid JSON at byte {}: {}", at, code.message());
}

json::parse_options options() {
    json::parse_options strict;
    strict.max_depth = max_depth;
    return strict;
}

}  // namespace

std::expected<StrictObject, std::string> parse_object(std::string_view text) {
    json::basic_parser<Canonical> parser(options());
    Code code;
    auto const read = parser.write_some(false, text.data(), text.size(), code);
    if (!code && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
        code = json::error::extra_data;
    }
    if (code) {
        return std::unexpected(mistake(code, parser.handler(), read));
    }
    auto document = json::parse(json::string_view(text.data(), text.size()), code, {}, options());
    if (code) {
        return std::unexpected(mistake(code, parser.handler(), read));
    }
    if (!document.is_object()) {
        return std::unexpected("is not a JSON object");
    }
    return StrictObject{.object = std::move(document.as_object()),
                        .canonical = std::move(parser.handler().root),
                        .numbers = std::move(parser.handler().numbers)};
}

}  // namespace wire
