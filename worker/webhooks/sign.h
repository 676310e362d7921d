// How a message proves where it comes from (docs/webhooks.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace worker {

// "t=1795251200,v1=…": a v1 for each secret that is not empty, the HMAC-SHA256 in hex of the time,
// a dot and the body. Empty without any secret.
std::string signature_of(std::string_view body, std::int64_t unix_seconds,
                         std::vector<std::string> const& secrets);

}  // namespace worker
