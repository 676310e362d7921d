#include "worker/http/authenticate.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "adapters/identity/api_key.h"
#include "wire/job_request.h"

namespace worker::http {

namespace asio = boost::asio;
namespace identity = adapters::identity;
using adapters::http::Header;
using adapters::http::Request;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_verified = 10'000;

// Of keys that nobody remembers, from one address: a typing error costs nothing, guessing does.
constexpr adapters::Rate attempts{.count = 20, .period = base::Millis{1'000}, .burst = 1'000};

// Nobody types keys quicker than this.
constexpr adapters::Rate sign_ins{.count = 20, .period = base::Millis{60'000}, .burst = 20};

base::Timestamp now() {
    return std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
}

base::Timestamp minute_of(base::Timestamp at) {
    return std::chrono::floor<std::chrono::minutes>(at);
}

Refused not_known(std::string code, std::string detail, std::string challenge = "Bearer") {
    return {.refusal = {.code = std::move(code), .detail = std::move(detail), .status = 401},
            .headers = {{"WWW-Authenticate", std::move(challenge)}}};
}

Refused of_token_refusal(identity::JwtRefusal refusal) {
    return not_known("token_" + std::string{to_text(refusal)},
                     fmt::format("the token is not accepted: {}", to_text(refusal)),
                     "Bearer error=\"invalid_token\"");
}

std::string seconds(base::Millis wait) {
    return std::to_string(
        std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

Refused too_many(std::string code, std::string detail, base::Millis wait) {
    return {.refusal = {.code = std::move(code),
                        .detail = std::move(detail),
                        .status = 429,
                        .facts = {{"retry_after_ms", wait.count()}}},
            .headers = {{"Retry-After", seconds(wait)}}};
}

// More than one of a header is as good as none: who is meant?
struct Credentials {
    std::string_view bearer;
    std::string_view key;
    int authorizations = 0;
    int keys = 0;
};

Credentials credentials_in(Request const& request) {
    Credentials found;
    for (auto const& header : request.headers) {
        if (header.name == "authorization") {
            found.bearer = header.value;
            ++found.authorizations;
        } else if (header.name == "x-api-key") {
            found.key = header.value;
            ++found.keys;
        }
    }
    return found;
}

// "Bearer abc" -> "abc"; nothing: another scheme.
std::optional<std::string_view> token_in(std::string_view value) {
    constexpr std::string_view scheme = "bearer ";
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (value.size() < scheme.size() ||
        !std::ranges::equal(value.substr(0, scheme.size()), scheme, {}, lower)) {
        return std::nullopt;
    }
    value.remove_prefix(scheme.size());
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
    return value;
}

}  // namespace

std::vector<Header> limit_headers(std::int64_t per_minute, adapters::RateAnswer const& answer) {
    return {{"RateLimit-Limit", std::to_string(per_minute)},
            {"RateLimit-Remaining", std::to_string(std::max<std::int64_t>(0, answer.remaining))},
            {"RateLimit-Policy", fmt::format("{};w=60", per_minute)}};
}

asio::awaitable<Admission> Authenticator::authenticate(Request const& request) {
    auto const given = credentials_in(request);
    if (given.authorizations + given.keys == 0) {
        if (!session_in(request).empty()) {
            auto admission = co_await of_session(request);
            co_return admission;
        }
        co_return std::unexpected(
            not_known("unauthenticated", "give a token (Authorization: Bearer) or X-Api-Key"));
    }
    if (given.authorizations + given.keys > 1) {
        co_return std::unexpected(
            Refused{.refusal = {.code = "ambiguous_credentials",
                                .detail = "give either a token or an API key, and once"}});
    }
    if (given.keys == 1) {
        auto admission = co_await of_key(given.key, request.remote);
        co_return admission;
    }
    auto const token = token_in(given.bearer);
    if (!token) {
        co_return std::unexpected(
            not_known("unknown_scheme", "Authorization takes a token: Bearer TOKEN"));
    }
    auto admission = co_await of_token(*token);
    co_return admission;
}

asio::awaitable<Admission> Authenticator::of_token(std::string_view token) {
    if (parts_.keys == nullptr) {
        co_return std::unexpected(
            not_known("tokens_not_accepted", "no key for tokens is configured (auth.jwt)"));
    }
    if (token.size() > identity::most_token_bytes) {
        co_return std::unexpected(of_token_refusal(identity::JwtRefusal::too_large));
    }
    auto const hash = base::sha256(token);
    if (auto const claims = remembered(hash, now())) {
        auto admission = co_await of_user(claims->subject);
        co_return admission;
    }
    auto claims = parts_.keys->verify(token, parts_.rules, now());
    if (!claims && claims.error() == identity::JwtRefusal::unknown_key &&
        parts_.keys->may_refresh()) {
        auto const refresh = [this] { return parts_.keys->refresh(); };
        co_await parts_.pool.run(refresh);
        claims = parts_.keys->verify(token, parts_.rules, now());
    }
    if (claims && wire::mistake_in_user(claims->subject)) {
        claims = std::unexpected(identity::JwtRefusal::bad_subject);
    }
    if (!claims) {
        co_return std::unexpected(of_token_refusal(claims.error()));
    }
    remember(hash, *claims, now());
    auto admission = co_await of_user(claims->subject);
    co_return admission;
}

asio::awaitable<Admission> Authenticator::of_user(std::string user) {
    Admitted admitted{.caller = {.user = user}};
    auto admission =
        co_await within_limit(std::move(admitted), "user " + user, parts_.user_per_minute);
    co_return admission;
}

std::optional<identity::Claims> Authenticator::remembered(base::Hash const& hash,
                                                          base::Timestamp at) const {
    auto const found = verified_.find(hash);
    bool const holds = found != verified_.end() &&
                       found->second.generation == parts_.keys->generation() &&
                       at < found->second.claims.expires_at + parts_.rules.leeway;
    return holds ? std::optional{found->second.claims} : std::nullopt;
}

void Authenticator::remember(base::Hash const& hash, identity::Claims const& claims,
                             base::Timestamp at) {
    if (verified_.size() >= most_verified) {
        std::erase_if(verified_, [&](auto const& entry) {
            return entry.second.claims.expires_at + parts_.rules.leeway <= at;
        });
    }
    if (verified_.size() >= most_verified) {
        verified_.clear();
    }
    verified_.insert_or_assign(hash,
                               Verified{.claims = claims, .generation = parts_.keys->generation()});
}

// A cookie alone proves nothing: a browser sends it for whoever makes it ask.
asio::awaitable<Admission> Authenticator::of_session(Request const& request) {
    if (!is_own_page(request)) {
        co_return std::unexpected(
            Refused{.refusal = {.code = "cross_site",
                                .detail = "the console's cookie is for the console's own pages",
                                .status = 403}});
    }
    auto known = sessions_.find(session_in(request), now());
    if (!known) {
        co_return std::unexpected(
            not_known("session_over", "the session is over; sign in again", "X-Api-Key"));
    }
    auto admission = co_await of_hash(std::move(known->key_hash), request.remote);
    if (!admission && admission.error().refusal.status == 401) {
        sessions_.close(session_in(request));
    }
    co_return admission;
}

asio::awaitable<std::expected<Authenticator::SignedIn, Refused>> Authenticator::sign_in(
    Request const& request, std::string_view key) {
    if (!is_own_page(request)) {
        co_return std::unexpected(
            Refused{.refusal = {.code = "cross_site",
                                .detail = "only the console's own pages can sign in here",
                                .status = 403}});
    }
    auto const attempt = local_rate_.take("sign-in " + request.remote, sign_ins, 1);
    if (!attempt.allowed) {
        co_return std::unexpected(too_many(
            "too_many_attempts", "too many attempts to sign in from here", attempt.retry_after));
    }
    auto admission = co_await of_key(key, request.remote);
    if (!admission) {
        co_return std::unexpected(std::move(admission.error()));
    }
    co_return SignedIn{.caller = std::move(admission->caller),
                       .session = sessions_.open(identity::hash_of_api_key(key), now())};
}

std::optional<base::Timestamp> Authenticator::session_until(Request const& request) {
    auto const known = sessions_.find(session_in(request), now());
    return known ? std::optional{known->until} : std::nullopt;
}

std::function<bool()> Authenticator::session_lasts(Request const& request) const {
    auto const given = credentials_in(request);
    auto const secret = session_in(request);
    if (given.authorizations + given.keys > 0 || secret.empty()) {
        return {};
    }
    return
        [this, hash = identity::hash_of_api_key(secret)] { return sessions_.lasts(hash, now()); };
}

namespace {

auto unknown() {
    return std::unexpected(not_known("unknown_key", "there is no such API key", "X-Api-Key"));
}

}  // namespace

asio::awaitable<Admission> Authenticator::of_key(std::string_view text, std::string const& remote) {
    if (!identity::is_api_key(text)) {
        co_return unknown();
    }
    auto admission = co_await of_hash(identity::hash_of_api_key(text), remote);
    co_return admission;
}

asio::awaitable<Admission> Authenticator::of_hash(std::string hash, std::string const& remote) {
    auto known = cache_.find(hash, Steady::now());
    if (!known) {
        auto const guess = local_rate_.take("address " + remote, attempts, 1);
        if (!guess.allowed) {
            co_return std::unexpected(too_many(
                "too_many_attempts", "too many unknown API keys from here", guess.retry_after));
        }
    }
    if (!known || known->to_refresh) {
        auto key = co_await look_up(std::move(hash));
        known = KeyCache::Found{.key = std::move(key)};
    }
    if (!known->key) {
        co_return unknown();
    }
    auto const& key = *known->key;
    if (key.revoked_at) {
        co_return std::unexpected(not_known(
            "key_revoked", fmt::format("the API key {} is revoked", key.prefix), "X-Api-Key"));
    }
    if (key.expires_at && *key.expires_at <= now()) {
        co_return std::unexpected(not_known(
            "key_expired", fmt::format("the API key {} has expired", key.prefix), "X-Api-Key"));
    }
    Admitted admitted{
        .caller = {
            .key = key.number, .name = key.name, .scopes = key.scopes, .capped = key.capped()}};
    auto admission = co_await within_limit(std::move(admitted), "key " + std::to_string(key.number),
                                           key.per_minute);
    co_return admission;
}

asio::awaitable<std::optional<adapters::ApiKey>> Authenticator::look_up(std::string hash) {
    auto const ask = [this, &hash] { return ask_store(hash); };
    auto key = co_await parts_.pool.run(ask);
    co_return key;
}

// On the pool. When it was last used is noted with the look-up that it needs anyway; that it could
// not be noted keeps nobody out.
std::optional<adapters::ApiKey> Authenticator::ask_store(std::string const& hash) {
    auto const asked = Steady::now();
    auto key = parts_.store.find_api_key(hash);
    cache_.put(hash, key, asked);
    auto const minute = minute_of(now());
    if (key && !key->revoked_at && key->last_used_at.value_or(base::Timestamp{}) < minute) {
        try {
            parts_.store.touch_api_key(key->number, minute);
        } catch (adapters::Unavailable const&) {
        }
    }
    return key;
}

asio::awaitable<Admission> Authenticator::within_limit(Admitted admitted, std::string name,
                                                       std::int64_t per_minute) {
    if (per_minute <= 0) {
        co_return admitted;
    }
    adapters::Rate const rate{
        .count = per_minute, .period = base::Millis{60'000}, .burst = per_minute};
    adapters::RateAnswer answer{.asked = false};
    if (parts_.shared_rate != nullptr) {
        auto const take = [&] { return parts_.shared_rate->take(name, rate, 1); };
        answer = co_await parts_.pool.run(take);
    }
    if (!answer.asked) {
        answer = local_rate_.take(name, rate, 1);
    }
    admitted.headers = limit_headers(per_minute, answer);
    if (answer.allowed) {
        co_return admitted;
    }
    auto refused =
        too_many("rate_limited", fmt::format("more than {} requests a minute", per_minute),
                 answer.retry_after);
    auto const frees = now() + answer.retry_after;
    refused.refusal.facts["guard"] = admitted.caller.is_user() ? "account_rate" : "key_rate";
    refused.refusal.facts["limit"] = per_minute;
    refused.refusal.facts["used"] = per_minute - answer.remaining;
    refused.refusal.facts["frees_at"] = base::to_ms(frees);
    std::ranges::move(admitted.headers, std::back_inserter(refused.headers));
    co_return std::unexpected(std::move(refused));
}

}  // namespace worker::http
