// The keys of the section `redis`. How a url is made up is for the adapter to say; here is seen
// that each key has what it must have at all, and no complaint shows a secret.
#include <algorithm>

#include "config/keys.h"
#include "config/secret.h"

namespace config {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

void take_redis_url(Value const& value, std::string const& text, std::string& into) {
    auto const scheme = text.substr(0, text.find("://"));
    if (scheme == text || !is_among(std::vector<std::string>{"redis", "rediss", "unix"}, scheme) ||
        bad_byte(text)) {
        value.mistake(
            "expected redis://HOST:PORT, rediss://… or unix:///PATH (what was given is "
            "not shown)");
        return;
    }
    into = text;
}

void read_redis_url(Value const& value, std::string& into) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text) {
        value.mistake("expected redis://HOST:PORT, rediss://… or unix:///PATH");
    } else if (node.text.empty()) {
        into.clear();  // no Redis
    } else {
        take_redis_url(value, node.text, into);
    }
}

void read_redis_url_file(Value const& value, std::string& into) {
    if (auto const text = content_of_file(value)) {
        take_redis_url(value, *text, into);
    }
}

void read_sentinels(Value const& value, Redis& redis) {
    redis.sentinels.clear();
    for_each_item(value,
                  [&](Value const& item) { read_text(item, redis.sentinels.emplace_back()); });
}

}  // namespace

std::vector<Key<Settings>> const& redis_keys() {
    using Form = Key<Settings>::Form;
    static std::vector<Key<Settings>> const keys = {
        {"url", [](Value const& v, Settings& s) { read_redis_url(v, s.redis.url); }},
        {"url_file", [](Value const& v, Settings& s) { read_redis_url_file(v, s.redis.url); }},
        {"user", [](Value const& v, Settings& s) { read_text(v, s.redis.user); }},
        {"password",
         [](Value const& v, Settings& s) { read_secret(v, s.redis.password, {.shortest = 0}); }},
        {"password_file",
         [](Value const& v, Settings& s) {
             read_secret_file(v, s.redis.password, {.shortest = 0});
         }},
        {"prefix", [](Value const& v, Settings& s) { read_text(v, s.redis.prefix); }},
        {.name = "sentinels",
         .read = [](Value const& v, Settings& s) { read_sentinels(v, s.redis); },
         .form = Form::tree},
        {"master", [](Value const& v, Settings& s) { read_text(v, s.redis.master); }},
        {"sentinel_password",
         [](Value const& v, Settings& s) {
             read_secret(v, s.redis.sentinel_password, {.shortest = 0});
         }},
        {"sentinel_password_file",
         [](Value const& v, Settings& s) {
             read_secret_file(v, s.redis.sentinel_password, {.shortest = 0});
         }},
        {"ca_file", [](Value const& v, Settings& s) { read_path(v, s.redis.ca_file); }},
        {"cert_file", [](Value const& v, Settings& s) { read_path(v, s.redis.cert_file); }},
        {"key_file", [](Value const& v, Settings& s) { read_path(v, s.redis.key_file); }},
        {"timeout",
         [](Value const& v, Settings& s) {
             read_duration(v, s.redis.timeout, milliseconds{10}, minutes{1});
         }},
        {"intake", [](Value const& v, Settings& s) { read_flag(v, s.redis.intake); }},
    };
    return keys;
}

void check_redis(Value const& root, Settings const& settings) {
    auto const redis = root.at("redis");
    for (std::string const key : {"url", "password", "sentinel_password"}) {
        if (redis.has(key) && redis.has(key + "_file")) {
            redis.at(key + "_file")
                .mistake(fmt::format("given beside `{}`, expected one of the two", key));
        }
    }
    if (settings.redis.sentinels.empty() != settings.redis.master.empty()) {
        redis.at("master").mistake("expected exactly where there are `sentinels`");
    }
}

}  // namespace config
