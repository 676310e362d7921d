// Bytes to and from one address, in clear or over TLS, each call with its deadline. The address is
// where the connection goes: nothing is looked up here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "adapters/fetch/addresses.h"
#include "adapters/fetch/resolve.h"

namespace adapters::fetch {

class Trust;

class Wire {
public:
    Wire() = default;
    Wire(Wire const&) = delete;
    Wire& operator=(Wire const&) = delete;
    virtual ~Wire() = default;

    // What has come, at least one byte; 0 where the other side has ended in good order. Throws
    // Failed: timeout, lost.
    virtual std::size_t read_some(std::span<char> into, Clock::time_point until) = 0;

    // All of it. Throws like read_some.
    virtual void write(std::string_view bytes, Clock::time_point until) = 0;
};

// The name that the other side must prove to have.
struct Peer {
    std::string host;
    bool is_address = false;
};

// Both throw Failed: connect, timeout; the second one tls as well.
std::unique_ptr<Wire> connect_clear(Address const& address, std::uint16_t port,
                                    Clock::time_point until);
std::unique_ptr<Wire> connect_tls(Address const& address, std::uint16_t port, Peer const& peer,
                                  Trust& trust, Clock::time_point until);

}  // namespace adapters::fetch
