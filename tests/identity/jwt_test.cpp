// Which tokens are believed. Every refusal has its own test; the tokens are made by OpenSSL.
#include "adapters/identity/jwt.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "tests/identity/signer.h"

namespace tests {
namespace {

using namespace adapters::identity;
using enum JwtRefusal;

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view good_claims = R"({"sub":"ann","exp":2000})";
base::Timestamp const now = base::from_ms(1'000'000);

std::vector<Key> only(Key key) {
    std::vector<Key> keys;
    keys.push_back(std::move(key));
    return keys;
}

std::vector<Key> by_secret() {
    return only(Key::from_secret(std::string{secret}).value());
}

// "ann", or the refusal's text.
std::string verdict(std::string_view token, std::span<Key const> keys, JwtRules const& rules = {}) {
    auto const claims = verify_jwt(token, keys, rules, now);
    return claims ? claims->subject : std::string{to_text(claims.error())};
}

std::string verdict_of(std::string_view claims, JwtRules const& rules = {}) {
    return verdict(token_by_secret(secret, hs256, claims), by_secret(), rules);
}

std::string verdict_of_header(std::string_view header) {
    return verdict(token_by_secret(secret, header, good_claims), by_secret());
}

// RFC 7515, appendix A.1: made by somebody else.
TEST(Jwt, TheTokenOfTheStandardIsVerified) {
    auto const key = base::from_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    auto const keys = only(Key::from_secret(key.value()).value());
    std::string_view const token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        "VlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    EXPECT_EQ(verdict(token, keys), "bad_subject") << "it holds, and names nobody";
    auto const late = verify_jwt(token, keys, {}, base::from_ms(1'300'819'441'000));
    EXPECT_EQ(late.error(), expired);
}

TEST(Jwt, EachAlgorithmIsVerifiedByItsKey) {
    EXPECT_EQ(verdict_of(good_claims), "ann");
    auto const rsa = Signer::rsa();
    EXPECT_EQ(verdict(rsa.token(good_claims), only(rsa.key())), "ann");
    auto const curve = Signer::curve();
    EXPECT_EQ(verdict(curve.token(good_claims), only(curve.key())), "ann");
    auto const edwards = Signer::ed25519();
    EXPECT_EQ(verdict(edwards.token(good_claims), only(edwards.key())), "ann");
    EXPECT_EQ(verdict(edwards.token(R"({"alg":"Ed25519"})", good_claims), only(edwards.key())),
              "ann");
}

// r or s is short in one of 128 signatures.
TEST(Jwt, EverySignatureOfACurveIsVerified) {
    auto const curve = Signer::curve();
    auto const keys = only(curve.key());
    for (int n = 0; n < 600; ++n) {
        auto const token = curve.token(R"({"sub":"ann","exp":2000,"n":)" + std::to_string(n) + "}");
        ASSERT_EQ(verdict(token, keys), "ann") << token;
    }
}

TEST(Jwt, AnyBitThatIsChangedIsRefused) {
    auto const curve = Signer::curve();
    auto const rsa = Signer::rsa();
    auto const edwards = Signer::ed25519();
    for (auto const* const signer : {&curve, &rsa, &edwards}) {
        auto const keys = only(signer->key());
        auto const token = signer->token(good_claims);
        for (std::size_t at = 0; at < token.size(); at += 1 + at % 3) {
            auto changed = token;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            ASSERT_NE(verdict(changed, keys), "ann") << at;
        }
    }
}

TEST(Jwt, AnotherKeysSignatureIsRefused) {
    auto const mine = Signer::rsa();
    auto const other = Signer::rsa();
    EXPECT_EQ(verdict(other.token(good_claims), only(mine.key())), "bad_signature");
    EXPECT_EQ(verdict(token_by_secret("another secret that is long enough", hs256, good_claims),
                      by_secret()),
              "bad_signature");
}

TEST(Jwt, SignaturesOfAnotherSizeAreRefused) {
    auto const text = base::to_base64url(hs256) + "." + base::to_base64url(good_claims);
    auto const code = hmac(secret, text);
    for (auto const& signature :
         {std::string{}, code.substr(0, 31), code + "x", code + code, std::string(32, '\0')}) {
        EXPECT_EQ(verdict(text + "." + base::to_base64url(signature), by_secret()),
                  "bad_signature");
    }
    auto const curve = Signer::curve();
    auto const signed_text =
        base::to_base64url(curve.header()) + "." + base::to_base64url(good_claims);
    auto const raw = curve.sign(signed_text);
    for (auto const& signature : {std::string{}, raw.substr(0, 63), raw + "x",
                                  std::string(64, '\0'), std::string(64, '\xFF')}) {
        EXPECT_EQ(verdict(signed_text + "." + base::to_base64url(signature), only(curve.key())),
                  "bad_signature");
    }
}

TEST(Jwt, NoneIsNoAlgorithm) {
    auto const text =
        base::to_base64url(R"({"alg":"none"})") + "." + base::to_base64url(good_claims) + ".";
    EXPECT_EQ(verdict(text, by_secret()), "wrong_algorithm");
    EXPECT_EQ(verdict(text, {}), "wrong_algorithm");
    EXPECT_EQ(verdict_of_header(R"({"alg":"None"})"), "wrong_algorithm");
    EXPECT_EQ(verdict_of_header(R"({"alg":"hs256"})"), "wrong_algorithm");
    EXPECT_EQ(verdict_of_header(R"({"alg":"HS512"})"), "wrong_algorithm");
    EXPECT_EQ(verdict_of_header(R"({"alg":""})"), "wrong_algorithm");
}

// The classic: what is public is taken for the secret.
TEST(Jwt, APublicKeyIsNoSecret) {
    auto const rsa = Signer::rsa();
    for (auto const& guess : {rsa.pem(), rsa.jwk()}) {
        EXPECT_EQ(verdict(token_by_secret(guess, hs256, good_claims), only(rsa.key())),
                  "wrong_algorithm");
    }
    auto const named = Signer::rsa(2048, "k");
    EXPECT_EQ(verdict(token_by_secret(named.pem(), R"({"alg":"HS256","kid":"k"})", good_claims),
                      only(named.key())),
              "wrong_algorithm");
}

TEST(Jwt, AnAlgorithmOfAnotherKindOfKeyIsRefused) {
    auto const rsa = Signer::rsa();
    auto const curve = Signer::curve();
    EXPECT_EQ(verdict(rsa.token(R"({"alg":"ES256"})", good_claims), only(rsa.key())),
              "wrong_algorithm");
    EXPECT_EQ(verdict(curve.token(R"({"alg":"RS256"})", good_claims), only(rsa.key())),
              "bad_signature");
}

TEST(Jwt, TheKeyThatItNamesIsTheOneThatCounts) {
    auto const one = Signer::rsa(2048, "one");
    auto const two = Signer::rsa(2048, "two");
    std::vector<Key> keys;
    keys.push_back(one.key());
    keys.push_back(two.key());
    EXPECT_EQ(verdict(two.token(good_claims), keys), "ann");
    EXPECT_EQ(verdict(two.token(R"({"alg":"RS256","kid":"one"})", good_claims), keys),
              "bad_signature");
    EXPECT_EQ(verdict(two.token(R"({"alg":"RS256","kid":"three"})", good_claims), keys),
              "unknown_key");
    EXPECT_EQ(verdict(two.token(R"({"alg":"RS256"})", good_claims), keys), "ann");
    EXPECT_EQ(verdict(two.token(R"({"alg":"RS256","kid":2})", good_claims), keys), "malformed");
    EXPECT_EQ(verdict(two.token(good_claims), {}), "unknown_key");
}

TEST(Jwt, WithoutANameAKeyServesForAll) {
    auto const rsa = Signer::rsa();
    EXPECT_EQ(verdict(rsa.token(R"({"alg":"RS256","kid":"any"})", good_claims), only(rsa.key())),
              "ann");
}

TEST(Jwt, ExtensionsThatMustBeUnderstoodAreRefused) {
    EXPECT_EQ(verdict_of_header(R"({"alg":"HS256","crit":["exp"],"exp":1})"), "critical");
    EXPECT_EQ(verdict_of_header(R"({"alg":"HS256","crit":[]})"), "critical");
    EXPECT_EQ(verdict_of_header(R"({"alg":"HS256","b64":false})"), "critical");
    EXPECT_EQ(verdict_of_header(R"({"alg":"HS256","jku":"https://evil.example","x":1})"), "ann");
}

TEST(Jwt, ItExpires) {
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":941})"), "ann") << "by the leeway of a minute";
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":940})"), "expired");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":1000})", {.leeway = base::Millis{0}}), "expired");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":1001})", {.leeway = base::Millis{0}}), "ann");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":0})"), "expired");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":1500.75})"), "ann");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":253402300799})"), "ann");
}

TEST(Jwt, WithoutAnExpiryItIsRefused) {
    EXPECT_EQ(verdict_of(R"({"sub":"ann"})"), "no_expiry");
}

TEST(Jwt, TimesThatAreNoneAreRefused) {
    for (char const* const time :
         {"\"2000\"", "null", "[2000]", "-1", "-0.5", "253402300800", "1e300",
          "9223372036854775807", "18446744073709551615", "99999999999999999999999", "true", "{}"}) {
        for (char const* const claim : {"exp", "nbf", "iat"}) {
            auto const text = std::string{R"({"sub":"ann",)"} +
                              (claim[0] == 'e' ? "" : R"("exp":2000,)") + '"' + claim +
                              "\":" + time + "}";
            EXPECT_EQ(verdict_of(text), "malformed") << text;
        }
    }
}

TEST(Jwt, BeforeItsTimeItIsRefused) {
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"nbf":1060})"), "ann");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"nbf":1061})"), "not_yet");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"iat":1060})"), "ann");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"iat":1061})"), "not_yet");
}

TEST(Jwt, TheIssuerIsTheOneThatIsExpected) {
    JwtRules const rules{.issuer = "https://id.example"};
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"iss":"https://id.example"})", rules), "ann");
    for (char const* const other :
         {R"("https://id.example/")", R"("")", "null", R"(["https://id.example"])"}) {
        EXPECT_EQ(verdict_of(std::string{R"({"sub":"ann","exp":2000,"iss":)"} + other + "}", rules),
                  "wrong_issuer");
    }
    EXPECT_EQ(verdict_of(good_claims, rules), "wrong_issuer");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"iss":"anybody"})"), "ann");
}

TEST(Jwt, ItIsForUs) {
    JwtRules const rules{.audience = "tallyman"};
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"aud":"tallyman"})", rules), "ann");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"aud":["x","tallyman"]})", rules), "ann");
    for (char const* const other : {R"("tallyman2")", "[]", R"(["x"])", "null", "[1]", "{}"}) {
        EXPECT_EQ(verdict_of(std::string{R"({"sub":"ann","exp":2000,"aud":)"} + other + "}", rules),
                  "wrong_audience");
    }
    EXPECT_EQ(verdict_of(good_claims, rules), "wrong_audience");
}

TEST(Jwt, WhatIsForSomebodyElseIsRefusedWhereNobodyIsExpected) {
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"aud":"billing"})"), "wrong_audience");
}

TEST(Jwt, TheSubjectIsAUserId) {
    auto const claims = [](std::string const& subject) {
        return R"({"exp":2000,"sub":)" + subject + "}";
    };
    EXPECT_EQ(verdict_of(claims('"' + std::string(128, 'a') + '"')), std::string(128, 'a'));
    EXPECT_EQ(verdict_of(claims(R"("用户")")), "用户");
    for (auto const& subject :
         {std::string{R"("")"}, '"' + std::string(129, 'a') + '"', std::string{"7"},
          std::string{"null"}, std::string{R"(["ann"])"}, std::string{R"("a\u0000b")"},
          std::string{R"("a\nb")"}, std::string{R"("\u007f")"}}) {
        EXPECT_EQ(verdict_of(claims(subject)), "bad_subject") << subject;
    }
    EXPECT_EQ(verdict_of(R"({"exp":2000})"), "bad_subject");
}

TEST(Jwt, AKeyThatComesTwiceIsRefused) {
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"sub":"bob"})"), "malformed");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"su\u0062":"bob"})"), "malformed");
    EXPECT_EQ(verdict_of(R"({"sub":"ann","exp":2000,"x":{"y":1,"y":1}})"), "malformed");
    EXPECT_EQ(verdict_of_header(R"({"alg":"HS256","alg":"HS256"})"), "malformed");
}

TEST(Jwt, WhatIsNoJsonObjectIsRefused) {
    for (char const* const text :
         {"", "{", "[]", "7", "null", R"({"sub":"ann","exp":2000}x)",
          R"({"sub":"ann","exp":2000,})", "{\"sub\":\"\xC3\x28\",\"exp\":2000}", R"({'sub':'ann'})",
          "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
          R"({"exp":2000,"sub":"ann","a":[[[[[[[[[[1]]]]]]]]]]})"}) {
        EXPECT_EQ(verdict_of(text), "malformed") << text;
        EXPECT_EQ(verdict_of_header(text), "malformed") << text;
    }
    EXPECT_EQ(verdict_of_header("{}"), "malformed");
    EXPECT_EQ(verdict_of_header(R"({"alg":256})"), "malformed");
}

TEST(Jwt, WhatIsNotThreePartsIsRefused) {
    auto const token = token_by_secret(secret, hs256, good_claims);
    for (auto const& text : {std::string{}, std::string{"."}, std::string{".."}, std::string{"a.b"},
                             token + ".", "." + token, token + "=", token + "\n", " " + token,
                             token.substr(0, token.rfind('.')), token.substr(token.find('.'))}) {
        EXPECT_EQ(verdict(text, by_secret()), "malformed") << text;
    }
}

TEST(Jwt, ASizeIsTheLargest) {
    auto const of_size = [](std::size_t filling) {
        return token_by_secret(
            secret, hs256, R"({"sub":"ann","exp":2000,"x":")" + std::string(filling, 'x') + "\"}");
    };
    EXPECT_LT(of_size(6'000).size(), most_token_bytes);
    EXPECT_EQ(verdict(of_size(6'000), by_secret()), "ann");
    EXPECT_EQ(verdict(of_size(6'200), by_secret()), "too_large");
}

}  // namespace
}  // namespace tests
