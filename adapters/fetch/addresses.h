// Addresses of hosts, and which of them belong to the public Internet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace adapters::fetch {

struct Address {
    std::array<std::uint8_t, 16> bytes{};  // in network order; of IPv4 the first four
    bool six = false;

    friend bool operator==(Address const&, Address const&) = default;
};

// Four decimal numbers without leading zeros.
std::optional<Address> parse_ipv4(std::string_view text);

// Without brackets, and without a zone.
std::optional<Address> parse_ipv6(std::string_view text);

std::string to_text(Address const& address);

// Why nothing may be fetched from there ("a loopback address"); empty for a public address. An
// address that carries an IPv4 address inside is refused too, but for NAT64's own prefix: in
// networks without IPv4 every host has such an address, and the one inside is judged.
std::string_view why_not_public(Address const& address);

}  // namespace adapters::fetch
