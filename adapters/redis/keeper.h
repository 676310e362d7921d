// A thread that keeps a link to Redis: connects, lets its owner serve on it, and starts over, after
// a growing pause, whenever that fails. Redis may be away for as long as it likes.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "adapters/redis/link.h"
#include "adapters/redis/settings.h"
#include "adapters/redis/stop.h"

namespace adapters::redis {

// Told what is wrong, each time it is, and "" when all is well; from the thread that noticed.
using Tell = std::function<void(std::string const& trouble)>;

class Keeper {
public:
    // Works on the link until it throws; calls `well` when it has got where it can do its work.
    using Serve = std::function<void(Link& link, std::function<void()> const& well)>;

    // `serve` runs on the thread, from the construction on until `stop`.
    Keeper(Settings settings, Serve serve, Tell tell);
    Keeper(Keeper const&) = delete;
    Keeper& operator=(Keeper const&) = delete;
    ~Keeper();

    // Ends every wait and joins the thread. May be called more than once.
    void stop() noexcept;

    [[nodiscard]] Stop const& stopping() const { return stop_; }

private:
    void run();
    bool serve_once();

    Settings settings_;
    Serve serve_;
    Tell tell_;
    Stop stop_;
    std::thread thread_;
};

}  // namespace adapters::redis
