// Looks up where a host is, and not for longer than it may take.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "adapters/fetch/addresses.h"

namespace adapters::fetch {

using Clock = std::chrono::steady_clock;

// From a name to its addresses, none where it is not known. May be called on another thread, and
// outlive the call that asked.
using Resolver = std::function<std::vector<Address>(std::string const& host)>;

// What the system says.
std::vector<Address> ask_system(std::string const& host);

// At least one. Throws Failed: dns, timeout.
std::vector<Address> resolve(std::string const& host, Resolver const& resolver,
                             Clock::time_point until);

}  // namespace adapters::fetch
