// Tells a thread that waits for a socket, or between two tries, to come to an end.
#pragma once

#include <atomic>
#include <exception>

#include "base/time.h"

namespace adapters::redis {

// Thrown out of whatever waits when it has been told to stop.
struct Stopped : std::exception {
    [[nodiscard]] char const* what() const noexcept override { return "told to stop"; }
};

class Stop {
public:
    Stop();
    Stop(Stop const&) = delete;
    Stop& operator=(Stop const&) = delete;
    ~Stop();

    // May be called from any thread, and more than once.
    void request() noexcept;

    [[nodiscard]] bool requested() const noexcept { return requested_; }

    // Waits for so long; throws Stopped if told to stop before or meanwhile.
    void pause(base::Millis time) const;

    // Becomes readable when it has been requested; -1 where the system has no more descriptors.
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    std::atomic<bool> requested_ = false;
    int fd_ = -1;
};

}  // namespace adapters::redis
