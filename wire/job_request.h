// From what a caller sends to a jobs::Request: bounded, validated, with the field named in each
// mistake. JSON is parsed here and nowhere deeper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "jobs/submit.h"

namespace wire {

struct FieldError {
    std::string field;  // "input.text"
    std::string what;   // "is longer than 5000 characters"
};

// What a caller may send, as text; parse_* checks it all.
struct JobFields {
    std::string user;
    std::string service;
    std::string input = "{}";  // JSON object
    std::string key;
    int priority = 0;
    std::optional<base::Timestamp> run_at;
    std::vector<base::JobId> after;
    std::string webhook;
    std::string trace;  // W3C traceparent; one that is not valid counts as none
    bool queue_anyway = false;
};

struct ParsedRequest {
    std::optional<jobs::Request> request;  // present exactly when there are no errors
    std::vector<FieldError> errors;
};

ParsedRequest parse_request(JobFields const& fields, config::Settings const& settings);

// The length that a job's input tells, whatever else is in it.
pricing::Usage usage_in(std::string const& input, config::Service const& service,
                        std::vector<FieldError>& errors);

// 1 to 128 printable characters of valid UTF-8, no control characters, no spaces at the ends.
std::optional<std::string> mistake_in_user(std::string_view user);

bool valid_utf8(std::string_view text);
std::int64_t code_points(std::string_view utf8);

}  // namespace wire
