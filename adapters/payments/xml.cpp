#include "adapters/payments/xml.h"

#include <algorithm>
#include <array>

namespace adapters::payments {

namespace {

constexpr std::size_t longest_entity = 10;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// A control character has no place in XML, escaped or not.
bool is_allowed(char c) {
    return static_cast<unsigned char>(c) >= 0x20 || is_space(c);
}

std::optional<char> entity(std::string_view name) {
    using Named = std::pair<std::string_view, char>;
    constexpr std::array<Named, 5> known{
        {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
    auto const* const found = std::ranges::find(known, name, &Named::first);
    return found == known.end() ? std::nullopt : std::optional{found->second};
}

class Reader {
public:
    explicit Reader(std::string_view text) : rest_{text} {}

    void skip_spaces() {
        auto const space = std::ranges::find_if_not(rest_, is_space);
        rest_.remove_prefix(static_cast<std::size_t>(space - rest_.begin()));
    }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    [[nodiscard]] bool at(std::string_view text) const { return rest_.starts_with(text); }

    bool take(std::string_view text) {
        bool const there = at(text);
        rest_.remove_prefix(there ? text.size() : 0);
        return there;
    }

    // Up to the mark, and past it.
    std::optional<std::string_view> take_until(std::string_view mark) {
        auto const end = rest_.find(mark);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        auto const taken = rest_.substr(0, end);
        rest_.remove_prefix(end + mark.size());
        return taken;
    }

    // "<name>", or "<name/>", which is empty.
    std::optional<std::string_view> take_opening(bool& is_empty) {
        if (!take("<")) {
            return std::nullopt;
        }
        auto name = take_until(">");
        if (!name) {
            return std::nullopt;
        }
        is_empty = name->ends_with('/');
        name->remove_suffix(is_empty ? 1 : 0);
        name = name->substr(0, name->find_last_not_of(" \t\r\n") + 1);
        return is_field_name(*name) ? name : std::nullopt;
    }

    bool take_closing(std::string_view name) {
        if (!take("</") || !take(name)) {
            return false;
        }
        skip_spaces();
        return take(">");
    }

    // Text and CDATA up to the next tag.
    std::optional<std::string> take_value() {
        std::string value;
        while (!at_end()) {
            if (take("<![CDATA[")) {
                auto const part = take_until("]]>");
                if (!part || !std::ranges::all_of(*part, is_allowed)) {
                    return std::nullopt;
                }
                value += *part;
            } else if (at("<")) {
                return value;
            } else if (!take_character(value)) {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

private:
    bool take_character(std::string& value) {
        if (take("&")) {
            auto const name = rest_.substr(0, longest_entity).find(';');
            auto const meant =
                name == std::string_view::npos ? std::nullopt : entity(rest_.substr(0, name));
            if (meant) {
                value += *meant;
                rest_.remove_prefix(name + 1);
            }
            return meant.has_value();
        }
        if (!is_allowed(rest_.front()) || at("]]>")) {
            return false;
        }
        value += rest_.front();
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view rest_;
};

bool take_declaration(Reader& reader) {
    if (!reader.take("<?xml ")) {
        return true;
    }
    auto const rest = reader.take_until("?>");
    return rest && rest->find_first_of("<>&") == std::string_view::npos;
}

std::optional<Fields::value_type> take_field(Reader& reader) {
    bool is_empty = false;
    auto const name = reader.take_opening(is_empty);
    if (!name) {
        return std::nullopt;
    }
    if (is_empty) {
        return Fields::value_type{*name, ""};
    }
    auto value = reader.take_value();
    if (!value || !reader.take_closing(*name)) {
        return std::nullopt;
    }
    return Fields::value_type{*name, std::move(*value)};
}

std::optional<Fields> take_fields(Reader& reader, std::string_view root) {
    Fields fields;
    for (;;) {
        reader.skip_spaces();
        if (reader.at("</")) {
            return reader.take_closing(root) ? std::optional{std::move(fields)} : std::nullopt;
        }
        auto field = take_field(reader);
        if (!field || fields.size() == most_fields) {
            return std::nullopt;
        }
        fields.push_back(std::move(*field));
    }
}

}  // namespace

std::optional<Fields> read_xml(std::string_view text, std::string_view root) {
    if (text.size() > most_xml) {
        return std::nullopt;
    }
    Reader reader{text};
    reader.take("\xEF\xBB\xBF");
    if (!take_declaration(reader)) {
        return std::nullopt;
    }
    reader.skip_spaces();
    bool is_empty = false;
    auto const name = reader.take_opening(is_empty);
    if (name != root || is_empty) {
        return std::nullopt;
    }
    auto fields = take_fields(reader, root);
    reader.skip_spaces();
    return reader.at_end() ? std::move(fields) : std::nullopt;
}

}  // namespace adapters::payments
