#include "worker/identity.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/fetch/document.h"
#include "adapters/identity/api_key.h"
#include "adapters/identity/jwk.h"
#include "worker/key_file.h"

namespace worker {

namespace identity = adapters::identity;
using adapters::Unusable;

namespace {

constexpr std::size_t most_key_set = 256 * 1024;

void add(std::vector<identity::Key>& keys,
         std::expected<std::vector<identity::Key>, std::string> more, std::string_view key,
         std::filesystem::path const& file) {
    if (!more) {
        throw Unusable{fmt::format("auth.jwt.{}: {} {}", key, file.string(), more.error())};
    }
    std::ranges::move(*more, std::back_inserter(keys));
}

std::vector<identity::Key> given_keys(config::Jwt const& jwt) {
    std::vector<identity::Key> keys;
    if (!jwt.secret.empty()) {
        auto key = identity::Key::from_secret(jwt.secret);
        if (!key) {
            throw Unusable{"auth.jwt.secret: " + key.error()};
        }
        keys.push_back(std::move(*key));
    }
    for (auto const& file : jwt.key_files) {
        add(keys, identity::keys_from_pem(content_of(file)), "key_files", file);
    }
    if (!jwt.jwks_file.empty()) {
        add(keys, identity::keys_from_jwks(content_of(jwt.jwks_file), identity::JwksFrom::file),
            "jwks_file", jwt.jwks_file);
    }
    return keys;
}

bool had_admin(std::vector<adapters::ApiKey> const& keys) {
    return std::ranges::any_of(keys, [](adapters::ApiKey const& key) {
        return std::ranges::find(key.scopes, adapters::Scope::admin) != key.scopes.end();
    });
}

// Empty: there is no file.
std::string read_key(std::filesystem::path const& file) {
    auto text = read_private(file);
    if (!text.empty() && !identity::is_api_key(text)) {
        throw Unusable{
            fmt::format("{}: holds no API key; remove it, and a new one is made", file.string())};
    }
    return text;
}

}  // namespace

std::unique_ptr<identity::KeySet> make_key_set(config::Jwt const& jwt, identity::Fetch fetch,
                                               identity::TellFetch tell) {
    if (!jwt.there()) {
        return nullptr;
    }
    if (!jwt.jwks_url.empty() && !fetch) {
        throw Unusable{"auth.jwt.jwks_url: this program can't fetch it; use jwks_file"};
    }
    return std::make_unique<identity::KeySet>(identity::KeySetOptions{
        .keys = given_keys(jwt),
        .fetch = jwt.jwks_url.empty() ? identity::Fetch{} : std::move(fetch),
        .tell = std::move(tell)});
}

// The address is the operator's own word, so it may lead into a private network. What was asked for
// in the clear, from this machine, is not got from elsewhere.
identity::Fetch fetch_of(std::string const& jwks_url) {
    adapters::fetch::FetchOptions options{.max_size = most_key_set,
                                          .connect_timeout = base::Millis{5'000},
                                          .idle_timeout = base::Millis{5'000},
                                          .total_timeout = base::Millis{10'000},
                                          .redirects = jwks_url.starts_with("https://") ? 3 : 0,
                                          .allow_private = true,
                                          .allow_any_port = true};
    return [jwks_url, options]() -> std::expected<std::string, std::string> {
        auto text = adapters::fetch::fetch_document(jwks_url, options);
        if (!text) {
            return std::unexpected{std::move(text.error().message)};
        }
        return std::move(*text);
    };
}

identity::JwtRules jwt_rules(config::Jwt const& jwt) {
    return {.issuer = jwt.issuer, .audience = jwt.audience, .leeway = jwt.leeway};
}

std::optional<std::filesystem::path> make_first_admin_key(adapters::Store& store,
                                                          std::filesystem::path const& file) {
    if (had_admin(store.api_keys())) {
        return std::nullopt;
    }
    auto text = read_key(file);
    if (text.empty()) {
        write_private(identity::make_api_key().text, file);
        text = read_key(file);  // of whoever was first
    }
    auto key = identity::describe_api_key(text);
    key.name = "admin";
    key.scopes = {adapters::Scope::admin};
    store.add_api_key(key);
    return file;
}

}  // namespace worker
