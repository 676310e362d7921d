// An address and a port as Asio has them.
#pragma once

#include <algorithm>
#include <cstdint>

#include <boost/asio/ip/tcp.hpp>

#include "adapters/fetch/addresses.h"

namespace adapters::fetch {

inline boost::asio::ip::tcp::endpoint endpoint_of(Address const& address, std::uint16_t port) {
    namespace ip = boost::asio::ip;
    if (address.six) {
        ip::address_v6::bytes_type bytes;
        std::ranges::copy(address.bytes, bytes.begin());
        return {ip::address_v6{bytes}, port};
    }
    ip::address_v4::bytes_type bytes;
    std::ranges::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
    return {ip::address_v4{bytes}, port};
}

}  // namespace adapters::fetch
