// Checks a job's input against the fields that its service declares. Inside wire only.
#pragma once

#include <vector>

#include "config/settings.h"
#include "wire/job_request.h"
#include "wire/strict_json.h"

namespace wire {

void check_fields(StrictObject const& input, config::Service const& service,
                  std::vector<FieldError>& errors);

}  // namespace wire
