// A scrape, a probe or a page that is reloaded costs the store nothing beyond one look in a while.
#include "worker/http/operations.h"

#include <utility>

namespace worker::http {

namespace asio = boost::asio;

namespace {

constexpr base::Millis patience{1'000};
constexpr base::Millis pulse_every{500};
constexpr base::Millis scrape_every{5'000};
constexpr base::Millis overview_every{1'000};
constexpr base::Millis render_every{250};

}  // namespace

Operations::Operations(asio::any_io_executor executor, adapters::Store& store,
                       metrics::Meters& meters, OperatingNeeds needs)
    : meters_{meters},
      needs_{std::move(needs)},
      pulse_{executor, [&store] { store.queue_modes(); }},
      state_{std::move(executor), [this, &store] {
                 auto found = metrics::look_at(store);
                 std::scoped_lock const lock{mutex_};
                 sighting_ = std::move(found);
             }} {}

asio::awaitable<Operations::Readiness> Operations::readiness() {
    co_await pulse_.refresh(pulse_every, patience);
    Readiness readiness{.store = pulse_.trouble(patience),
                        .has_redis = static_cast<bool>(needs_.redis_trouble),
                        .stopping = stopping_};
    if (needs_.redis_trouble) {
        readiness.redis = needs_.redis_trouble();
    }
    co_return readiness;
}

asio::awaitable<void> Operations::refresh(base::Millis max_age) {
    co_await state_.refresh(max_age, patience);
}

std::optional<metrics::Sighting> Operations::seen() const {
    std::scoped_lock const lock{mutex_};
    return sighting_;
}

asio::awaitable<std::optional<metrics::Sighting>> Operations::sighting() {
    co_await refresh(overview_every);
    co_return seen();
}

std::string Operations::store_trouble() const {
    return state_.trouble(patience);
}

std::optional<std::string> Operations::redis_trouble() const {
    return needs_.redis_trouble ? std::optional{needs_.redis_trouble()} : std::nullopt;
}

std::map<std::string, metrics::ProviderHealth> Operations::providers() const {
    std::map<std::string, metrics::ProviderHealth> list;
    for (auto const& [name, meters] : meters_.providers) {
        list.emplace(name, meters->health());
    }
    for (auto const& [name, state] :
         needs_.provider_states ? needs_.provider_states() : ProviderStates{}) {
        auto& health = list[name];
        health.breaker = to_text(state.breaker);
        health.closed_for = state.closed_for;
        health.refuses_us = state.refuses_us;
        health.stopped_by = state.trouble;
        health.here = state.here;
    }
    return list;
}

asio::awaitable<std::string> Operations::exposition() {
    co_await refresh(scrape_every);
    auto const now = std::chrono::steady_clock::now();
    if (!text_.empty() && now < rendered_at_ + render_every) {
        co_return text_;
    }
    if (auto const found = seen()) {
        meters_.state.show(*found, meters_.jobs);
        meters_.store.look(found->work);
    }
    meters_.state.store_is(store_trouble().empty());
    meters_.process.look();
    for (auto const& [name, health] : providers()) {
        if (auto const found = meters_.providers.find(name); found != meters_.providers.end()) {
            found->second->is_open(health.closed_for.count() > 0);
        }
    }
    if (needs_.before_scrape) {
        needs_.before_scrape();
    }
    text_ = meters_.registry.text();
    rendered_at_ = now;
    co_return text_;
}

}  // namespace worker::http
