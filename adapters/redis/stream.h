// Bytes to and from a server: a TCP or unix socket, with TLS around it where it is asked for. Every
// wait has an end. Debian's hiredis knows no TLS, so it is used for the protocol alone.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "adapters/redis/settings.h"
#include "adapters/redis/stop.h"

namespace adapters::redis {

using Clock = std::chrono::steady_clock;

// How long to wait, and who may end the wait.
struct Patience {
    Clock::time_point until;
    Stop const* stop = nullptr;  // throws Stopped when requested; null: nobody
};

class Stream {
public:
    Stream() = default;
    Stream(Stream const&) = delete;
    Stream& operator=(Stream const&) = delete;
    virtual ~Stream() = default;

    // At least one byte; zero if none came in time. Throws Unavailable if the other side is gone.
    virtual std::size_t read(std::span<char> into, Patience const& patience) = 0;

    // All of it. Throws Unavailable.
    virtual void write(std::string_view bytes, Patience const& patience) = 0;
};

// Throws Unavailable, or Unusable where trying again does not help (a certificate that is not
// trusted, a file that can't be read).
std::unique_ptr<Stream> open_stream(Place const& place, Settings const& settings,
                                    Patience const& patience);

// Whether the descriptor became ready (POLLIN, POLLOUT) in time.
bool ready(int fd, short events, Patience const& patience);

// The parts of it.
std::unique_ptr<Stream> open_socket(Place const& place, Patience const& patience);
std::unique_ptr<Stream> wrap_in_tls(std::unique_ptr<Stream> inner, Place const& place,
                                    Settings const& settings, Patience const& patience);

}  // namespace adapters::redis
