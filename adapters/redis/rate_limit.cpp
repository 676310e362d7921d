#include "adapters/redis/rate_limit.h"

#include <algorithm>
#include <utility>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

// Callers wait for the answer, so a limit that can't be asked quickly is not asked.
constexpr base::Millis longest_wait{200};
constexpr base::Millis rest_after_failure{1'000};

// The generic cell rate algorithm. `tat` is when the bucket would be full again; a request moves it
// on by its share of the period and is allowed while it stays within the burst. Microseconds from a
// late epoch, so that a double holds them with their fractions.
constexpr auto gcra = R"(
local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1700000000) * 1000000 + tonumber(clock[2])
local share = tonumber(ARGV[2]) * 1000 / tonumber(ARGV[1])
local burst = tonumber(ARGV[3])
local cost = tonumber(ARGV[4])
local stored = tonumber(redis.call('GET', KEYS[1]) or '')
local tat = now
if stored and stored > now then tat = stored end
local next = tat + share * cost
local early = now + share * burst
local slack = 0.01
if next > early + slack then
  return {0, math.ceil((next - early) / 1000), math.floor((early - tat + slack) / share)}
end
if cost > 0 then
  local life = math.max(1, math.ceil((next - now) / 1000))
  redis.call('SET', KEYS[1], string.format('%.3f', next), 'PX', life)
end
return {1, 0, math.floor((early - next + slack) / share)}
)";

Settings impatient(Settings settings) {
    settings.timeout = std::min(settings.timeout, longest_wait);
    return settings;
}

}  // namespace

RedisRateLimit::RedisRateLimit(Settings settings, Tell tell)
    : settings_{impatient(std::move(settings))}, tell_{std::move(tell)}, keys_{settings_.prefix} {}

RateAnswer RedisRateLimit::take(std::string_view key, Rate const& rate,
                                std::int64_t cost) noexcept {
    std::scoped_lock const lock{mutex_};
    if (Clock::now() < not_before_) {
        return {.asked = false};
    }
    try {
        return ask(keys_.rate(key), rate, cost);
    } catch (std::exception const& error) {
        return allow(error.what());
    }
}

RateAnswer RedisRateLimit::allow(std::string const& why) noexcept {
    link_.reset();
    not_before_ = Clock::now() + rest_after_failure;
    tell_(why);
    return {.asked = false};
}

RateAnswer RedisRateLimit::ask(std::string const& key, Rate const& rate, std::int64_t cost) {
    if (!link_) {
        link_ = std::make_unique<Link>(settings_);
        sha_ = checked(link_->command({"SCRIPT", "LOAD", gcra}), link_->where()).text;
        tell_("");
    }
    Args args{"EVALSHA",
              sha_,
              "1",
              key,
              std::to_string(rate.count),
              std::to_string(rate.period.count()),
              std::to_string(rate.burst),
              std::to_string(cost)};
    auto reply = link_->command(args);
    if (reply.is_error("NOSCRIPT")) {
        args[0] = "EVAL";
        args[1] = gcra;
        reply = link_->command(args);
    }
    checked(reply, link_->where());
    return {.allowed = reply.at(0).integer == 1,
            .retry_after = base::Millis{reply.at(1).integer},
            .remaining = reply.at(2).integer};
}

}  // namespace adapters::redis
