#include "wire/credits_request.h"

#include <fmt/format.h>

#include "config/zone_file.h"
#include "wire/fields.h"
#include "wire/name.h"

namespace wire {

namespace {

constexpr std::int64_t most_email_bytes = 254;
constexpr std::int64_t end_of_time_ms = 253'402'300'800'000;  // the year 10000

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
    if (jobs::is_own_reference(what.order)) {
        fields.wrong("order_id", std::string{own_reference});
    }
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
