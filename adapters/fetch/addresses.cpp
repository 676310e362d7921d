// Of IPv4 all is public that no registry sets apart; of IPv6 only what is given out as unicast
// (2000::/3), less what is set apart in it. See IANA's two registries of special-purpose addresses.
#include "adapters/fetch/addresses.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstddef>
#include <span>

namespace adapters::fetch {

namespace {

struct Block {
    std::array<std::uint8_t, 16> prefix;
    unsigned bits;
    std::string_view what;
};

constexpr std::array v4_blocks{
    Block{{0}, 8, "an unspecified address"},
    Block{{10}, 8, "a private address"},
    Block{{100, 64}, 10, "a carrier's inner address"},
    Block{{127}, 8, "a loopback address"},
    Block{{169, 254}, 16, "a link-local address"},  // of clouds' metadata, too
    Block{{172, 16}, 12, "a private address"},
    Block{{192, 0, 0}, 24, "a reserved address"},
    Block{{192, 0, 2}, 24, "an address for documentation"},
    Block{{192, 88, 99}, 24, "a reserved address"},
    Block{{192, 168}, 16, "a private address"},
    Block{{198, 18}, 15, "an address for benchmarks"},
    Block{{198, 51, 100}, 24, "an address for documentation"},
    Block{{203, 0, 113}, 24, "an address for documentation"},
    Block{{224}, 4, "a multicast address"},
    Block{{240}, 4, "a reserved address"},
    // Looks public, and is what Azure's hosts answer their own guests from.
    Block{{168, 63, 129, 16}, 32, "a cloud's inner address"},
};

constexpr Block v6_given_out{{0x20}, 3, ""};
constexpr Block nat64{{0x00, 0x64, 0xFF, 0x9B}, 96, ""};
constexpr std::size_t nat64_inner = 12;  // where the IPv4 address stands in it

// For their names those outside of 2000::/3 are here as well.
constexpr std::array v6_blocks{
    Block{{}, 128, "an unspecified address"},
    Block{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "a loopback address"},
    Block{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, "an IPv4 address written as IPv6"},
    Block{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 96, "an IPv4 address written as IPv6"},
    Block{{0xFC}, 7, "a private address"},
    Block{{0xFE, 0x80}, 10, "a link-local address"},
    Block{{0xFE, 0xC0}, 10, "a private address"},
    Block{{0xFF}, 8, "a multicast address"},
    Block{{0x20, 0x01, 0x00, 0x00}, 32, "an IPv4 address inside IPv6 (Teredo)"},
    Block{{0x20, 0x01}, 23, "a reserved address"},
    Block{{0x20, 0x01, 0x0D, 0xB8}, 32, "an address for documentation"},
    Block{{0x20, 0x02}, 16, "an IPv4 address inside IPv6 (6to4)"},
    Block{{0x3F, 0xFF}, 20, "an address for documentation"},
};

bool is_in(std::span<std::uint8_t const> address, Block const& block) {
    auto const whole = block.bits / 8;
    if (!std::ranges::equal(address.first(whole), std::span{block.prefix}.first(whole))) {
        return false;
    }
    auto const rest = block.bits % 8;
    return rest == 0 || (address[whole] ^ block.prefix[whole]) >> (8 - rest) == 0;
}

std::string_view what_it_is(std::span<std::uint8_t const> address, std::span<Block const> blocks) {
    auto const found =
        std::ranges::find_if(blocks, [&](Block const& block) { return is_in(address, block); });
    return found == blocks.end() ? std::string_view{} : found->what;
}

std::optional<Address> parse(int family, std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) {
        return std::nullopt;
    }
    std::ranges::copy(text, terminated.begin());
    Address address{.bytes = {}, .six = family == AF_INET6};
    if (text.contains('\0') || ::inet_pton(family, terminated.data(), address.bytes.data()) != 1) {
        return std::nullopt;
    }
    return address;
}

}  // namespace

std::optional<Address> parse_ipv4(std::string_view text) {
    auto const address = parse(AF_INET, text);
    // Whether a leading zero is let through, and what it means, differs between libraries.
    return address && to_text(*address) == text ? address : std::nullopt;
}

std::optional<Address> parse_ipv6(std::string_view text) {
    return parse(AF_INET6, text);
}

std::string to_text(Address const& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.six ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
    return text.data();
}

std::string_view why_not_public(Address const& address) {
    auto const bytes = std::span{address.bytes};
    if (!address.six) {
        return what_it_is(bytes.first(4), v4_blocks);
    }
    if (is_in(bytes, nat64)) {
        return what_it_is(bytes.subspan(nat64_inner), v4_blocks);
    }
    auto const known = what_it_is(bytes, v6_blocks);
    return !known.empty() || is_in(bytes, v6_given_out) ? known : "a reserved address";
}

}  // namespace adapters::fetch
