// Who has signed in at the console: a random secret in a cookie stands for an API key, in this
// process's memory only. The secret itself is not kept, and neither is the key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/http/message.h"
#include "base/time.h"

namespace worker::http {

// For one executor's thread.
class Sessions {
public:
    static constexpr base::Millis longest{12 * 3'600'000};  // from signing in
    static constexpr base::Millis idlest{2 * 3'600'000};    // from the last request
    static constexpr std::size_t most = 1'000;              // the one that ends first makes room

    struct Opened {
        std::string secret;
        base::Timestamp until;
    };

    struct Known {
        std::string key_hash;  // of the API key that it stands for
        base::Timestamp until;
    };

    Opened open(std::string key_hash, base::Timestamp now);

    // None: there is no such session, or it is over. It has been used now.
    std::optional<Known> find(std::string_view secret, base::Timestamp now);

    // The same without using it, by the hash of its secret.
    [[nodiscard]] bool lasts(std::string const& hash, base::Timestamp now) const;

    void close(std::string_view secret);

    [[nodiscard]] std::size_t size() const { return kept_.size(); }

private:
    struct Session {
        std::string key_hash;
        base::Timestamp until;
        base::Timestamp used;
    };

    void make_room(base::Timestamp now);

    std::unordered_map<std::string, Session> kept_;  // by the hash of the secret
};

// The secret in the request's cookies; empty: there is none.
std::string_view session_in(adapters::http::Request const& request);

// Whether a page of this server made the request, as far as a browser tells: pages of others can
// neither send the console's header nor claim this origin. What changes something must show where
// it comes from; what only reads may do with the header or with the browser's word.
bool is_own_page(adapters::http::Request const& request);

// Set-Cookie; an empty secret takes the cookie away.
std::string session_cookie(std::string_view secret, bool secure);

}  // namespace worker::http
