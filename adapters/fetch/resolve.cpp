// The system's look-up can't be told when to give up, and may take half a minute where a name
// server is silent. So names are asked for on a thread that may be left alone with it.
#include "adapters/fetch/resolve.h"

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "adapters/fetch/failed.h"

namespace adapters::fetch {

struct Lookup {
    std::mutex mutex;
    std::condition_variable arrived;
    bool done = false;
    std::vector<Address> found;
};

namespace {

// Those left alone end by themselves; until then there must not be more and more of them.
constexpr int most_under_way = 64;
constexpr std::size_t most_answers = 16;

std::atomic<int>& under_way() {
    static std::atomic<int> count = 0;
    return count;
}

void look(Lookup& lookup, std::string const& host, Resolver const& resolver) {
    std::vector<Address> found;
    try {
        found = resolver(host);
    } catch (...) {
        found.clear();  // nobody is here to hear of it; the name is not known
    }
    std::scoped_lock const lock{lookup.mutex};
    lookup.found = std::move(found);
    lookup.done = true;
    lookup.arrived.notify_all();
}

std::optional<Address> address_of(addrinfo const& info) {
    Address address;
    if (info.ai_family == AF_INET) {
        auto const& found = *reinterpret_cast<sockaddr_in const*>(info.ai_addr);
        std::memcpy(address.bytes.data(), &found.sin_addr, sizeof found.sin_addr);
        return address;
    }
    if (info.ai_family == AF_INET6) {
        auto const& found = *reinterpret_cast<sockaddr_in6 const*>(info.ai_addr);
        std::memcpy(address.bytes.data(), &found.sin6_addr, sizeof found.sin6_addr);
        address.six = true;
        return address;
    }
    return std::nullopt;
}

}  // namespace

std::vector<Address> ask_system(std::string const& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* first = nullptr;
    std::vector<Address> found;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) {
        return found;
    }
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owner{first, &::freeaddrinfo};
    for (auto const* at = first; at != nullptr && found.size() < most_answers; at = at->ai_next) {
        if (auto const address = address_of(*at)) {
            found.push_back(*address);
        }
    }
    return found;
}

SharedLookup begin_lookup(std::string const& host, Resolver const& resolver) {
    SharedLookup const lookup = std::make_unique<Lookup>();
    if (under_way().fetch_add(1) >= most_under_way) {
        under_way() -= 1;
        fail("dns", "the name server has been silent for a while, so names are not asked for");
    }
    try {
        std::thread{[lookup, host, resolver] {
            look(*lookup, host, resolver ? resolver : ask_system);
            under_way() -= 1;
        }}.detach();
    } catch (std::system_error const&) {
        under_way() -= 1;
        fail("dns", "no thread is left to look up a host");
    }
    return lookup;
}

std::optional<std::vector<Address>> found(Lookup& lookup) {
    std::scoped_lock const lock{lookup.mutex};
    return lookup.done ? std::optional{lookup.found} : std::nullopt;
}

std::vector<Address> resolve(std::string const& host, Resolver const& resolver,
                             Clock::time_point until) {
    auto const lookup = begin_lookup(host, resolver);
    std::unique_lock lock{lookup->mutex};
    if (!lookup->arrived.wait_until(lock, until, [&] { return lookup->done; })) {
        fail("timeout", fmt::format("nobody says in time where the host `{}` is", host));
    }
    if (lookup->found.empty()) {
        fail("dns", fmt::format("the host `{}` is not known", host));
    }
    return std::move(lookup->found);
}

}  // namespace adapters::fetch
