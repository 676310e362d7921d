// The port that makes workers quick: waits until something may have changed, or for so long.
// It is a courtesy: a lost wake-up costs a moment, never a job.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/time.h"

namespace adapters {

class Wakeup {
public:
    Wakeup() = default;
    Wakeup(Wakeup const&) = delete;
    Wakeup& operator=(Wakeup const&) = delete;
    virtual ~Wakeup() = default;

    virtual boost::asio::awaitable<void> wait(base::Millis at_most) = 0;

    // Ends the current or next wait at once. For use from the same io_context.
    virtual void poke() = 0;
};

}  // namespace adapters
