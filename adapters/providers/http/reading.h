// What an answer means: HTTP's status and the body are judged together, by the rules of the
// dialect. Pure: recorded answers are its tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/providers/http/values.h"
#include "adapters/web.h"

namespace adapters::providers::http {

struct Heard {
    WebAnswer answer;
    std::optional<Json> body;  // where it is JSON

    [[nodiscard]] bool is_good() const { return answer.status / 100 == 2; }

    [[nodiscard]] Judged judged() const { return {answer.status, body ? &*body : nullptr}; }
};

Heard heard(WebAnswer answer);

// A 2xx whose tests hold.
bool succeeded(dialect::Request const& request, Heard const& heard, Values const& values);

// An error of the provider's, classed.
struct Refusal {
    dialect::As as = dialect::As::unknown;
    bool listed = false;  // a rule of the dialect says so
    std::string code;     // the provider's
    std::string message;
    std::optional<base::Millis> wait;  // what it asks for
};

Refusal refusal_in(Heard const& heard, Values const& values, dialect::During during,
                   base::Timestamp now);

// What it says of itself, in a line; the whole of it where it has no message.
std::string message_of(Heard const& heard, Values const& values);

// Of a submit that made no task.
Verdict not_taken(Refusal const& refusal, Heard const& heard);

// Of a task that has failed.
Verdict failed(Refusal const& refusal);

std::optional<std::string> text_at(dialect::Places const& places, Heard const& heard);

// In milliseconds, seconds or as a date; at most an hour.
std::optional<base::Millis> wait_in(dialect::Places const& places, Heard const& heard,
                                    base::Timestamp now);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<base::Timestamp> parse_http_date(std::string_view text);

// A task's name: a text or a whole number, as it is written; nothing that can't be one.
std::optional<std::string> task_in(dialect::Pointers const& pointers, Json const& body);

}  // namespace adapters::providers::http
