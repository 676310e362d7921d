// Which other origins' pages may call.
#pragma once

#include <string>
#include <vector>

#include "adapters/http/facts.h"
#include "adapters/http/message.h"

namespace adapters::http {

// The headers that an answer gets for the origin of its request; none where that is not allowed.
void add_cors(std::vector<std::string> const& origins, std::string_view origin,
              std::vector<Header>& headers);

// The answer to the question that browsers ask before a request.
Response preflight(std::vector<std::string> const& origins, std::string_view origin);

}  // namespace adapters::http
