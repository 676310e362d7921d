#include "adapters/providers/http/reading.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "adapters/providers/text.h"
#include "base/credits.h"

namespace adapters::providers::http {

namespace {

using dialect::As;
using dialect::During;

constexpr base::Millis longest_wait{3'600'000};

// Where no rule says anything: 4xx prove that nothing was begun, but for those that speak of time;
// all else may have been, also what was accepted with an error that nobody has listed.
As usual(Heard const& heard) {
    auto const status = heard.answer.status;
    switch (status) {
        case 401:
        case 402:
        case 403:
        case 407:
            return As::provider;
        case 408:
        case 409:
        case 499:
            return As::unknown;
        case 425:
        case 429:
            return As::moment;
        default:
            break;
    }
    if (status / 100 == 4) {
        return heard.body ? As::job : As::provider;  // a page instead: it is the wrong address
    }
    if (status / 100 == 3) {
        return As::provider;
    }
    return As::unknown;
}

bool applies(dialect::ErrorRule const& rule, Heard const& heard, Values const& values,
             During during) {
    auto const status = static_cast<int>(heard.answer.status);
    bool const by_status =
        rule.status.empty() || std::ranges::any_of(rule.status, [&](auto const& range) {
            return status >= range.first && status <= range.second;
        });
    bool const by_time = rule.during == During::any || rule.during == during;
    if (!by_status || !by_time || !hold(rule.tests, values, heard.judged())) {
        return false;
    }
    if (rule.codes.empty()) {
        return true;
    }
    return std::ranges::any_of(values.account.dialect.error_code, [&](auto const& place) {
        auto const code = text_at({place}, heard);
        return code && std::ranges::find(rule.codes, *code) != rule.codes.end();
    });
}

// Some gateways repeat the key that they were given.
std::string without_secrets(std::string text, Account const& account) {
    for (auto const& secret : {account.key, account.secret}) {
        for (auto at = secret.empty() ? std::string::npos : text.find(secret);
             at != std::string::npos; at = text.find(secret, at)) {
            text.replace(at, secret.size(), "***");
        }
    }
    return text;
}

// A number of seconds with a fraction, as milliseconds; nothing for anything else.
std::optional<base::Millis> seconds_of(std::string_view text) {
    auto const rate = base::parse_rate(text);
    return rate ? std::optional{base::Millis{rate->micros / 1'000}} : std::nullopt;
}

bool says_millis(dialect::Place const& place) {
    auto const name = place.header.empty() && !place.pointer.steps.empty()
                          ? place.pointer.steps.back()
                          : place.header;
    return name.ends_with("-ms") || name.ends_with("_ms") || name.ends_with("Ms");
}

std::string code_of(As as, Refusal const& refusal, bool hurried) {
    switch (as) {
        case As::content:
            return "moderation";
        case As::provider:
            return "channel_broken";
        case As::moment:
            return hurried || refusal.wait ? "rate_limited" : "provider_unavailable";
        case As::job:
        case As::unknown:
        case As::taken:
            break;
    }
    return "provider_refused";
}

Blame blame_of(As as) {
    switch (as) {
        case As::content:
            return Blame::content;
        case As::provider:
            return Blame::provider;
        case As::job:
            return Blame::job;
        case As::moment:
        case As::unknown:
        case As::taken:
            break;
    }
    return Blame::moment;
}

}  // namespace

Heard heard(WebAnswer answer) {
    auto body = parse_json(answer.body);
    return {.answer = std::move(answer), .body = std::move(body)};
}

bool succeeded(dialect::Request const& request, Heard const& heard, Values const& values) {
    return heard.is_good() && hold(request.success, values, heard.judged());
}

std::string message_of(Heard const& heard, Values const& values) {
    auto const told = text_at(values.account.dialect.error_message, heard);
    constexpr std::size_t enough = 65'536;
    auto text = told ? *told : heard.answer.body.substr(0, enough);
    auto const line = one_line(without_secrets(std::move(text), values.account), 300);
    return fmt::format("status {}{}{}", heard.answer.status, line.empty() ? "" : ": ", line);
}

Refusal refusal_in(Heard const& heard, Values const& values, During during, base::Timestamp now) {
    auto const& dialect = values.account.dialect;
    auto const code = one_line(text_at(dialect.error_code, heard).value_or(""), 80);
    Refusal refusal{.as = usual(heard),
                    .code = code,
                    .message = message_of(heard, values),
                    .wait = wait_in(dialect.retry_after, heard, now)};
    for (auto const& rule : dialect.errors) {
        if (applies(rule, heard, values, during)) {
            refusal.as = rule.as;
            refusal.listed = true;
            break;
        }
    }
    return refusal;
}

Verdict not_taken(Refusal const& refusal, Heard const& heard) {
    Verdict verdict{.fate = Fate::not_taken,
                    .blame = blame_of(refusal.as),
                    .code = code_of(refusal.as, refusal, heard.answer.status == 429),
                    .message = refusal.message};
    constexpr base::Millis usual_wait{5'000};
    verdict.ask_again = refusal.wait.value_or(usual_wait);
    if (refusal.as == As::unknown || refusal.as == As::taken) {
        verdict.fate = Fate::unknown;
        verdict.code.clear();
    }
    return verdict;
}

Verdict failed(Refusal const& refusal) {
    bool const final_one = refusal.listed && (refusal.as == As::content || refusal.as == As::job);
    Verdict verdict{.fate = final_one ? Fate::failed_final : Fate::failed_retryable,
                    .blame = refusal.listed ? blame_of(refusal.as) : Blame::moment,
                    .message = refusal.message};
    verdict.code = refusal.listed && refusal.as != As::moment && refusal.as != As::unknown
                       ? code_of(refusal.as, refusal, false)
                       : "provider_failed";
    return verdict;
}

std::optional<std::string> text_at(dialect::Places const& places, Heard const& heard) {
    for (auto const& place : places) {
        if (!place.header.empty()) {
            if (auto const found = heard.answer.header(place.header); !found.empty()) {
                return std::string{found};
            }
            continue;
        }
        auto const* found = heard.body ? at(*heard.body, place.pointer.steps) : nullptr;
        bool const plain_one = found != nullptr && found->kind != Json::Kind::null &&
                               found->kind != Json::Kind::object &&
                               found->kind != Json::Kind::list && !found->value.empty();
        if (plain_one) {
            return plain(*found);
        }
    }
    return std::nullopt;
}

std::optional<base::Millis> wait_in(dialect::Places const& places, Heard const& heard,
                                    base::Timestamp now) {
    for (auto const& place : places) {
        auto const text = text_at({place}, heard);
        if (!text) {
            continue;
        }
        std::optional<base::Millis> wait;
        if (auto const date = parse_http_date(*text)) {
            wait = *date - now;
        } else if (auto const length = seconds_of(*text)) {
            wait = says_millis(place) ? *length / 1'000 : *length;
        }
        if (wait) {
            return std::clamp(*wait, base::Millis{0}, longest_wait);
        }
    }
    return std::nullopt;
}

std::optional<base::Timestamp> parse_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || !text.ends_with(" GMT") || text[3] != ',') {
        return std::nullopt;
    }
    auto const* const month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end()) {
        return std::nullopt;
    }
    return base::parse_timestamp(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4),
                                             month - months.begin() + 1, text.substr(5, 2),
                                             text.substr(17, 8)));
}

std::optional<std::string> task_in(dialect::Pointers const& pointers, Json const& body) {
    constexpr std::size_t longest = 512;
    auto const* found = first_of(body, pointers);
    if (found == nullptr) {
        return std::nullopt;
    }
    bool const text = found->kind == Json::Kind::text;
    bool const whole =
        found->kind == Json::Kind::number && found->value.find_first_of(".eE") == std::string::npos;
    bool const printable = std::ranges::all_of(
        found->value, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; });
    bool const good =
        (text || whole) && printable && !found->value.empty() && found->value.size() <= longest;
    return good ? std::optional{found->value} : std::nullopt;
}

}  // namespace adapters::providers::http
