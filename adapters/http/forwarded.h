// Whose request it is, where it comes through proxies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/message.h"

namespace adapters::http {

// The nearest address that is no trusted proxy's, by X-Forwarded-For; the peer itself where that is
// no trusted one. A unix socket's peer is "unix".
std::string remote_of(Request const& request, std::string const& peer,
                      std::vector<std::string> const& trusted);

}  // namespace adapters::http
