// Chooses the wake-up.
#include "worker/wakeups.h"

#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "adapters/sqlite/open.h"
#include "adapters/wakeups/file_watch.h"
#include "adapters/wakeups/timer.h"
#include "worker/compose.h"

namespace worker {

namespace {

// Two ways to be woken. Each of them takes a cancelled wait for the end of a wait.
class Either final : public adapters::Wakeup {
public:
    Either(std::unique_ptr<adapters::Wakeup> one, std::unique_ptr<adapters::Wakeup> other)
        : one_{std::move(one)}, other_{std::move(other)} {}

    boost::asio::awaitable<void> wait(base::Millis at_most) override {
        using namespace boost::asio::experimental::awaitable_operators;
        auto first = one_->wait(at_most);
        auto second = other_->wait(at_most);
        co_await (std::move(first) || std::move(second));
    }

    void poke() override {
        one_->poke();
        other_->poke();
    }

private:
    std::unique_ptr<adapters::Wakeup> one_;
    std::unique_ptr<adapters::Wakeup> other_;
};

}  // namespace

std::unique_ptr<adapters::Wakeup> make_wakeup(config::Settings const& settings,
                                              boost::asio::any_io_executor executor) {
    if (uses_postgres(settings)) {
        return settings.redis.there()
                   ? std::make_unique<adapters::wakeups::Timer>(executor)
                   : std::make_unique<adapters::wakeups::Timer>(executor, look_every);
    }
    return std::make_unique<adapters::wakeups::FileWatch>(
        executor, adapters::sqlite_bell(sqlite_path(settings)));
}

std::unique_ptr<adapters::Wakeup> make_wakeup(config::Settings const& settings,
                                              boost::asio::any_io_executor executor,
                                              RedisParts& redis) {
    auto own = make_wakeup(settings, executor);
    auto shared = redis.wakeup(executor);
    return shared ? std::make_unique<Either>(std::move(own), std::move(shared)) : std::move(own);
}

}  // namespace worker
