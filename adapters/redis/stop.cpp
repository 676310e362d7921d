#include "adapters/redis/stop.h"

#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "adapters/store.h"

namespace adapters::redis {

Stop::Stop() : fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (fd_ < 0) {
        throw Unavailable{"redis: no file descriptor left; raise the limit (ulimit -n)"};
    }
}

Stop::~Stop() {
    ::close(fd_);
}

void Stop::request() noexcept {
    requested_ = true;
    std::uint64_t const one = 1;
    // It can only fail where it is readable already.
    [[maybe_unused]] auto const written = ::write(fd_, &one, sizeof one);
}

void Stop::pause(base::Millis time) const {
    pollfd waited{.fd = fd_, .events = POLLIN, .revents = 0};
    ::poll(&waited, 1, static_cast<int>(time.count()));
    if (requested_) {
        throw Stopped{};
    }
}

}  // namespace adapters::redis
