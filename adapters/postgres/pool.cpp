#include "adapters/postgres/pool.h"

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::postgres {

std::unique_ptr<Session> Pool::take() {
    {
        std::unique_lock lock{mutex_};
        if (!freed_.wait_for(lock, patience_, [this] { return in_use_ < most_; })) {
            throw Unavailable{fmt::format(
                "store {}: all {} connections were busy for {}; raise store.connections",
                access_.where, most_, base::to_text(patience_))};
        }
        ++in_use_;
        if (!idle_.empty()) {
            auto session = std::move(idle_.back());
            idle_.pop_back();
            return session;
        }
    }
    try {
        auto session = std::make_unique<Session>(access_);
        session->learn_timeline();
        return session;
    } catch (...) {
        std::scoped_lock const lock{mutex_};
        --in_use_;
        freed_.notify_one();
        throw;
    }
}

// When one is broken the idle ones most likely are too: their server has gone.
void Pool::put_back(std::unique_ptr<Session> session) {
    std::vector<std::unique_ptr<Session>> dead;
    {
        std::scoped_lock const lock{mutex_};
        --in_use_;
        if (session->broken()) {
            dead.swap(idle_);
        } else {
            idle_.push_back(std::move(session));
        }
    }
    freed_.notify_one();
}

}  // namespace adapters::postgres
