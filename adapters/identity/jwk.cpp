#include "adapters/identity/jwk.h"

#include <memory>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "adapters/plain_json.h"
#include "base/base64.h"
#include "base/free_by.h"

namespace adapters::identity {

namespace {

namespace json = boost::json;

constexpr std::size_t most_keys = 64;
constexpr std::size_t longest_id = 256;
constexpr std::size_t most_modulus = 1024 + 1;
constexpr std::size_t most_exponent = 8;
constexpr std::size_t coordinate = 32;

using Builder = std::unique_ptr<OSSL_PARAM_BLD, base::FreeBy<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, base::FreeBy<OSSL_PARAM_free>>;
using Making = std::unique_ptr<EVP_PKEY_CTX, base::FreeBy<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, base::FreeBy<BN_free>>;

unsigned char const* bytes_of(std::string const& text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::optional<std::string> bytes_in(json::object const& jwk, std::string_view name) {
    auto const text = text_of(jwk, name);
    return text ? base::from_base64url(*text) : std::nullopt;
}

PublicKey made(char const* type, OSSL_PARAM_BLD* builder) {
    Parameters const parameters{OSSL_PARAM_BLD_to_param(builder)};
    Making const making{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    EVP_PKEY* key = nullptr;
    if (!parameters || !making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
        EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        return nullptr;
    }
    return PublicKey{key};
}

PublicKey rsa_key(json::object const& jwk) {
    auto const n = bytes_in(jwk, "n");
    auto const e = bytes_in(jwk, "e");
    if (!n || !e || n->size() > most_modulus || e->empty() || e->size() > most_exponent) {
        return nullptr;
    }
    Number const modulus{BN_bin2bn(bytes_of(*n), static_cast<int>(n->size()), nullptr)};
    Number const exponent{BN_bin2bn(bytes_of(*e), static_cast<int>(e->size()), nullptr)};
    Builder const builder{OSSL_PARAM_BLD_new()};
    bool const sane = modulus && exponent && builder && BN_is_odd(modulus.get()) &&
                      BN_is_odd(exponent.get()) && !BN_is_one(exponent.get());
    if (!sane || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return nullptr;
    }
    return made("RSA", builder.get());
}

PublicKey p256_key(json::object const& jwk) {
    auto const x = bytes_in(jwk, "x");
    auto const y = bytes_in(jwk, "y");
    if (!x || !y || x->size() != coordinate || y->size() != coordinate) {
        return nullptr;
    }
    auto const point = "\x04" + *x + *y;
    Builder const builder{OSSL_PARAM_BLD_new()};
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) !=
            1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1) {
        return nullptr;
    }
    return made("EC", builder.get());
}

PublicKey ed25519_key(json::object const& jwk) {
    auto const x = bytes_in(jwk, "x");
    if (!x || x->size() != coordinate) {
        return nullptr;
    }
    return PublicKey{
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size())};
}

using MaybeKey = std::optional<std::expected<Key, std::string>>;

MaybeKey public_key(PublicKey key, std::string const& id) {
    ERR_clear_error();
    if (!key) {
        return std::unexpected(std::string{"is broken"});
    }
    return Key::from_public(std::move(key), id);
}

// A key for signing with the algorithm that its kind means, as far as it says anything of that.
bool is_for(json::object const& jwk, std::string_view algorithm, std::string_view other = "") {
    auto const use = text_of(jwk, "use");
    auto const named = text_of(jwk, "alg");
    return (!use || *use == "sig") &&
           (!named || *named == algorithm || (!other.empty() && *named == other));
}

// Nothing: a key that is not for us.
MaybeKey key_of(json::object const& jwk, JwksFrom from) {
    auto const kind = text_of(jwk, "kty").value_or("");
    auto const curve = text_of(jwk, "crv").value_or("");
    std::string const id{text_of(jwk, "kid").value_or("")};
    if (id.size() > longest_id) {
        return std::nullopt;
    }
    if (kind == "RSA" && is_for(jwk, "RS256")) {
        return public_key(rsa_key(jwk), id);
    }
    if (kind == "EC" && curve == "P-256" && is_for(jwk, "ES256")) {
        return public_key(p256_key(jwk), id);
    }
    if (kind == "OKP" && curve == "Ed25519" && is_for(jwk, "EdDSA", "Ed25519")) {
        return public_key(ed25519_key(jwk), id);
    }
    if (kind == "oct" && from == JwksFrom::file && is_for(jwk, "HS256")) {
        return Key::from_secret(bytes_in(jwk, "k").value_or(""), id);
    }
    return std::nullopt;
}

}  // namespace

std::expected<std::vector<Key>, std::string> keys_from_jwks(std::string_view text, JwksFrom from) {
    if (text.size() > most_jwks_bytes) {
        return std::unexpected(fmt::format("is larger than {} bytes", most_jwks_bytes));
    }
    auto const document = plain_object(text);
    auto const* const list = document ? document->if_contains("keys") : nullptr;
    if (list == nullptr || !list->is_array() || list->get_array().size() > most_keys) {
        return std::unexpected(fmt::format("is no key set with up to {} `keys`", most_keys));
    }
    std::vector<Key> keys;
    std::string fault = "has no key for RS256, ES256 or EdDSA";
    for (auto const& item : list->get_array()) {
        auto const* const jwk = item.if_object();
        auto key = jwk == nullptr ? MaybeKey{} : key_of(*jwk, from);
        if (key && !*key) {
            fault = "has no key that can be used; one of them " + key->error();
        } else if (key) {
            keys.push_back(std::move(**key));
        }
    }
    if (keys.empty()) {
        return std::unexpected(fault);
    }
    return keys;
}

}  // namespace adapters::identity
