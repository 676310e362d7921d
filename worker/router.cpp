#include "worker/router.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "worker/http/local_rate.h"

namespace worker {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using adapters::Blame;
using adapters::Fate;
using adapters::Verdict;

constexpr base::Millis full_for{1'000};
constexpr base::Millis over_budget_for{60'000};
constexpr base::Millis minute{60'000};
constexpr base::Millis look_at_costs_every{10'000};
constexpr std::int64_t bursts_in_a_minute = 12;  // so many bursts, five seconds apart

Breaker::Time now() {
    return std::chrono::steady_clock::now();
}

// The same for every look at the same attempt, another one for the next.
std::uint64_t dice_for(jobs::Job const& job) {
    auto value = static_cast<std::uint64_t>(job.id.value) * 0x9E3779B97F4A7C15ULL +
                 static_cast<std::uint64_t>(job.attempt);
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

bool holds(config::RouteStep const& step, json::value const& input) {
    return std::ranges::all_of(step.when, [&](auto const& condition) {
        auto const* const field =
            input.is_object() ? input.get_object().if_contains(condition.first) : nullptr;
        return field != nullptr && json::serialize(*field) == condition.second;
    });
}

}  // namespace

Router::Router(config::Settings const& settings, Providers& providers, BlockingPool& pool,
               adapters::RateLimit* shared)
    : settings_{settings},
      providers_{providers},
      pool_{pool},
      own_rate_{shared == nullptr ? std::make_unique<http::LocalRateLimit>() : nullptr},
      rate_{shared == nullptr ? own_rate_.get() : shared} {}

Router::~Router() = default;

adapters::Provider* Router::find(std::string const& name) const {
    auto const found = providers_.find(name);
    return found == providers_.end() ? nullptr : found->second.get();
}

bool Router::is_routed(std::string const& service) const {
    return config::is_routed(settings_, config::service_for(settings_, service));
}

int Router::concurrency_of(std::string const& provider) const {
    auto const found = settings_.providers.find(provider);
    return found == settings_.providers.end() ? 0 : found->second.limits.concurrency;
}

config::CallCost const* Router::cost_of(std::string const& provider) const {
    auto const found = settings_.providers.find(provider);
    bool const told = found != settings_.providers.end() && found->second.cost;
    return told ? &*found->second.cost : nullptr;
}

Lane Router::lane_of(config::RouteStep const& step) const {
    Lane lane{.provider = step.provider,
              .model = step.model,
              .weight = step.weight,
              .rank = step.rank,
              .there = find(step.provider) != nullptr};
    look_at(lane);
    return lane;
}

std::vector<Lane> Router::lanes_for(jobs::Job const& job) const {
    if (!job.provider.empty()) {
        return {lane_of({.provider = job.provider, .model = job.model})};
    }
    json::value input;
    std::vector<Lane> lanes;
    for (auto const& step : config::steps_of(settings_, job.service)) {
        lanes.push_back(lane_of(step));
        if (!step.when.empty()) {
            boost::system::error_code bad;
            input = input.is_null() ? json::parse(job.input, bad) : std::move(input);
            lanes.back().fits = !bad && holds(step, input);
        }
    }
    return lanes;
}

// Why it can't be asked now, and for how long.
void Router::look_at(Lane& lane) const {
    auto const found = known_.find(lane.provider);
    if (found == known_.end()) {
        return;
    }
    auto const& known = found->second;
    auto const close = [&lane](base::Millis time, std::string why) {
        if (time > lane.closed_for) {
            lane.closed_for = time;
            lane.why = std::move(why);
        }
    };
    close(known.breaker.closed_for(now()), known.trouble);
    close(std::chrono::ceil<base::Millis>(known.full_until - now()), "has as many as it may");
    auto const settings = settings_.providers.find(lane.provider);
    bool const dear = settings != settings_.providers.end() &&
                      settings->second.limits.daily_cost > 0 &&
                      known.cost_today >= settings->second.limits.daily_cost;
    close(dear ? over_budget_for : base::Millis{}, "has cost today what it may");
}

asio::awaitable<Choice> Router::choose(std::vector<Lane>& lanes, jobs::Job const& job) {
    while (true) {
        auto choice = worker::choose(lanes, dice_for(job));
        if (choice.kind != Choice::Kind::go) {
            co_return choice;
        }
        auto& lane = lanes[choice.lane];
        auto const wait = co_await take_rate(lane.provider);
        look_at(lane);  // time has passed
        if (wait > lane.closed_for) {
            lane.closed_for = wait;
            lane.why = "takes no more in this minute";
        }
        if (lane.closed_for.count() == 0) {
            known_[lane.provider].breaker.going(now());
            co_return choice;
        }
    }
}

// How long until it may be asked; zero: now, and that has been counted.
asio::awaitable<base::Millis> Router::take_rate(std::string provider) {
    auto const settings = settings_.providers.find(provider);
    auto const per_minute =
        settings == settings_.providers.end() ? 0 : settings->second.limits.per_minute;
    if (per_minute == 0) {
        co_return base::Millis{};
    }
    adapters::Rate const rate{.count = per_minute,
                              .period = minute,
                              .burst = std::max<std::int64_t>(per_minute / bursts_in_a_minute, 1)};
    auto ask = [&] { return rate_->take("provider:" + provider, rate, 1); };
    auto const answer = co_await pool_.run(ask);
    co_return answer.allowed ? base::Millis{} : std::max(answer.retry_after, base::Millis{1});
}

void Router::heard(std::string const& provider, adapters::Submitted const& said) {
    auto& known = known_[provider];
    auto const fate = said.verdict.fate;
    if (!said.task.empty() || fate == Fate::completed || fate == Fate::running) {
        known.breaker.worked();
        known.trouble.clear();
        return;
    }
    if (fate == Fate::unknown) {
        known.breaker.failed(now());
    }
    note(provider, said.verdict);
}

void Router::heard(std::string const& provider, Verdict const& verdict) {
    if (verdict.fate == Fate::completed) {
        known_[provider].breaker.worked();
        known_[provider].trouble.clear();
        return;
    }
    note(provider, verdict);
}

void Router::note(std::string const& provider, Verdict const& verdict) {
    auto& known = known_[provider];
    bool const not_taken = verdict.fate == Fate::not_taken;
    bool const failed =
        verdict.fate == Fate::failed_retryable || verdict.fate == Fate::failed_final;
    if ((not_taken || failed) && verdict.blame == Blame::provider) {
        known.breaker.refused_us(now());
    } else if (not_taken && verdict.code == "rate_limited") {
        known.breaker.rest(now(), verdict.ask_again);
    } else if (not_taken && verdict.blame == Blame::moment &&
               verdict.code != "input_unavailable") {  // which is some other server's fault
        known.breaker.failed(now());
    } else if (verdict.fate != Fate::unknown) {
        return;  // about a job, not about the provider
    }
    known.trouble = verdict.code.empty() ? verdict.message : verdict.code;
}

void Router::full(std::string const& provider) {
    known_[provider].full_until = now() + full_for;
}

void Router::came(std::string const& provider) {
    known_[provider].here += 1;
}

void Router::left(std::string const& provider) {
    known_[provider].here -= 1;
}

int Router::room_for(std::string const& service, int most) const {
    if (!is_routed(service)) {
        auto const lane = lane_of({.provider = jobs::rules_for(settings_.rules, service).provider});
        return lane.closed_for.count() > 0 ? std::min(most, 1) : most;
    }
    std::int64_t room = 0;
    std::set<std::string> seen;
    for (auto const& step : config::steps_of(settings_, service)) {
        auto const lane = lane_of(step);
        if (!lane.there || lane.closed_for.count() > 0 || !seen.insert(step.provider).second) {
            continue;
        }
        auto const limit = concurrency_of(step.provider);
        auto const found = known_.find(step.provider);
        int const here = found == known_.end() ? 0 : found->second.here;
        room += limit == 0 ? most : std::max(limit - here, 0);
    }
    return static_cast<int>(std::clamp<std::int64_t>(room, std::min(most, 1), most));
}

asio::awaitable<void> Router::look_at_costs(adapters::Store& store) {
    auto const limited = [](auto const& named) { return named.second.limits.daily_cost > 0; };
    if (now() < next_costs_ || std::ranges::none_of(settings_.providers, limited)) {
        co_return;
    }
    next_costs_ = now() + look_at_costs_every;
    auto add_up = [&] {
        std::map<std::string, std::int64_t> micros;
        auto const at = store.now();
        auto const day = base::day_start(settings_.rules.zone, at);
        for (auto const& sum : store.calls().costs(day, at + base::Millis{1}, {})) {
            micros[sum.provider] += sum.micros;
        }
        return micros;
    };
    auto const micros = co_await pool_.run(add_up);
    for (auto const& [name, provider] : settings_.providers) {
        auto const found = micros.find(name);
        known_[name].cost_today = found == micros.end() ? 0 : found->second;
    }
}

ProviderStates Router::states() const {
    ProviderStates states;
    for (auto const& [name, provider] : providers_) {
        states[name];
    }
    for (auto const& [name, known] : known_) {
        states[name] = {.breaker = known.breaker.state(now()),
                        .refuses_us = known.breaker.refuses_us(),
                        .closed_for = known.breaker.closed_for(now()),
                        .trouble = known.trouble,
                        .here = known.here,
                        .cost_today = known.cost_today};
    }
    return states;
}

}  // namespace worker
