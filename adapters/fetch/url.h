// Addresses of files on the web, read more strictly than browsers read them: where two programs
// could understand a URL in two ways, it is refused.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/fetch/addresses.h"
#include "adapters/media.h"

namespace adapters::fetch {

struct Url {
    bool tls = false;                // https
    std::string host;                // in small letters; an IPv6 address without its brackets
    std::optional<Address> address;  // the host is written as this address
    std::uint16_t port = 0;
    std::string path;   // begins with a slash
    std::string query;  // with its question mark, or empty

    // "example.com", "example.com:8080", "[2001:db8::1]": what a Host header says.
    [[nodiscard]] std::string authority() const;

    // "https://example.com": whom a connection is kept to.
    [[nodiscard]] std::string origin() const;

    // For people and logs: without the query, which may hold a signature, and not too long.
    [[nodiscard]] std::string shown() const;

    friend bool operator==(Url const&, Url const&) = default;
};

// Refused, with the code bad_url: schemes other than http and https; names and passwords; hosts
// with other characters than letters, digits, `-`, `_` and dots, with empty labels, over-long, or
// that look like an address but are not four decimal numbers; control characters, spaces,
// backslashes and what is not ASCII; more than 8 KiB. A fragment is dropped.
std::expected<Url, MediaError> parse_url(std::string_view text);

// Where a redirect leads: a URL, or a part of one. At most 4 KiB.
std::expected<Url, MediaError> join(Url const& base, std::string_view location);

// HTTP's own ports, and those from 1024 on that no browser refuses for the protocol that lives
// there.
bool is_web_port(std::uint16_t port);

}  // namespace adapters::fetch
