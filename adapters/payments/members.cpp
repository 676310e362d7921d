#include "adapters/payments/members.h"

#include <boost/json/value.hpp>

#include "adapters/payments/text.h"
#include "adapters/plain_json.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

constexpr std::int64_t most_amount = 999'999'999'999'999;

json::value const* member(json::object const& from, std::string_view name) {
    auto const* const value = from.if_contains(json::string_view{name.data(), name.size()});
    return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

std::string Members::id(json::object const& from, std::string_view name) {
    auto const* const value = member(from, name);
    if (value == nullptr) {
        return "";
    }
    auto const text = text_of(from, name);
    if (!text || (!text->empty() && !is_id(*text))) {
        fail(Why::malformed, name);
        return "";
    }
    return std::string{*text};
}

std::string Members::needed_id(json::object const& from, std::string_view name) {
    auto text = id(from, name);
    if (text.empty()) {
        fail(Why::missing, name);
    }
    return text;
}

std::string Members::plain(json::object const& from, std::string_view name) {
    auto const text = text_of(from, name);
    return text && is_plain(*text) ? std::string{*text} : "";
}

std::optional<std::int64_t> Members::amount(json::object const& from, std::string_view name) {
    auto const* const value = member(from, name);
    if (value == nullptr) {
        return std::nullopt;
    }
    auto const* const number = value->if_int64();
    if (number == nullptr || *number < 0 || *number > most_amount) {
        fail(Why::malformed, name);
        return std::nullopt;
    }
    return *number;
}

json::object const* Members::inside(json::object const& from, std::string_view name) {
    auto const* const value = member(from, name);
    return value == nullptr ? nullptr : value->if_object();
}

void Members::fail(Why why, std::string_view what) {
    if (!failed_) {
        failed_ = true;
        refusal_.why = why;
        refusal_.what = what;
    }
}

Verdict Members::verdict(Notice notice) && {
    if (failed_) {
        return std::unexpected{std::move(refusal_)};
    }
    return notice;
}

}  // namespace adapters::payments
