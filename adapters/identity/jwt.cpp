#include "adapters/identity/jwt.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "adapters/plain_json.h"
#include "base/base64.h"

namespace adapters::identity {

namespace {

namespace json = boost::json;
using enum JwtRefusal;

constexpr std::size_t longest_subject = 128;
constexpr std::int64_t latest = 253'402'300'799;  // the last second of the year 9999

struct Parts {
    std::string_view signed_text;  // header and claims, as they were sent
    std::string_view header;
    std::string_view claims;
    std::string_view signature;
};

std::optional<Parts> split(std::string_view token) {
    auto const first = token.find('.');
    auto const second = first == token.npos ? first : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos) {
        return std::nullopt;
    }
    return Parts{.signed_text = token.substr(0, second),
                 .header = token.substr(0, first),
                 .claims = token.substr(first + 1, second - first - 1),
                 .signature = token.substr(second + 1)};
}

std::optional<json::object> decoded(std::string_view part) {
    auto const bytes = base::from_base64url(part);
    return bytes ? plain_object(*bytes) : std::nullopt;
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
    using Named = std::pair<std::string_view, Algorithm>;
    constexpr std::array<Named, 5> known{{{"HS256", Algorithm::hs256},
                                          {"RS256", Algorithm::rs256},
                                          {"ES256", Algorithm::es256},
                                          {"EdDSA", Algorithm::eddsa},
                                          {"Ed25519", Algorithm::eddsa}}};
    auto const* const found = std::ranges::find(known, name, &Named::first);
    return found == known.end() ? std::nullopt : std::optional{found->second};
}

struct Wanted {
    Algorithm algorithm = Algorithm::hs256;
    std::string id;  // empty: the token names no key
};

std::expected<Wanted, JwtRefusal> read_header(json::object const& header) {
    if (header.contains("crit") || header.contains("b64")) {
        return std::unexpected(critical);
    }
    auto const name = text_of(header, "alg");
    if (!name) {
        return std::unexpected(malformed);
    }
    auto const algorithm = algorithm_named(*name);
    if (!algorithm) {
        return std::unexpected(wrong_algorithm);
    }
    auto const id = text_of(header, "kid");
    if (header.contains("kid") && !id) {
        return std::unexpected(malformed);
    }
    return Wanted{.algorithm = *algorithm, .id = std::string{id.value_or("")}};
}

// A key that the token does not name, and that is not anonymous, is none of its own.
bool may_be_meant(Key const& key, std::string const& id) {
    return id.empty() || key.id().empty() || key.id() == id;
}

std::expected<void, JwtRefusal> check_signature(Parts const& parts, std::span<Key const> keys) {
    auto const header = decoded(parts.header);
    auto const signature = base::from_base64url(parts.signature);
    if (!header || !signature) {
        return std::unexpected(malformed);
    }
    auto const wanted = read_header(*header);
    if (!wanted) {
        return std::unexpected(wanted.error());
    }
    std::optional<JwtRefusal> refusal;
    for (auto const& key : keys) {
        if (!may_be_meant(key, wanted->id)) {
            continue;
        }
        if (key.algorithm() != wanted->algorithm) {
            refusal = refusal.value_or(wrong_algorithm);
        } else if (key.verifies(parts.signed_text, *signature)) {
            return {};
        } else {
            refusal = bad_signature;
        }
    }
    return std::unexpected(refusal.value_or(unknown_key));
}

// Seconds, perhaps with a fraction, which is cut off. Nothing: no number, or out of all bounds.
std::optional<base::Timestamp> time_of(json::value const& value) {
    std::int64_t seconds = 0;
    if (auto const* const whole = value.if_int64()) {
        seconds = *whole;
    } else if (auto const* const real = value.if_double();
               real != nullptr && *real >= 0 && *real <= static_cast<double>(latest)) {
        seconds = static_cast<std::int64_t>(*real);
    } else {
        return std::nullopt;
    }
    bool const sane = seconds >= 0 && seconds <= latest;
    return sane ? std::optional{base::from_ms(seconds * 1'000)} : std::nullopt;
}

std::expected<base::Timestamp, JwtRefusal> check_times(json::object const& claims,
                                                       base::Millis leeway, base::Timestamp now) {
    auto const* const expiry = claims.if_contains("exp");
    if (expiry == nullptr) {
        return std::unexpected(no_expiry);
    }
    auto const expires_at = time_of(*expiry);
    if (!expires_at) {
        return std::unexpected(malformed);
    }
    for (auto const* const name : {"nbf", "iat"}) {
        auto const* const begin = claims.if_contains(name);
        auto const at = begin == nullptr ? base::Timestamp{} : time_of(*begin);
        if (!at) {
            return std::unexpected(malformed);
        }
        if (*at - leeway > now) {
            return std::unexpected(not_yet);
        }
    }
    if (*expires_at + leeway <= now) {
        return std::unexpected(expired);
    }
    return *expires_at;
}

bool is_issuer(json::object const& claims, std::string const& issuer) {
    return issuer.empty() || text_of(claims, "iss") == issuer;
}

bool is_for(json::object const& claims, std::string const& audience) {
    auto const* const value = claims.if_contains("aud");
    if (value == nullptr || audience.empty()) {
        return value == nullptr && audience.empty();
    }
    if (auto const* const list = value->if_array()) {
        return std::ranges::any_of(*list, [&](json::value const& item) {
            return item.is_string() && item.get_string() == audience;
        });
    }
    return value->is_string() && value->get_string() == audience;
}

// It becomes a user id, in logs and on terminals.
bool is_sane(std::string_view subject) {
    auto const is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    return !subject.empty() && subject.size() <= longest_subject &&
           std::ranges::none_of(subject, is_control);
}

std::expected<Claims, JwtRefusal> read_claims(json::object const& claims, JwtRules const& rules,
                                              base::Timestamp now) {
    auto const expires_at = check_times(claims, rules.leeway, now);
    if (!expires_at) {
        return std::unexpected(expires_at.error());
    }
    if (!is_issuer(claims, rules.issuer)) {
        return std::unexpected(wrong_issuer);
    }
    if (!is_for(claims, rules.audience)) {
        return std::unexpected(wrong_audience);
    }
    auto const subject = text_of(claims, "sub");
    if (!subject || !is_sane(*subject)) {
        return std::unexpected(bad_subject);
    }
    return Claims{.subject = std::string{*subject}, .expires_at = *expires_at};
}

}  // namespace

std::string_view to_text(JwtRefusal refusal) {
    switch (refusal) {
        case malformed:
            return "malformed";
        case too_large:
            return "too_large";
        case wrong_algorithm:
            return "wrong_algorithm";
        case critical:
            return "critical";
        case unknown_key:
            return "unknown_key";
        case bad_signature:
            return "bad_signature";
        case no_expiry:
            return "no_expiry";
        case expired:
            return "expired";
        case not_yet:
            return "not_yet";
        case wrong_issuer:
            return "wrong_issuer";
        case wrong_audience:
            return "wrong_audience";
        case bad_subject:
            return "bad_subject";
    }
    return "";
}

std::expected<Claims, JwtRefusal> verify_jwt(std::string_view token, std::span<Key const> keys,
                                             JwtRules const& rules, base::Timestamp now) {
    if (token.size() > most_token_bytes) {
        return std::unexpected(too_large);
    }
    auto const parts = split(token);
    if (!parts) {
        return std::unexpected(malformed);
    }
    if (auto const good = check_signature(*parts, keys); !good) {
        return std::unexpected(good.error());
    }
    auto const claims = decoded(parts->claims);
    return claims ? read_claims(*claims, rules, now) : std::unexpected(malformed);
}

}  // namespace adapters::identity
