// Every mistake is collected, so that a caller hears all of them at once.
#include "wire/job_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/trace.h"
#include "wire/decimal.h"
#include "wire/field_check.h"
#include "wire/name.h"
#include "wire/strict_json.h"
#include "wire/utf8.h"

namespace wire {

namespace {

constexpr std::int64_t most_key_characters = 255;
constexpr std::size_t most_webhook_bytes = 2'048;
constexpr std::size_t most_parents = 1'000;
constexpr int most_priority = 1'000'000;
constexpr std::int64_t longest_delay_ms = 366LL * 24 * 3600 * 1000;  // more is a slip of units
constexpr std::int64_t last_run_ms = 253'402'300'800'000;            // the year 10000

using Errors = std::vector<FieldError>;

void add(Errors& errors, std::string field, std::optional<std::string> mistake) {
    if (mistake) {
        errors.push_back({.field = std::move(field), .what = std::move(*mistake)});
    }
}

bool is_webhook(std::string_view url) {
    auto const web = url.starts_with("https://") || url.starts_with("http://");
    auto const host = url.substr(std::min(url.size(), url.find("://") + 3));
    bool const has_secret = host.substr(0, host.find_first_of("/?#")).contains('@');
    return web && !has_secret && url.size() <= most_webhook_bytes &&
           std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
}

void check_parents(std::vector<base::JobId> parents, Errors& errors) {
    if (parents.size() > most_parents) {
        add(errors, "after", fmt::format("names more than {} jobs", most_parents));
    }
    std::ranges::sort(parents);
    if (std::ranges::adjacent_find(parents) != parents.end()) {
        add(errors, "after", "names a job twice");
    }
    if (!parents.empty() && parents.front().value <= 0) {
        add(errors, "after", "names something that is not the id of a job");
    }
}

void check_envelope(JobFields const& fields, config::Settings const& settings, Errors& errors) {
    add(errors, "user_id", mistake_in_user(fields.user));
    add(errors, "service", mistake_in_name(fields.service, 128));
    if (!fields.key.empty()) {
        add(errors, "idempotency_key", mistake_in_name(fields.key, most_key_characters));
    }
    if (fields.priority < -most_priority || fields.priority > most_priority) {
        add(errors, "priority",
            fmt::format("must be between -{} and {}", most_priority, most_priority));
    }
    if (fields.run_at &&
        (base::to_ms(*fields.run_at) < 0 || base::to_ms(*fields.run_at) >= last_run_ms)) {
        add(errors, "run_at", "must be a time between 1970 and 9999");
    }
    check_parents(fields.after, errors);
    if (!fields.webhook.empty() && !is_webhook(fields.webhook)) {
        add(errors, "webhook", "must be an http:// or https:// address of at most 2048 bytes");
    } else if (fields.webhook.starts_with("http://") && !settings.webhooks.allow_http) {
        add(errors, "webhook",
            "must begin with https://: nothing is sent to http:// addresses here "
            "(webhooks.allow_http)");
    }
}

std::optional<base::Millis> seconds_of(StrictObject const& input, std::string const& field,
                                       Errors& errors) {
    auto const number = input.numbers.find(field);
    if (number == input.numbers.end()) {
        return std::nullopt;
    }
    auto const ms = scaled_up(number->second, 3);
    if (number->second.starts_with('-')) {
        add(errors, "input." + field, "must not be negative");
    } else if (!ms || *ms > longest_delay_ms) {
        add(errors, "input." + field, "must be in seconds, and no more than a year of them");
    } else {
        return base::Millis{*ms};
    }
    return std::nullopt;
}

// A duration that is not a number is left to the price: a service that does not sell by duration
// may use the word for something else. A maximum must be right, because it bounds the charge.
pricing::Usage usage_of(StrictObject const& input, config::Service const& service, Errors& errors) {
    pricing::Usage usage;
    usage.duration = seconds_of(input, service.duration_field, errors);
    usage.maximum = seconds_of(input, service.maximum_field, errors);
    auto const* const maximum = input.object.if_contains(service.maximum_field);
    if (maximum != nullptr && !maximum->is_number()) {
        add(errors, "input." + service.maximum_field, "must be a number of seconds");
    }
    auto const* const text = input.object.if_contains(service.text_field);
    if (text != nullptr && text->is_string()) {
        usage.characters = code_points({text->get_string().data(), text->get_string().size()});
    }
    return usage;
}

// Lengths go before texts, so that no two different requests read the same.
base::Hash hash_of(JobFields const& fields, std::string const& canonical) {
    auto text = fmt::format("{}:{}\n{}\n{}\n", fields.service.size(), fields.service,
                            fields.priority, fields.run_at ? base::to_ms(*fields.run_at) : -1);
    for (auto const parent : fields.after) {
        text += fmt::format("after {}\n", parent.value);
    }
    text += fmt::format("{}:{}\n{}", fields.webhook.size(), fields.webhook, canonical);
    return base::sha256(text);
}

std::optional<StrictObject> read_input(std::string const& text, std::int64_t most, Errors& errors) {
    if (static_cast<std::int64_t>(text.size()) > most) {
        add(errors, "input", fmt::format("is larger than {} bytes", most));
        return std::nullopt;
    }
    if (!valid_utf8(text)) {
        add(errors, "input", "is not valid UTF-8");
        return std::nullopt;
    }
    auto input = parse_object(text);
    if (!input) {
        add(errors, "input", input.error());
        return std::nullopt;
    }
    return std::move(*input);
}

}  // namespace

std::optional<std::string> mistake_in_name(std::string_view text, std::int64_t most) {
    if (text.empty()) {
        return "is empty";
    }
    if (!valid_utf8(text)) {
        return "is not valid UTF-8";
    }
    if (code_points(text) > most) {
        return fmt::format("is longer than {} characters", most);
    }
    for (auto rest = text; !rest.empty();) {
        if (!printable(*next_code_point(rest))) {
            return "has a control or invisible character";
        }
    }
    if (text.front() == ' ' || text.back() == ' ') {
        return "begins or ends with a space";
    }
    return std::nullopt;
}

std::optional<std::string> mistake_in_user(std::string_view user) {
    return mistake_in_name(user, 128);
}

pricing::Usage usage_in(std::string const& text, config::Service const& service, Errors& errors) {
    auto const input = read_input(text, service.max_input_bytes, errors);
    return input ? usage_of(*input, service, errors) : pricing::Usage{};
}

ParsedRequest parse_request(JobFields const& fields, config::Settings const& settings) {
    ParsedRequest parsed;
    check_envelope(fields, settings, parsed.errors);
    auto const& service = config::service_for(settings, fields.service);
    auto const input = read_input(fields.input, service.max_input_bytes, parsed.errors);
    if (!input) {
        return parsed;
    }
    check_fields(*input, service, parsed.errors);
    auto const usage = usage_of(*input, service, parsed.errors);
    if (!parsed.errors.empty()) {
        return parsed;
    }
    parsed.request = jobs::Request{.user = fields.user,
                                   .service = fields.service,
                                   .input = fields.input,
                                   .usage = usage,
                                   .key = fields.key,
                                   .body_hash = hash_of(fields, input->canonical),
                                   .priority = fields.priority,
                                   .run_at = fields.run_at,
                                   .after = fields.after,
                                   .webhook = fields.webhook,
                                   .trace = base::traceparent_or_none(fields.trace),
                                   .queue_anyway = fields.queue_anyway};
    return parsed;
}

}  // namespace wire
