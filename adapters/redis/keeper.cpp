#include "adapters/redis/keeper.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

constexpr base::Millis first_pause{50};
constexpr base::Millis longest_pause{2'000};
constexpr base::Millis good_while{5'000};

// Between half of it and all of it, so that many processes don't come back at once.
base::Millis jittered(base::Millis pause) {
    std::random_device random;
    auto const half = pause.count() / 2;
    return base::Millis{half + static_cast<std::int64_t>(random()) % (half + 1)};
}

}  // namespace

Keeper::Keeper(Settings settings, Serve serve, Tell tell)
    : settings_{std::move(settings)},
      serve_{std::move(serve)},
      tell_{std::move(tell)},
      thread_{[this] { run(); }} {}

Keeper::~Keeper() {
    stop();
}

void Keeper::stop() noexcept {
    stop_.request();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Keeper::run() {
    auto pause = first_pause;
    try {
        while (true) {
            pause = serve_once() ? first_pause : std::min(pause * 2, longest_pause);
            stop_.pause(jittered(pause));
        }
    } catch (Stopped const&) {
        return;
    }
}

// Whether it had worked for a while before it failed.
bool Keeper::serve_once() {
    std::optional<Clock::time_point> well_since;
    try {
        Link link{settings_, &stop_};
        serve_(link, [&] {
            well_since = Clock::now();
            tell_("");
        });
    } catch (Unavailable const& error) {
        tell_(error.what());
    } catch (Stopped const&) {
        throw;
    } catch (std::exception const& error) {
        // Unusable, since an operator may mend that meanwhile; and whatever nobody has foreseen:
        // Redis is not worth the end of the program.
        tell_(error.what());
    }
    return well_since && Clock::now() - *well_since > good_while;
}

}  // namespace adapters::redis
