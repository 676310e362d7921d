#include "wire/sync_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/lower.h"
#include "wire/decimal.h"
#include "wire/fields.h"
#include "wire/name.h"

namespace wire {

namespace {

constexpr std::int64_t longest_display_name = 64;
// As seconds this is the year 5138, as milliseconds 1973: no call is of either.
constexpr std::int64_t first_millis = 100'000'000'000;
constexpr std::int64_t last_millis = 253'402'300'800'000;  // the year 10000

// A hash may be written in either case.
bool plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// As JSON writes a number that is not negative, without an exponent.
bool is_decimal(std::string_view text) {
    auto const dot = text.find('.');
    auto const whole = text.substr(0, dot);
    bool const plain_zero = whole == "0" || !whole.starts_with('0');
    return is_digits(whole) && plain_zero &&
           (dot == std::string_view::npos || is_digits(text.substr(dot + 1)));
}

void read_directions(Fields& fields, jobs::SyncSource& source) {
    auto const* const list = fields.there("allow");
    if (list == nullptr) {
        return;
    }
    bool fits = list->is_array() && !list->get_array().empty();
    source.may_add = source.may_deduct = false;
    if (fits) {
        for (auto const& word : list->get_array()) {
            fits = fits && word.is_string() && set_directions(source, word.get_string());
        }
    }
    if (!fits) {
        fields.wrong("allow", R"(must be a list of "add", "deduct" or both)");
    }
}

// Null takes the cap away.
void read_cap(Fields& fields, StrictObject const& body, jobs::SyncSource& source) {
    auto const* const value = body.object.if_contains("daily_cap");
    if (value == nullptr) {
        return;
    }
    if (value->is_null()) {
        source.daily_cap.reset();
        return;
    }
    auto const* const cap = value->if_int64();
    if (cap == nullptr || *cap < 0) {
        fields.wrong("daily_cap", "must be a whole number of credits, or null for none");
        return;
    }
    source.daily_cap = base::Credits{*cap};
}

void check(Fields& fields, std::string_view field, std::optional<std::string> mistake) {
    if (mistake && fields.errors().empty()) {
        fields.wrong(field, std::move(*mistake));
    }
}

}  // namespace

std::optional<std::string> mistake_in_source(std::string_view name) {
    bool const fits = !name.empty() && std::ssize(name) <= longest_display_name &&
                      std::ranges::all_of(name, plain);
    return fits ? std::nullopt
                : std::optional{
                      fmt::format("must be up to {} letters, digits, dots, dashes and underscores",
                                  longest_display_name)};
}

std::optional<std::string> mistake_in_telegram_id(std::string_view id) {
    if (id.contains(':')) {
        return "must not have a colon";
    }
    return mistake_in_name(id, longest_display_name);
}

std::optional<std::string> mistake_in_secret(std::string_view secret) {
    return mistake_in_name(secret, most_word_characters);
}

bool set_directions(jobs::SyncSource& source, std::string_view word) {
    source.may_add = source.may_add || word == "add";
    source.may_deduct = source.may_deduct || word == "deduct";
    return word == "add" || word == "deduct";
}

std::optional<base::Timestamp> signed_time(std::string_view text) {
    if (!is_decimal(text)) {
        return base::parse_timestamp(text);
    }
    auto const whole = base::parse_integer(text.substr(0, text.find('.')));
    bool const in_millis = whole && *whole >= first_millis;
    auto const ms = scaled_up(text, in_millis ? 0 : 3);
    return whole && ms && *ms <= last_millis ? std::optional{base::from_ms(*ms)} : std::nullopt;
}

Checked<jobs::SyncRequest> parse_sync(StrictObject const& body, std::string const& source) {
    Fields fields{body};
    jobs::SyncRequest what;
    what.source = fields.word("source", source.empty());
    if (what.source.empty()) {
        what.source = source;
    } else if (!source.empty() && what.source != source) {
        fields.wrong("source", "must be that of the batch");
    }
    what.telegram_id = fields.word_or_number("telegram_id");
    what.amount = {fields.change("amount")};
    what.reason = fields.text("reason");
    what.timestamp = fields.word_or_number("timestamp");
    what.token = base::lower(fields.word("token", true));
    what.reference = fields.word("external_reference", false);
    check(fields, "telegram_id", mistake_in_telegram_id(what.telegram_id));
    auto const at = signed_time(what.timestamp);
    if (!at && fields.errors().empty()) {
        fields.wrong("timestamp", "must be in seconds since 1970, or a time with its zone");
    }
    what.signed_at = at.value_or(base::Timestamp{});
    return fields.done(std::move(what));
}

Checked<jobs::SyncSource> parse_source(StrictObject const& body, jobs::SyncSource const& before) {
    Fields fields{body};
    auto source = before;
    source.name = fields.word("source", true);
    source.secret = fields.word("secret", true);
    source.previous_secret = fields.word("previous_secret", false);
    check(fields, "source", mistake_in_source(source.name));
    read_directions(fields, source);
    read_cap(fields, body, source);
    return fields.done(std::move(source));
}

}  // namespace wire
