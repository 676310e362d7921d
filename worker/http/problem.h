// What an answer says when it is no: application/problem+json, in the caller's language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/message.h"
#include "base/time.h"
#include "wire/json.h"

namespace worker::http {

enum class Language : std::uint8_t { english, chinese };

// By Accept-Language, with its weights; the other one where it says nothing of either, as `*` does.
Language language_of(std::string_view accept_language, Language otherwise = Language::english);

// A refusal that a call answers with. `refusal.detail` is English; the Chinese text comes from the
// table in problem.cpp by the code, with the facts put in where it names them: a code without a
// line there, or with a line that names a fact which is missing, is told in English.
struct Problem {
    wire::Refusal refusal;
    std::vector<adapters::http::Header> headers;  // Retry-After, Allow, WWW-Authenticate, …

    Problem() = default;

    // A wire::Refusal is a problem without headers.
    Problem(wire::Refusal what,  // NOLINT(google-explicit-constructor)
            std::vector<adapters::http::Header> more = {})
        : refusal{std::move(what)}, headers{std::move(more)} {}
};

adapters::http::Response respond(Problem const& problem, Language language);

// The usual ones. `what` goes on after the field's name: "must be a positive integer".
Problem bad_field(std::string field, std::string what);  // 422 invalid_request
Problem bad_json(std::string what);                      // 400 invalid_json
Problem not_found();                                     // 404 not_found
Problem unknown_job(std::string_view id);                // 404 unknown_job
Problem not_allowed(std::string_view what);              // 403 forbidden
Problem not_authenticated();                             // 401 unauthenticated
Problem store_away(base::Millis retry_after);            // 503 store_unavailable
Problem overloaded(base::Millis retry_after);            // 503 overloaded

}  // namespace worker::http
