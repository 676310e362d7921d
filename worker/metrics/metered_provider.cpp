// What it takes and what comes of it.
#include "worker/metrics/metered_provider.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace worker::metrics {

namespace {

using adapters::Fate;
using adapters::metrics::Family;
using Clock = std::chrono::steady_clock;

constexpr Family call_seconds{"tallyman_provider_call_seconds",
                              "How long calls of a provider took."};
constexpr Family breaker_open{"tallyman_provider_breaker_open",
                              "Whether a provider is left alone for now."};
constexpr Family verdicts{"tallyman_provider_verdicts_total",
                          "What a provider said became of a task."};

// In the order of adapters::Fate.
constexpr std::array<std::string_view, 7> fates{
    "running", "completed", "not_taken", "failed_retryable", "failed_final", "unknown", "gone"};

adapters::metrics::Histogram calls(adapters::metrics::Registry& registry, std::string const& name,
                                   char const* call) {
    return registry.histogram(call_seconds, adapters::metrics::short_times(),
                              {{"provider", name}, {"call", call}});
}

class MeteredProvider final : public adapters::Provider {
public:
    MeteredProvider(std::unique_ptr<adapters::Provider> inner, ProviderMeters& meters)
        : inner_{std::move(inner)}, meters_{meters} {}

    boost::asio::awaitable<adapters::Submitted> submit(adapters::Call call) override {
        auto const began = Clock::now();
        adapters::Submitted submitted = co_await inner_->submit(std::move(call));
        meters_.submitted(Clock::now() - began);
        if (submitted.task.empty()) {
            meters_.heard(submitted.verdict);
        }
        co_return submitted;
    }

    boost::asio::awaitable<adapters::Verdict> poll(adapters::Call call, std::string task) override {
        auto const began = Clock::now();
        adapters::Verdict verdict = co_await inner_->poll(std::move(call), std::move(task));
        meters_.polled(Clock::now() - began);
        meters_.heard(verdict);
        co_return verdict;
    }

    boost::asio::awaitable<void> cancel(adapters::Call call, std::string task) override {
        return inner_->cancel(std::move(call), std::move(task));
    }

    adapters::Doubt in_doubt() const override { return inner_->in_doubt(); }

    boost::asio::awaitable<adapters::Submitted> look_up(adapters::Call call) override {
        return inner_->look_up(std::move(call));
    }

    base::Millis retention() const override { return inner_->retention(); }

    bool tasks_are_local() const override { return inner_->tasks_are_local(); }

private:
    std::unique_ptr<adapters::Provider> inner_;
    ProviderMeters& meters_;
};

}  // namespace

ProviderMeters::ProviderMeters(adapters::metrics::Registry& registry, std::string const& name)
    : submits_{calls(registry, name, "submit")},
      polls_{calls(registry, name, "poll")},
      open_{registry.gauge(breaker_open, {{"provider", name}})} {
    for (auto const fate : fates) {
        verdicts_.push_back(
            registry.counter(verdicts, {{"provider", name}, {"verdict", std::string{fate}}}));
    }
}

void ProviderMeters::heard(adapters::Verdict const& verdict) {
    verdicts_[static_cast<std::size_t>(verdict.fate)].add();
    switch (verdict.fate) {
        case Fate::running:
            return;
        case Fate::completed:
            health_.completed += 1;
            health_.in_a_row = 0;
            return;
        case Fate::unknown:
            health_.unknown += 1;
            break;
        case Fate::not_taken:
        case Fate::failed_retryable:
        case Fate::failed_final:
        case Fate::gone:
            health_.failed += 1;
            break;
    }
    health_.in_a_row += 1;
    health_.last_trouble = verdict.code.empty() ? verdict.message : verdict.code;
    trouble_at_ = Clock::now();
}

// The first ones count as much as each other, later ones for a twentieth.
void ProviderMeters::answered(std::chrono::nanoseconds took) {
    constexpr std::int64_t remembered = 20;
    health_.calls += 1;
    latency_ += (took - latency_) / std::min(health_.calls, remembered);
    health_.latency = std::chrono::duration_cast<base::Millis>(latency_);
}

ProviderHealth ProviderMeters::health() const {
    auto health = health_;
    if (!health.last_trouble.empty()) {
        health.trouble_ago = std::chrono::duration_cast<base::Millis>(Clock::now() - trouble_at_);
    }
    return health;
}

Providers metered(Providers providers, adapters::metrics::Registry& registry,
                  AllProviderMeters& meters) {
    for (auto& [name, provider] : providers) {
        auto& own = meters[name];
        own = std::make_unique<ProviderMeters>(registry, name);
        provider = std::make_unique<MeteredProvider>(std::move(provider), *own);
    }
    return providers;
}

}  // namespace worker::metrics
