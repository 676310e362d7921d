// The body of a request for a job, as HTTP has it, on its way to wire::parse_request.
#pragma once

#include <string>
#include <vector>

#include "wire/job_request.h"
#include "wire/strict_json.h"

namespace wire {

// What the body says. `errors` gets every field that is not of its type; a field that is null is a
// field that is not there.
JobFields job_fields(StrictObject const& body, std::vector<FieldError>& errors);

// A JSON integer as it was written: no fraction, no exponent, no -0, within 64 bits.
std::optional<std::int64_t> plain_integer(std::string_view written);

// An id as people and programs write it: digits, positive, within 64 bits.
std::optional<base::JobId> parse_job_id(std::string_view text);

}  // namespace wire
