// How news of a job look in Redis: the fields of its hash, and the same as one JSON object on the
// channel of its user.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/announcer.h"

namespace adapters::redis {

using Fields = std::vector<std::pair<std::string, std::string>>;

// id, user_id, service, state, attempt, progress, net, at, and note and error where there is one.
Fields fields_of(JobNews const& news);

// {"id":"42","user_id":"u1",…}: numbers as numbers, the id as text.
std::string event_of(JobNews const& news);

// Grows with each step of a job, so that news which come late don't overwrite newer ones.
std::int64_t order_of(JobNews const& news);

}  // namespace adapters::redis
