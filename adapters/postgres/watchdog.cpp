// Time is kept roughly: what is watched is looked at twice a second, so that nobody has to wake the
// thread for each answer that does come.
#include "adapters/postgres/watchdog.h"

#include <sys/socket.h>

namespace adapters::postgres {

namespace {

constexpr std::chrono::milliseconds every{500};

}  // namespace

Watchdog::Watch::Watch(Watchdog& dog, int socket, base::Millis patience) : dog_{dog} {
    self_.push_back({.socket = socket, .until = std::chrono::steady_clock::now() + patience});
    place_ = self_.begin();
    std::scoped_lock const lock{dog_.mutex_};
    dog_.watched_.splice(dog_.watched_.end(), self_);
    if (!dog_.thread_.joinable()) {
        dog_.thread_ = std::thread{[&dog] { dog.look(); }};
    }
}

Watchdog::Watch::~Watch() {
    std::scoped_lock const lock{dog_.mutex_};
    self_.splice(self_.end(), dog_.watched_, place_);
}

bool Watchdog::Watch::over() const {
    std::scoped_lock const lock{dog_.mutex_};
    return place_->over;
}

Watchdog::~Watchdog() {
    {
        std::scoped_lock const lock{mutex_};
        ending_ = true;
    }
    ends_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Watchdog::look() {
    std::unique_lock lock{mutex_};
    while (!ending_) {
        auto const now = std::chrono::steady_clock::now();
        for (auto& one : watched_) {
            if (!one.over && one.until < now) {
                one.over = true;
                ::shutdown(one.socket, SHUT_RDWR);
            }
        }
        ends_.wait_for(lock, every);
    }
}

}  // namespace adapters::postgres
