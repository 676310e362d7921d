// Keys as they come in files, base64, and what is sealed.
#include <gtest/gtest.h>

#include "adapters/payments/text.h"
#include "base/base64.h"
#include "tests/payments/hand.h"

namespace tests {
namespace {

using base::from_base64;
using payments::Certificate;
using payments::PrivateKey;
using payments::PublicKey;

std::string why(std::string const& text) {
    auto const key = PublicKey::from_text(text);
    return key ? "" : key.error();
}

TEST(PaymentKeys, ComeWithAFrameAndWithout) {
    auto const& hand = one_hand();
    auto const signature = from_base64(hand.sign("text")).value();
    auto const wrapped = hand.public_base64().insert(64, "\n") + "\n";
    for (auto const& text : {hand.public_pem(), hand.public_base64(), wrapped}) {
        EXPECT_TRUE(PublicKey::from_text(text).value().verifies("text", signature));
        EXPECT_FALSE(PublicKey::from_text(text).value().verifies("Text", signature));
    }
    for (auto const& text : {hand.private_pem(), hand.private_base64()}) {
        auto const made = PrivateKey::from_text(text).value().sign("text");
        EXPECT_EQ(made, signature);
    }
}

TEST(PaymentKeys, AreOfTheirKindAndLongEnough) {
    EXPECT_EQ(why(one_hand().private_pem()), "has a private key, expected a public one");
    EXPECT_EQ(why(RsaHand{1'024}.public_pem()), "is RSA of 1024 bits, expected 2048 to 8192");
    EXPECT_NE(why(one_hand().private_base64()), "");
    EXPECT_NE(why(one_hand().public_pem() + other_hand().public_pem()), "");
    EXPECT_NE(why(one_hand().certificate("7")), "");
    EXPECT_NE(why(one_hand().public_base64() + "AAAA"), "");
    EXPECT_NE(why(""), "");
    EXPECT_NE(why("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "");
    EXPECT_FALSE(PrivateKey::from_text(one_hand().public_pem()));
    EXPECT_FALSE(PrivateKey::from_text(RsaHand{1'024}.private_pem()));
    EXPECT_FALSE(PrivateKey::from_text(""));
}

TEST(PaymentKeys, ACertificateNamesItself) {
    auto const read = Certificate::from_pem(one_hand().certificate("00ab12")).value();
    EXPECT_EQ(read.serial, "AB12");
    EXPECT_EQ(read.expires_at, now + std::chrono::days{1});
    EXPECT_TRUE(read.key.verifies("text", from_base64(one_hand().sign("text")).value()));
    EXPECT_FALSE(Certificate::from_pem(one_hand().public_pem()));
    EXPECT_FALSE(Certificate::from_pem(one_hand().certificate("1") + one_hand().certificate("2")));
}

TEST(PaymentKeys, ASignatureOfAnotherLengthIsNone) {
    auto const key = one_hand().public_key();
    for (auto const& signature : {std::string{}, std::string(1, 'x'), std::string(255, 'x'),
                                  std::string(257, 'x'), std::string(100'000, 'x')}) {
        EXPECT_FALSE(key.verifies("text", signature));
    }
}

TEST(PaymentBase64, IsStrict) {
    EXPECT_EQ(base::to_base64("a+?"), "YSs/");
    for (std::string const text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="}) {
        auto const bytes = from_base64(text);
        ASSERT_TRUE(bytes) << text;
        EXPECT_EQ(base::to_base64(*bytes), text);
    }
    for (std::string const text : {"Zg", "Zg=", "Zh==", "Zm9", "Zm9v\n", "Zm 9v", "====", "=Zm9",
                                   "Zm-_", "Zg==Zg==", "A===", "Z==="}) {
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    }
}

TEST(PaymentSeals, OpenOnlyAsTheyWereMade) {
    std::string const key(32, 'k');
    std::string const nonce(12, 'n');
    auto const sealed = seal_gcm(key, nonce, "along", "text");
    auto const open = [&](std::string_view k, std::string_view n, std::string_view a,
                          std::string_view bytes) {
        return payments::open_gcm(k, {.nonce = n, .associated = a, .bytes = bytes});
    };
    EXPECT_EQ(open(key, nonce, "along", sealed), "text");
    EXPECT_EQ(open(key, nonce, "", sealed), std::nullopt);
    EXPECT_EQ(open(std::string(32, 'x'), nonce, "along", sealed), std::nullopt);
    EXPECT_EQ(open("short", nonce, "along", sealed), std::nullopt);
    EXPECT_EQ(open(key, nonce + "n", "along", sealed), std::nullopt);
    EXPECT_EQ(open(key, nonce, "along", sealed.substr(1)), std::nullopt);
    EXPECT_EQ(open(key, nonce, "along", sealed.substr(0, 15)), std::nullopt);
    EXPECT_EQ(open(key, nonce, "along", ""), std::nullopt);
    EXPECT_EQ(open(key, nonce, "", seal_gcm(key, nonce, "", "")), "");
}

TEST(PaymentSeals, BlocksOpenWithTheirPadding) {
    std::string const key(32, 'k');
    auto const sealed = seal_ecb(key, "text of more than one block");
    EXPECT_EQ(payments::open_ecb(key, sealed), "text of more than one block");
    EXPECT_EQ(payments::open_ecb(key, sealed.substr(0, 16)), std::nullopt);
    EXPECT_EQ(payments::open_ecb(key, sealed.substr(1)), std::nullopt);
    EXPECT_EQ(payments::open_ecb(key, ""), std::nullopt);
    EXPECT_EQ(payments::open_ecb("short", sealed), std::nullopt);
}

}  // namespace
}  // namespace tests
