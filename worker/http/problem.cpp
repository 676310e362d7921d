// Problems and their usual forms.
#include "worker/http/problem.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "adapters/http/facts.h"
#include "worker/http/texts.h"

namespace worker::http {

namespace json = boost::json;

namespace {

// "0.8" is 800; a weight that can't be read counts as none at all.
int thousandths(std::string_view text) {
    if (text.starts_with('1')) {
        return 1'000;
    }
    if (!text.starts_with("0")) {
        return 0;
    }
    int weight = 0;
    for (std::size_t at = 2; at < 5; ++at) {
        auto const digit = at < text.size() ? text[at] : '0';
        weight = weight * 10 + (digit >= '0' && digit <= '9' ? digit - '0' : 0);
    }
    return weight;
}

bool begins_with(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           std::ranges::equal(text.substr(0, lower.size()), lower,
                              [](char a, char b) { return (a | 0x20) == b; });
}

wire::Refusal plain(int status, std::string code, std::string detail, json::object facts = {}) {
    return {.code = std::move(code),
            .detail = std::move(detail),
            .status = status,
            .facts = std::move(facts)};
}

std::string in_seconds(base::Millis time) {
    return std::to_string(std::max<std::int64_t>(1, (time.count() + 999) / 1'000));
}

}  // namespace

Language language_of(std::string_view accept_language, Language otherwise) {
    int english = 0;
    int chinese = 0;
    while (!accept_language.empty()) {
        auto const comma = accept_language.find(',');
        auto const range = adapters::http::trimmed(accept_language.substr(0, comma));
        auto const semicolon = range.find(';');
        auto const weight_at = range.find("q=");
        auto const weight =
            weight_at == std::string_view::npos ? 1'000 : thousandths(range.substr(weight_at + 2));
        auto const tag = adapters::http::trimmed(range.substr(0, semicolon));
        if (begins_with(tag, "zh")) {
            chinese = std::max(chinese, weight);
        } else if (begins_with(tag, "en")) {
            english = std::max(english, weight);
        }
        accept_language.remove_prefix(comma == std::string_view::npos ? accept_language.size()
                                                                      : comma + 1);
    }
    if (chinese == 0 && english == 0) {
        return otherwise;
    }
    return chinese > english ? Language::chinese : Language::english;
}

adapters::http::Response respond(Problem const& problem, Language language) {
    auto body = wire::problem_json(problem.refusal);
    if (language == Language::chinese) {
        if (auto text = chinese(problem.refusal.code, problem.refusal.facts)) {
            body["detail"] = std::move(*text);
        }
    }
    adapters::http::Response response{.status = problem.refusal.status,
                                      .headers = problem.headers,
                                      .type = "application/problem+json; charset=utf-8",
                                      .body = json::serialize(body)};
    auto const* const wait = problem.refusal.facts.if_contains("retry_after_ms");
    bool const told = std::ranges::find(problem.headers, "Retry-After",
                                        &adapters::http::Header::name) != problem.headers.end();
    if (wait != nullptr && !told) {
        response.headers.push_back({"Retry-After", in_seconds(base::Millis{wait->as_int64()})});
    }
    response.headers.push_back({"Content-Language", language == Language::chinese ? "zh" : "en"});
    response.headers.push_back({"Cache-Control", "no-store"});
    return response;
}

Problem bad_field(std::string field, std::string what) {
    return wire::refusal_of(
        std::vector<wire::FieldError>{{.field = std::move(field), .what = std::move(what)}});
}

Problem bad_json(std::string what) {
    return plain(400, "invalid_json", "the body " + std::move(what));
}

Problem not_found() {
    return plain(404, "not_found", "there is nothing at this address");
}

Problem unknown_job(std::string_view id) {
    auto const text = std::string{id.substr(0, 64)};
    return plain(404, "unknown_job", fmt::format("there is no job {}", text), {{"job", text}});
}

Problem not_allowed(std::string_view what) {
    return plain(403, "forbidden", std::string{what});
}

Problem not_authenticated() {
    return {plain(401, "unauthenticated",
                  "credentials are needed: `Authorization: Bearer TOKEN` or `X-Api-Key: KEY`"),
            {{"WWW-Authenticate", "Bearer"}}};
}

Problem store_away(base::Millis retry_after) {
    return {plain(503, "store_unavailable", "the store can't be reached now; try again"),
            {{"Retry-After", in_seconds(retry_after)}}};
}

Problem overloaded(base::Millis retry_after) {
    return {plain(503, "overloaded", "too much is waiting already; try again"),
            {{"Retry-After", in_seconds(retry_after)}}};
}

}  // namespace worker::http
