// Finds the configuration, loads it once, opens the store once.
#include "worker/cli/context.h"

#include <cstdlib>
#include <filesystem>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/text.h"
#include "worker/cli/verb.h"

namespace worker::cli {

namespace {

constexpr base::Millis tell_redis_within{200};

template <typename T>
T take(config::Loaded<T> loaded) {
    if (loaded.value) {
        return std::move(*loaded.value);
    }
    std::string lines;
    for (auto const& problem : loaded.problems) {
        lines += (lines.empty() ? "" : "\n") + config::to_text(problem);
    }
    throw Stop(usage, lines);
}

// What only the adapter can judge is a mistake in the configuration all the same.
void check_redis(config::Redis const& redis) {
    try {
        if (redis.there()) {
            static_cast<void>(redis_settings(redis));
        }
    } catch (adapters::Unusable const& problem) {
        throw Stop(usage, problem.what());
    }
}

}  // namespace

Context::~Context() {
    if (redis_) {
        redis_->flush(tell_redis_within);
    }
}

std::string Context::config_file() const {
    if (!globals_.config.empty()) {
        return globals_.config;
    }
    if (auto const* const named = std::getenv("TALLYMAN_CONFIG"); named != nullptr && *named) {
        return named;
    }
    for (auto const* const usual : {"tallyman.yaml", "config/tallyman.yaml"}) {
        if (std::filesystem::exists(usual)) {
            return usual;
        }
    }
    return "";
}

config::Settings const& Context::settings() {
    if (!settings_) {
        auto settings = take(config::load_settings(config_file(), config::environment()));
        check_redis(settings.redis);
        settings_ = std::move(settings);
    }
    return *settings_;
}

pricing::Book const& Context::book() {
    if (!book_) {
        auto const& file = settings().prices_file;
        book_ = file.empty() ? config::default_book() : take(config::load_book(file));
    }
    return *book_;
}

adapters::Store& Context::store(Opening opening) {
    if (!store_) {
        silence_ = Log::silent();
        redis_.emplace(settings(), *silence_);
        store_ = redis_->announcing(open_store(settings(), opening));
    }
    return *store_;
}

void Context::print(boost::json::value const& value) {
    fmt::print("{}\n", boost::json::serialize(value));
}

int Context::refuse(wire::Refusal const& refusal, int code) const {
    complain(refusal.detail);
    if (json()) {
        print(wire::problem_json(refusal));
    }
    return code;
}

}  // namespace worker::cli
