// Who calls: `Authorization: Bearer` is a user, `X-Api-Key` a service. Nothing that is secret gets
// into an answer or a log.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/caller.h"
#include "adapters/http/message.h"
#include "adapters/identity/key_set.h"
#include "adapters/rate_limit.h"
#include "adapters/store.h"
#include "base/sha256.h"
#include "wire/json.h"
#include "worker/blocking_pool.h"
#include "worker/http/key_cache.h"
#include "worker/http/local_rate.h"
#include "worker/http/sessions.h"

namespace worker::http {

// Nobody is let in. Codes: unauthenticated (no credentials), ambiguous_credentials (both kinds, or
// one twice), unknown_scheme, tokens_not_accepted, token_… with a JwtRefusal's text, unknown_key,
// key_revoked, key_expired, rate_limited, too_many_attempts; of a console's cookie: session_over,
// cross_site.
struct Refused {
    wire::Refusal refusal;                        // a problem's code, detail, status and facts
    std::vector<adapters::http::Header> headers;  // WWW-Authenticate, Retry-After, RateLimit-…
};

struct Admitted {
    adapters::Caller caller;
    std::vector<adapters::http::Header> headers;  // RateLimit-Limit, …: for the answer
};

using Admission = std::expected<Admitted, Refused>;

// What a caller sees of a limit, in answers that let it in and in those that don't.
std::vector<adapters::http::Header> limit_headers(std::int64_t per_minute,
                                                  adapters::RateAnswer const& answer);

struct AuthenticatorParts {
    adapters::Store& store;  // asked on the pool only
    BlockingPool& pool;
    adapters::identity::KeySet* keys = nullptr;  // null: there are no users
    adapters::identity::JwtRules rules;
    adapters::RateLimit* shared_rate = nullptr;  // null: each process counts for itself
    std::int64_t user_per_minute = 0;            // requests of one user; 0: no limit
};

// For one executor's thread; everything that blocks is done on the pool.
class Authenticator {
public:
    explicit Authenticator(AuthenticatorParts parts) : parts_{std::move(parts)} {}

    // Throws adapters::Unavailable where the store has to be asked and can't be.
    // The request must outlive it.
    boost::asio::awaitable<Admission> authenticate(adapters::http::Request const& request);

    struct SignedIn {
        adapters::Caller caller;
        Sessions::Opened session;
    };

    // A session of the console for whoever has that key. Few attempts from one address a minute.
    // Throws as above; the request must outlive it.
    boost::asio::awaitable<std::expected<SignedIn, Refused>> sign_in(
        adapters::http::Request const& request, std::string_view key);

    void sign_out(adapters::http::Request const& request) { sessions_.close(session_in(request)); }

    // When the session that the request comes with ends; none: it comes with none.
    std::optional<base::Timestamp> session_until(adapters::http::Request const& request);

    // Says, until this goes, whether the session that the request comes with still lasts; empty: it
    // comes with none.
    std::function<bool()> session_lasts(adapters::http::Request const& request) const;

private:
    struct Verified {
        adapters::identity::Claims claims;
        std::uint64_t generation = 0;
    };

    boost::asio::awaitable<Admission> of_token(std::string_view token);
    std::optional<adapters::identity::Claims> remembered(base::Hash const& hash,
                                                         base::Timestamp now) const;
    void remember(base::Hash const& hash, adapters::identity::Claims const& claims,
                  base::Timestamp now);

    boost::asio::awaitable<Admission> of_session(adapters::http::Request const& request);
    boost::asio::awaitable<Admission> of_key(std::string_view text, std::string const& remote);
    boost::asio::awaitable<Admission> of_hash(std::string hash, std::string const& remote);
    boost::asio::awaitable<std::optional<adapters::ApiKey>> look_up(std::string hash);
    std::optional<adapters::ApiKey> ask_store(std::string const& hash);
    boost::asio::awaitable<Admission> of_user(std::string user);
    boost::asio::awaitable<Admission> within_limit(Admitted admitted, std::string name,
                                                   std::int64_t per_minute);

    AuthenticatorParts parts_;
    KeyCache cache_;
    LocalRateLimit local_rate_;
    Sessions sessions_;
    std::map<base::Hash, Verified> verified_;  // tokens, by their hash
};

}  // namespace worker::http
