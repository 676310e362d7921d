#include "worker/redis_parts.h"

#include <utility>

#include "adapters/redis/rate_limit.h"
#include "adapters/redis/wakeup.h"
#include "worker/announcing_store.h"

namespace worker {

namespace redis = adapters::redis;

namespace {

constexpr std::chrono::seconds least_between{10};

}  // namespace

redis::Settings redis_settings(config::Redis const& settings) {
    return redis::parse({.url = settings.url,
                         .user = settings.user,
                         .password = settings.password,
                         .prefix = settings.prefix,
                         .sentinels = settings.sentinels,
                         .master = settings.master,
                         .sentinel_password = settings.sentinel_password,
                         .ca_file = settings.ca_file,
                         .cert_file = settings.cert_file,
                         .key_file = settings.key_file,
                         .timeout = settings.timeout});
}

RedisParts::RedisParts(config::Settings const& settings, Log& log)
    : settings_{settings}, log_{log} {
    if (settings.redis.there()) {
        redis_ = redis_settings(settings.redis);
        redis_->trips = &trips_;
        publisher_.emplace(*redis_, teller("publisher"));
    }
}

std::unique_ptr<adapters::Store> RedisParts::announcing(std::unique_ptr<adapters::Store> store) {
    if (!publisher_) {
        return store;
    }
    return std::make_unique<AnnouncingStore>(std::move(store), *publisher_);
}

std::unique_ptr<adapters::Wakeup> RedisParts::wakeup(boost::asio::any_io_executor executor) {
    if (!redis_) {
        return nullptr;
    }
    return std::make_unique<redis::RedisWakeup>(std::move(executor), *redis_, teller("wake-up"));
}

std::unique_ptr<adapters::RateLimit> RedisParts::rate_limit() {
    if (!redis_) {
        return nullptr;
    }
    return std::make_unique<redis::RedisRateLimit>(*redis_, teller("rate limit"));
}

void RedisParts::start_intake(adapters::Store& store, std::string const& consumer,
                              std::function<pricing::Book()> book, InputMeter* meter) {
    if (!redis_ || !settings_.redis.intake) {
        return;
    }
    desk_.emplace(store, settings_, std::move(book), log_, meter);
    intake_.emplace(
        *redis_, redis::IntakeOptions{.consumer = consumer},
        [this](auto const& messages) { return desk_->take(messages); }, teller("intake"));
}

void RedisParts::stop_intake() {
    if (intake_) {
        intake_->stop();
    }
}

void RedisParts::flush(base::Millis at_most) {
    if (publisher_) {
        publisher_->flush(at_most);
    }
}

std::string RedisParts::trouble() {
    std::scoped_lock const lock{mutex_};
    return troubles_.empty() ? "" : troubles_.begin()->second;
}

redis::Tell RedisParts::teller(std::string const& part) {
    return [this, part](std::string const& trouble) { heard(part, trouble); };
}

// Each part tells again at each try, so what is not logged for being too soon is logged later, if
// it has not passed by then.
void RedisParts::heard(std::string const& part, std::string const& trouble) {
    std::scoped_lock const lock{mutex_};
    if (trouble.empty()) {
        troubles_.erase(part);
        if (troubles_.empty() && told_) {
            told_ = false;
            log_.info("redis", "back");
        }
        return;
    }
    troubles_[part] = trouble;
    auto const now = std::chrono::steady_clock::now();
    if (!told_ && now >= tell_again_at_) {
        told_ = true;
        tell_again_at_ = now + least_between;
        log_.warning("redis", "away; the work goes on without it", {{"why", trouble}});
    }
}

}  // namespace worker
