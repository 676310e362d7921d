#include "wire/credits_request.h"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "config/zone_file.h"
#include "wire/decimal.h"
#include "wire/name.h"

namespace wire {

namespace {

constexpr std::int64_t most_word_characters = 128;
constexpr std::int64_t most_text_characters = 500;
constexpr std::int64_t most_email_bytes = 254;
constexpr std::int64_t longest_ms = 366LL * 24 * 3600 * 1000;
constexpr std::int64_t end_of_time_ms = 253'402'300'800'000;  // the year 10000

// Lines and any sign are welcome; what would end a text early or rule a terminal is not.
std::optional<std::string> mistake_in_text(std::string_view text) {
    if (!valid_utf8(text)) {
        return "is not valid UTF-8";
    }
    if (code_points(text) > most_text_characters) {
        return fmt::format("is longer than {} characters", most_text_characters);
    }
    auto const control = [](char c) {
        return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7f';
    };
    return std::ranges::any_of(text, control)
               ? std::optional{std::string("has a control character")}
               : std::nullopt;
}

// Reads the fields of one body and collects what is wrong with them.
class Fields {
public:
    explicit Fields(StrictObject const& body) : body_{body} {}

    // Whole and more than zero, as JSON writes it without a fraction, an exponent or a sign.
    std::int64_t amount(std::string_view field) {
        if (!there(field)) {
            wrong(field, "is required");
            return 0;
        }
        auto const number = body_.numbers.find(field);
        auto const digits =
            number != body_.numbers.end() &&
            std::ranges::all_of(number->second, [](char c) { return c >= '0' && c <= '9'; });
        auto const value = digits ? base::parse_integer(number->second) : std::nullopt;
        if (!digits || value == 0) {
            wrong(field, "must be a positive integer");
        } else if (!value || *value > most_credits) {
            wrong(field, fmt::format("must be at most {}", most_credits));
        }
        return value.value_or(0);
    }

    // A name or a number by which something is known: printable, nothing around it.
    std::string word(std::string_view field, bool required) {
        auto const text = string(field, required);
        if (text && (required || !text->empty())) {
            if (auto mistake = mistake_in_name(*text, most_word_characters)) {
                wrong(field, std::move(*mistake));
            }
        }
        return text.value_or("");
    }

    // For people; may be empty.
    std::string text(std::string_view field) {
        auto text = string(field, false);
        if (text) {
            if (auto mistake = mistake_in_text(*text)) {
                wrong(field, std::move(*mistake));
            }
        }
        return text.value_or("");
    }

    // A fact: absent, or taken away by null or an empty text, or a word.
    std::optional<std::string> fact(std::string_view field) {
        auto const* const value = body_.object.if_contains({field.data(), field.size()});
        if (value == nullptr) {
            return std::nullopt;
        }
        return value->is_null() ? std::string{} : word(field, false);
    }

    // Seconds, a decimal.
    std::optional<base::Millis> seconds(std::string_view field) {
        if (!there(field)) {
            return std::nullopt;
        }
        auto const number = body_.numbers.find(field);
        if (number == body_.numbers.end() || number->second.starts_with('-')) {
            wrong(field, "must be a number of seconds, not negative");
            return std::nullopt;
        }
        auto const ms = scaled_up(number->second, 3);
        if (!ms || *ms > longest_ms) {
            wrong(field, "must be in seconds, and no more than a year of them");
            return std::nullopt;
        }
        return base::Millis{*ms};
    }

    // An object, as JSON text; absent: an empty one.
    std::string object(std::string_view field) {
        auto const* const value = there(field);
        if (value != nullptr && !value->is_object()) {
            wrong(field, "must be an object");
            return "{}";
        }
        return value == nullptr ? "{}" : boost::json::serialize(*value);
    }

    void wrong(std::string_view field, std::string what) {
        errors_.push_back({.field = std::string{field}, .what = std::move(what)});
    }

    std::vector<FieldError>& errors() { return errors_; }

    template <typename T>
    Checked<T> done(T value) {
        if (!errors_.empty()) {
            return std::unexpected(std::move(errors_));
        }
        return value;
    }

private:
    // Null is as good as absent.
    [[nodiscard]] boost::json::value const* there(std::string_view field) const {
        auto const* const value = body_.object.if_contains({field.data(), field.size()});
        return value == nullptr || value->is_null() ? nullptr : value;
    }

    std::optional<std::string> string(std::string_view field, bool required) {
        auto const* const value = there(field);
        if (value == nullptr) {
            if (required) {
                wrong(field, "is required");
            }
            return std::nullopt;
        }
        if (!value->is_string()) {
            wrong(field, "must be a string");
            return std::nullopt;
        }
        auto const& text = value->get_string();
        return std::string{text.data(), text.size()};
    }

    StrictObject const& body_;
    std::vector<FieldError> errors_;
};

bool is_email(std::string_view text) {
    auto const at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos &&
           text.find(' ') == std::string_view::npos &&
           static_cast<std::int64_t>(text.size()) <= most_email_bytes;
}

void check_name(std::vector<FieldError>& errors, std::string field, std::string_view text,
                std::int64_t most) {
    if (auto mistake = mistake_in_name(text, most)) {
        errors.push_back({.field = std::move(field), .what = std::move(*mistake)});
    }
}

}  // namespace

Checked<jobs::Consumption> parse_consumption(StrictObject const& body, std::string const& user) {
    Fields fields{body};
    jobs::Consumption what{.user = user};
    what.amount = {fields.amount("amount")};
    what.action = fields.word("action", true);
    what.description = fields.text("description");
    what.reference = fields.word("reference", false);
    return fields.done(std::move(what));
}

Checked<jobs::Recharge> parse_recharge(StrictObject const& body, std::string const& user) {
    Fields fields{body};
    jobs::Recharge what{.user = user};
    what.paid = fields.amount("amount");
    what.credits = {fields.amount("credits")};
    what.method = fields.word("payment_method", true);
    what.order = fields.word("order_id", true);
    return fields.done(std::move(what));
}

Checked<jobs::AccountFacts> parse_account_facts(StrictObject const& body) {
    Fields fields{body};
    jobs::AccountFacts facts;
    facts.username = fields.fact("username");
    facts.email = fields.fact("email");
    facts.tier = fields.fact("tier");
    facts.time_zone = fields.fact("time_zone");
    if (facts.email && !facts.email->empty() && !is_email(*facts.email)) {
        fields.wrong("email", "must be an e-mail address");
    }
    if (facts.time_zone && !facts.time_zone->empty() && fields.errors().empty() &&
        !config::load_zone(*facts.time_zone)) {
        fields.wrong("time_zone", "must be the name of a time zone, such as Asia/Shanghai");
    }
    return fields.done(std::move(facts));
}

Checked<jobs::PointsUse> parse_points(StrictObject const& body, std::string const& user,
                                      config::Settings const& settings) {
    Fields fields{body};
    jobs::PointsUse use;
    use.request.user = user;
    use.request.service = fields.word("service", true);
    use.reference = fields.word("reference", false);
    auto const& service = config::service_for(settings, use.request.service);
    use.request.input = fields.object("input");
    use.request.usage = usage_in(use.request.input, service, fields.errors());
    if (auto const duration = fields.seconds("duration")) {
        use.request.usage.duration = duration;
        use.request.usage.maximum = use.request.usage.maximum.value_or(*duration);
    }
    return fields.done(std::move(use));
}

std::vector<FieldError> mistakes_in(jobs::Consumption const& what) {
    std::vector<FieldError> errors;
    check_name(errors, "user_id", what.user, most_word_characters);
    if (what.amount.value <= 0 || what.amount.value > most_credits) {
        errors.push_back(
            {.field = "amount", .what = fmt::format("must be from 1 to {}", most_credits)});
    }
    check_name(errors, "action", what.action, most_word_characters);
    if (auto mistake = mistake_in_text(what.description)) {
        errors.push_back({.field = "description", .what = std::move(*mistake)});
    }
    if (!what.reference.empty()) {
        check_name(errors, "reference", what.reference, most_word_characters);
    }
    return errors;
}

std::expected<base::Timestamp, FieldError> parse_time(std::string const& field,
                                                      std::string_view text) {
    if (auto const ms = base::parse_integer(text); ms && *ms >= 0 && *ms <= end_of_time_ms) {
        return base::from_ms(*ms);
    }
    if (auto const at = base::parse_timestamp(text)) {
        return *at;
    }
    return std::unexpected(
        FieldError{.field = field,
                   .what = "must be milliseconds since 1970, a date, or a time with its zone"});
}

std::optional<std::int64_t> parse_entry_id(std::string_view id, base::AccountId account) {
    auto const dash = id.find('-');
    if (dash == std::string_view::npos || id.substr(0, dash) != base::to_text(account)) {
        return std::nullopt;
    }
    auto const seq = base::parse_integer(id.substr(dash + 1));
    return seq && *seq > 0 && ledger::public_id(account, *seq) == id ? seq : std::nullopt;
}

}  // namespace wire
