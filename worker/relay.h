// News of commits on their way to whoever wants them, who may come later than the store and go
// before it.
#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "adapters/announcer.h"

namespace worker {

class Relay final : public adapters::Announcer {
public:
    // Nobody, until it is called. Who is named must be there until nobody, or another, is named and
    // no transaction runs any more.
    void connect(adapters::Announcer* to) { to_ = to; }

    [[nodiscard]] bool listens() const noexcept override {
        auto const* const to = to_.load();
        return to != nullptr && to->listens();
    }

    void announce(std::vector<adapters::JobNews> news) noexcept override {
        if (auto* const to = to_.load()) {
            to->announce(std::move(news));
        }
    }

    [[nodiscard]] std::int64_t dropped() const override { return 0; }

private:
    std::atomic<adapters::Announcer*> to_ = nullptr;
};

}  // namespace worker
