// Bytes to and from one address as coroutines, in clear or over TLS, each call with its deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include "adapters/fetch/addresses.h"
#include "adapters/fetch/resolve.h"

namespace adapters::fetch {

class Trust;

struct Moved {
    boost::system::error_code error;
    std::size_t count = 0;
};

// Empty code: it went well.
struct Trouble {
    std::string code;
    std::string message;
};

class Link {
public:
    Link() = default;
    Link(Link const&) = delete;
    Link& operator=(Link const&) = delete;
    virtual ~Link() = default;

    virtual boost::asio::awaitable<Moved> read(std::span<char> into, Clock::time_point until) = 0;
    virtual boost::asio::awaitable<Moved> write(std::string_view bytes,
                                                Clock::time_point until) = 0;

    // Nothing has come, and the other side has not ended: it may be used once more.
    [[nodiscard]] virtual bool is_quiet() = 0;
};

bool timed_out(boost::system::error_code const& error);

boost::asio::awaitable<Trouble> connect(boost::asio::any_io_executor executor, Address address,
                                        std::uint16_t port, Clock::time_point until,
                                        std::unique_ptr<Link>& into);

// Over a link in clear, which is used up. The other side must prove to be `host`.
boost::asio::awaitable<Trouble> secure(std::unique_ptr<Link>& link, std::string host,
                                       bool is_address, Trust& trust, Clock::time_point until);

}  // namespace adapters::fetch
