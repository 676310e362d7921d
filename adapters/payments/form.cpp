#include "adapters/payments/form.h"

namespace adapters::payments {

namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    auto const small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? std::optional{static_cast<unsigned>(small - 'a') + 10}
                                        : std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            bytes += text[at] == '+' ? ' ' : text[at];
            continue;
        }
        auto const high = at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
        auto const low = high ? hex_digit(text[at + 2]) : std::nullopt;
        if (!low) {
            return std::nullopt;
        }
        bytes += static_cast<char>(*high << 4U | *low);
        at += 2;
    }
    return bytes;
}

std::optional<Fields::value_type> read_part(std::string_view part) {
    auto const equals = part.find('=');
    if (equals == std::string_view::npos) {
        return std::nullopt;
    }
    auto name = decoded(part.substr(0, equals));
    auto value = decoded(part.substr(equals + 1));
    if (!name || !value || !is_field_name(*name)) {
        return std::nullopt;
    }
    return Fields::value_type{std::move(*name), std::move(*value)};
}

}  // namespace

std::optional<Fields> read_form(std::string_view body) {
    Fields fields;
    for (bool more = true; more;) {
        auto const end = body.find('&');
        auto field = read_part(body.substr(0, end));
        if (!field || fields.size() == most_fields) {
            return std::nullopt;
        }
        fields.push_back(std::move(*field));
        more = end != std::string_view::npos;
        body.remove_prefix(more ? end + 1 : body.size());
    }
    return fields;
}

}  // namespace adapters::payments
