// Ends waits for answers that never come. libpqxx waits for as long as the server takes, and a
// server that is stopped, or behind a link that is held up, still acknowledges all that is sent.
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/time.h"

namespace adapters::postgres {

class Watchdog {
    struct Watched {
        int socket;
        std::chrono::steady_clock::time_point until;
        bool over = false;
    };

public:
    Watchdog() = default;
    Watchdog(Watchdog const&) = delete;
    Watchdog& operator=(Watchdog const&) = delete;
    ~Watchdog();

    // While it exists and its time is not over, nothing happens; after that the socket is shut
    // down, so that whoever waits for it is told that the connection is gone.
    class Watch {
    public:
        Watch(Watchdog& dog, int socket, base::Millis patience);
        Watch(Watch const&) = delete;
        Watch& operator=(Watch const&) = delete;
        ~Watch();

        [[nodiscard]] bool over() const;

    private:
        Watchdog& dog_;
        std::list<Watched> self_;  // one, which moves to the dog's list and back
        std::list<Watched>::iterator place_;
    };

private:
    void look();

    mutable std::mutex mutex_;
    std::condition_variable ends_;
    std::list<Watched> watched_;  // guarded by mutex_
    bool ending_ = false;         // guarded by mutex_
    std::thread thread_;          // runs from the first watch on
};

}  // namespace adapters::postgres
