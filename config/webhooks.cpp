// The keys of the section `webhooks`. No complaint shows a secret, nor the path of an address,
// which may be one.
#include <algorithm>

#include "config/keys.h"
#include "config/secret.h"
#include "jobs/outbox.h"

namespace config {

namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t longest_url = 2'048;
constexpr SecretForm strong{.shortest = 16};

void read_target_url(Value const& value, std::string& into) {
    auto const& text = value.node().text;
    bool const web = text.starts_with("https://") || text.starts_with("http://");
    bool const plain = std::ranges::none_of(text, [](char c) { return c <= ' ' || c > '~'; });
    auto const host = text.substr(std::min(text.size(), text.find("://") + 3));
    bool const has_secret = host.substr(0, host.find_first_of("/?#")).contains('@');
    bool const fits = web && plain && !has_secret && text.size() <= longest_url;
    if (value.node().kind != Node::Kind::text || !fits) {
        value.mistake("expected an https:// address (what was given is not shown)");
        return;
    }
    into = text;
}

void read_events(Value const& value, std::vector<std::string>& into) {
    into.clear();
    for_each_item(value, [&](Value const& item) {
        std::string event;
        read_text(item, event);
        if (!event.empty() && !jobs::means_something(event)) {
            item.mistake(fmt::format("no event is called {}; expected one of {}, or one with `.*`",
                                     in_ticks(event), fmt::join(jobs::notice_kinds(), ", ")));
        }
        into.push_back(std::move(event));
    });
}

void read_users(Value const& value, std::vector<std::string>& into) {
    into.clear();
    for_each_item(value, [&](Value const& item) { read_text(item, into.emplace_back()); });
}

using End = WebhookEndpoint;

std::vector<Key<End>> const& endpoint_keys() {
    using Form = Key<End>::Form;
    static std::vector<Key<End>> const keys = {
        {"url", [](Value const& v, End& e) { read_target_url(v, e.url); }},
        {"secret", [](Value const& v, End& e) { read_secret(v, e.secret, strong); }},
        {"secret_file", [](Value const& v, End& e) { read_secret_file(v, e.secret, strong); }},
        {"previous_secret",
         [](Value const& v, End& e) { read_secret(v, e.previous_secret, strong); }},
        {"previous_secret_file",
         [](Value const& v, End& e) { read_secret_file(v, e.previous_secret, strong); }},
        {.name = "events",
         .read = [](Value const& v, End& e) { read_events(v, e.events); },
         .form = Form::tree},
        {.name = "users",
         .read = [](Value const& v, End& e) { read_users(v, e.users); },
         .form = Form::tree},
    };
    return keys;
}

void read_endpoints(Value const& value, Settings& settings) {
    settings.webhooks.endpoints.clear();
    for_each_key(value, [&](std::string const& name, Value const& section) {
        if (!is_name(name)) {
            section.mistake("expected a name of letters, digits, `_`, `-` and `.`");
            return;
        }
        End endpoint{.name = name};
        read_keys<End>(section, endpoint_keys(), endpoint);
        settings.webhooks.endpoints.push_back(std::move(endpoint));
    });
}

}  // namespace

std::vector<Key<Settings>> const& webhook_keys() {
    using Form = Key<Settings>::Form;
    static std::vector<Key<Settings>> const keys = {
        {"secret", [](Value const& v, Settings& s) { read_secret(v, s.webhooks.secret, strong); }},
        {"secret_file",
         [](Value const& v, Settings& s) { read_secret_file(v, s.webhooks.secret, strong); }},
        {"previous_secret",
         [](Value const& v, Settings& s) { read_secret(v, s.webhooks.previous_secret, strong); }},
        {"previous_secret_file",
         [](Value const& v, Settings& s) {
             read_secret_file(v, s.webhooks.previous_secret, strong);
         }},
        {"allow_http", [](Value const& v, Settings& s) { read_flag(v, s.webhooks.allow_http); }},
        {"allow_private",
         [](Value const& v, Settings& s) { read_flag(v, s.webhooks.allow_private); }},
        {"ca_file", [](Value const& v, Settings& s) { read_path(v, s.webhooks.ca_file); }},
        {"timeout",
         [](Value const& v, Settings& s) {
             read_duration(v, s.webhooks.timeout, milliseconds{50}, minutes{1});
         }},
        {"concurrency",
         [](Value const& v, Settings& s) { read_integer(v, s.webhooks.concurrency, 1, 256); }},
        {"retry_for",
         [](Value const& v, Settings& s) {
             read_duration(v, s.webhooks.retry_for, milliseconds{1}, days{30});
         }},
        {"first_retry",
         [](Value const& v, Settings& s) {
             read_duration(v, s.webhooks.first_retry, milliseconds{10}, days{1});
         }},
        {"longest_retry",
         [](Value const& v, Settings& s) {
             read_duration(v, s.webhooks.longest_retry, milliseconds{10}, days{1});
         }},
        {"keep", [](Value const& v,
                    Settings& s) { read_duration(v, s.webhooks.keep, seconds{1}, days{365}); }},
        {"warn_every",
         [](Value const& v, Settings& s) {
             read_duration(v, s.webhooks.warn_every, milliseconds{100}, days{1});
         }},
        {"balance_low",
         [](Value const& v, Settings& s) { read_credits(v, s.webhooks.balance_low, 0); }},
        {.name = "endpoints", .read = read_endpoints, .form = Form::tree},
    };
    return keys;
}

void check_webhooks(Value const& root, Settings const& settings) {
    auto const section = root.at("webhooks");
    if (!settings.webhooks.endpoints.empty() && !root.has("webhooks")) {
        return;
    }
    for (auto const& endpoint : settings.webhooks.endpoints) {
        auto const here = section.at("endpoints").at(endpoint.name);
        if (endpoint.url.empty()) {
            here.at("url").mistake("missing; messages are posted there");
        } else if (endpoint.url.starts_with("http://") && !settings.webhooks.allow_http) {
            here.at("url").mistake("http:// needs `webhooks.allow_http: true`");
        }
        if (endpoint.secret.empty()) {
            here.at("secret").mistake("missing; messages are signed with it (or `secret_file`)");
        }
    }
}

}  // namespace config
