// Why a request was refused, as an error that can stay on a job.
#pragma once

#include <optional>
#include <string_view>

#include "jobs/submit.h"

namespace jobs {

// A code for programs and a line for people; none if it was not refused.
std::optional<Error> refusal_of(Submission const& submission, std::string_view service);

}  // namespace jobs
