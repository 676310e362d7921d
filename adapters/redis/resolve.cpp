// The system's look-up can't be told when to give up, and may take half a minute where a name
// server is silent. So names are asked for on a thread that may be left alone with it.
#include "adapters/redis/resolve.h"

#include <atomic>
#include <thread>
#include <utility>

#include <poll.h>

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

// Those left alone end by themselves; until then there must not be more and more of them.
constexpr int most_under_way = 16;

std::atomic<int>& under_way() {
    static std::atomic<int> count = 0;
    return count;
}

struct Lookup {
    Stop finished;  // "requested" when the answer is here
    int code = EAI_AGAIN;
    Addresses found{nullptr, &::freeaddrinfo};
};

Addresses numeric(Place const& place) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    int const code = ::getaddrinfo(place.host.c_str(), place.port.c_str(), &hints, &found);
    return {code == 0 ? found : nullptr, &::freeaddrinfo};
}

void look(Lookup& lookup, Place const& place, Resolver const& resolver) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    lookup.code = resolver(place.host.c_str(), place.port.c_str(), &hints, &found);
    if (lookup.code == 0) {
        lookup.found.reset(found);
    }
    lookup.finished.request();
}

// shared_ptr, because either may be the last to go: who asks, or who looks.
using SharedLookup = std::shared_ptr<Lookup>;

SharedLookup begin(Place const& place, Resolver const& resolver) {
    SharedLookup const lookup = std::make_unique<Lookup>();
    if (under_way().fetch_add(1) >= most_under_way) {
        under_way() -= 1;
        throw Unavailable{fmt::format(
            "redis: the name server has been silent for a while, so `{}` is not asked for; "
            "check /etc/resolv.conf, or write an address",
            place.host)};
    }
    try {
        std::thread{[lookup, place, resolver] {
            look(*lookup, place, resolver);
            under_way() -= 1;
        }}.detach();
    } catch (std::system_error const&) {
        under_way() -= 1;
        throw Unavailable{"redis: no thread left to look up a host; raise the limit (ulimit -u)"};
    }
    return lookup;
}

}  // namespace

Addresses resolve(Place const& place, Patience const& patience, Resolver const& resolver) {
    if (auto found = numeric(place)) {
        return found;
    }
    auto const lookup = begin(place, resolver);
    if (!ready(lookup->finished.fd(), POLLIN, patience) || !lookup->finished.requested()) {
        throw Unavailable{
            fmt::format("redis: nobody says in time where the host `{}` is; check "
                        "the name server, or write an address",
                        place.host)};
    }
    if (!lookup->found) {
        throw Unavailable{fmt::format("redis: the host `{}` is not known: {}; check the name",
                                      place.host, ::gai_strerror(lookup->code))};
    }
    return std::move(lookup->found);
}

}  // namespace adapters::redis
