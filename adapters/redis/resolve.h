// Looks up where a host is, and not for longer than it may take.
#pragma once

#include <functional>
#include <memory>

#include <netdb.h>

#include "adapters/redis/stream.h"

namespace adapters::redis {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// getaddrinfo, or what a test has in its place.
using Resolver = std::function<int(char const*, char const*, addrinfo const*, addrinfo**)>;

// At least one. Throws Unavailable where the name is not known or nobody says so in time, and
// Stopped.
Addresses resolve(Place const& place, Patience const& patience,
                  Resolver const& resolver = &::getaddrinfo);

}  // namespace adapters::redis
