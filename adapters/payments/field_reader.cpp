#include "adapters/payments/field_reader.h"

#include "adapters/payments/text.h"

namespace adapters::payments {

std::string_view FieldReader::raw(std::string_view name) const {
    return field_of(*fields_, name);
}

std::string FieldReader::id(std::string_view name) {
    auto const text = raw(name);
    if (!text.empty() && !is_id(text)) {
        fail(Why::malformed, name);
        return "";
    }
    return std::string{text};
}

std::string FieldReader::needed_id(std::string_view name) {
    auto text = id(name);
    if (text.empty()) {
        fail(Why::missing, name);
    }
    return text;
}

std::string FieldReader::plain(std::string_view name) const {
    auto const text = raw(name);
    return is_plain(text) ? std::string{text} : "";
}

std::optional<std::int64_t> FieldReader::amount(
    std::string_view name, std::optional<std::int64_t> (*read)(std::string_view)) {
    auto const text = raw(name);
    if (text.empty()) {
        return std::nullopt;
    }
    auto const number = read(text);
    if (!number) {
        fail(Why::malformed, name);
    }
    return number;
}

std::int64_t FieldReader::needed_amount(std::string_view name,
                                        std::optional<std::int64_t> (*read)(std::string_view)) {
    auto const number = amount(name, read);
    if (!number) {
        fail(Why::missing, name);
    }
    return number.value_or(0);
}

void FieldReader::fail(Why why, std::string_view what) {
    if (!failed_) {
        failed_ = true;
        refusal_.why = why;
        refusal_.what = what;
    }
}

Verdict FieldReader::verdict(Notice notice) && {
    if (failed_) {
        return std::unexpected{std::move(refusal_)};
    }
    return notice;
}

}  // namespace adapters::payments
