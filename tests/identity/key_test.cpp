// Which keys are taken, from PEM and from key sets.
#include <gtest/gtest.h>

#include "adapters/identity/jwk.h"
#include "base/base64.h"
#include "tests/identity/signer.h"

namespace tests {
namespace {

using namespace adapters::identity;

std::string set_of(std::vector<std::string> const& keys) {
    std::string text;
    for (auto const& key : keys) {
        text += (text.empty() ? "" : ",") + key;
    }
    return R"({"keys":[)" + text + "]}";
}

std::string fault_of(std::string const& text, JwksFrom from = JwksFrom::address) {
    auto const keys = keys_from_jwks(text, from);
    return keys ? "" : keys.error();
}

std::string fault_of_pem(std::string const& text) {
    auto const keys = keys_from_pem(text);
    return keys ? "" : keys.error();
}

TEST(Key, ASecretHas32BytesAtLeast) {
    EXPECT_TRUE(Key::from_secret(std::string(32, 's')));
    EXPECT_EQ(Key::from_secret(std::string(31, 's')).error(),
              "is a secret of 31 bytes, expected at least 32");
    EXPECT_FALSE(Key::from_secret(""));
}

TEST(Key, WeakOrOtherKeysAreRefused) {
    EXPECT_EQ(fault_of_pem(Signer::rsa(1024).pem()), "is RSA of 1024 bits, expected 2048 to 8192");
    EXPECT_EQ(fault_of_pem(Signer::curve("P-384").pem()), "is on another curve than P-256");
    EXPECT_EQ(fault_of_pem(Signer::curve("secp256k1").pem()), "is on another curve than P-256");
}

TEST(Key, APemFileMayHoldSeveral) {
    auto const rsa = Signer::rsa();
    auto const edwards = Signer::ed25519();
    auto const keys = keys_from_pem(rsa.pem() + "\n" + edwards.pem()).value();
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].algorithm(), Algorithm::rs256);
    EXPECT_TRUE(keys[0].verifies("text", rsa.sign("text")));
    EXPECT_FALSE(keys[0].verifies("text", edwards.sign("text")));
    EXPECT_TRUE(keys[1].verifies("text", edwards.sign("text")));
}

TEST(Key, WhatIsNoPublicKeyIsRefused) {
    auto const pem = Signer::ed25519().pem();
    constexpr auto none = "has no public key in PEM (BEGIN PUBLIC KEY), or something else";
    EXPECT_EQ(fault_of_pem(""), none);
    EXPECT_EQ(fault_of_pem("secret"), none);
    EXPECT_EQ(fault_of_pem(pem.substr(0, 60)), none);
    EXPECT_EQ(fault_of_pem(pem + pem.substr(0, 60)), none);
    EXPECT_EQ(fault_of_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              "has a private key, expected public keys only");
}

TEST(KeySet, EachKindIsRead) {
    auto const rsa = Signer::rsa(2048, "r");
    auto const curve = Signer::curve("P-256", "c");
    auto const edwards = Signer::ed25519("e");
    auto const keys =
        keys_from_jwks(set_of({rsa.jwk(R"(,"alg":"RS256","use":"sig","x5t":"ignored")"),
                               curve.jwk(R"(,"alg":"ES256")"), edwards.jwk()}),
                       JwksFrom::address)
            .value();
    ASSERT_EQ(keys.size(), 3U);
    EXPECT_EQ(keys[0].id(), "r");
    EXPECT_TRUE(keys[0].verifies("text", rsa.sign("text")));
    EXPECT_TRUE(keys[1].verifies("text", curve.sign("text")));
    EXPECT_TRUE(keys[2].verifies("text", edwards.sign("text")));
    EXPECT_FALSE(keys[2].verifies("texx", edwards.sign("text")));
}

// RFC 8037, appendix A: made by somebody else.
TEST(KeySet, TheKeyOfTheStandardVerifiesItsSignature) {
    auto const keys = keys_from_jwks(R"({"keys":[{"kty":"OKP","crv":"Ed25519",)"
                                     R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
                                     JwksFrom::address);
    EXPECT_TRUE(keys.value()[0].verifies(
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        base::from_base64url(
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7s"
            "VvpAr_MuM0KAg")
            .value()));
}

TEST(KeySet, WhatIsNotForUsIsPassedOver) {
    auto const good = Signer::ed25519("good");
    auto const rsa = Signer::rsa();
    auto const keys = keys_from_jwks(
        set_of({rsa.jwk(R"(,"use":"enc")"), rsa.jwk(R"(,"alg":"RSA-OAEP")"),
                rsa.jwk(R"(,"alg":"RS512")"), Signer::rsa(1024).jwk(),
                R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA"})", R"({"kty":"new"})", "7", "{}",
                R"({"kty":"OKP","crv":"Ed25519","x":"AA"})",
                R"({"kty":"OKP","crv":"X25519","x":"AA"})", good.jwk()}),
        JwksFrom::address);
    ASSERT_EQ(keys.value().size(), 1U);
    EXPECT_EQ(keys.value()[0].id(), "good");
}

TEST(KeySet, ASecretComesFromAFileOnly) {
    auto const text =
        set_of({R"({"kty":"oct","k":")" + base::to_base64url(std::string(32, 's')) + "\"}"});
    EXPECT_EQ(keys_from_jwks(text, JwksFrom::file).value()[0].algorithm(), Algorithm::hs256);
    EXPECT_NE(fault_of(text), "");
    EXPECT_NE(fault_of(set_of({R"({"kty":"oct","k":"AAAA"})"}), JwksFrom::file), "");
}

TEST(KeySet, BrokenNumbersAreRefused) {
    auto const rsa = [](std::string const& n, std::string const& e) {
        return set_of({R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + "\"}"});
    };
    std::string const modulus(342, 'x');
    for (auto const& text :
         {rsa("", "AQAB"), rsa("AA", "AQAB"), rsa(modulus, ""), rsa(modulus, "AQ"),
          rsa(modulus, "AA"), rsa(modulus, "AQAA"), rsa(modulus, "AQABAQABAQABAQAB"),
          rsa(std::string(20'000, 'x'), "AQAB"), rsa("x!", "AQAB")}) {
        EXPECT_NE(fault_of(text), "");
    }
    auto const point = [](std::string const& x, std::string const& y) {
        return set_of({R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y + "\"}"});
    };
    auto const zeros = base::to_base64url(std::string(32, '\0'));
    auto const ones = base::to_base64url(std::string(32, '\x01'));
    for (auto const& text : {point(zeros, zeros), point(ones, ones), point("AA", ones),
                             point(ones, ""), point(ones, ones + "AAAA")}) {
        EXPECT_NE(fault_of(text), "") << "no point of the curve";
    }
}

TEST(KeySet, WhatIsNoneIsRefused) {
    for (char const* const text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})",
                                   R"({"keys":[],"keys":[]})", "<html>", R"({"keys":null})"}) {
        EXPECT_NE(fault_of(text), "") << text;
    }
    EXPECT_NE(fault_of(set_of(std::vector<std::string>(65, "{}"))), "");
    EXPECT_EQ(fault_of(std::string(most_jwks_bytes + 1, ' ')), "is larger than 262144 bytes");
}

}  // namespace
}  // namespace tests
