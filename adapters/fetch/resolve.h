// Looks up where a host is, and not for longer than it may take.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
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

// A look-up under way on a thread of its own. shared_ptr, because either may be the last to go: who
// asks, or who looks.
struct Lookup;
using SharedLookup = std::shared_ptr<Lookup>;  // see above

// Throws Failed: dns.
SharedLookup begin_lookup(std::string const& host, Resolver const& resolver);

// Nothing while it is under way; none where the name is not known.
std::optional<std::vector<Address>> found(Lookup& lookup);

// At least one. Throws Failed: dns, timeout.
std::vector<Address> resolve(std::string const& host, Resolver const& resolver,
                             Clock::time_point until);

}  // namespace adapters::fetch
