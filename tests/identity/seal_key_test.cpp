// The key that seals are signed with.
#include "adapters/identity/seal_key.h"

#include <gtest/gtest.h>

namespace tests {
namespace {

using adapters::identity::seal_is_good;
using adapters::identity::SealKey;

TEST(SealKey, WhatItSignsIsGoodUnderItsPublicKeyOnly) {
    auto const key = SealKey::from_text(SealKey::make());
    auto const other = SealKey::from_text(SealKey::make());
    ASSERT_TRUE(key && other);
    auto const signature = key->sign("a seal");
    EXPECT_TRUE(seal_is_good(key->public_hex(), "a seal", signature));
    EXPECT_FALSE(seal_is_good(key->public_hex(), "a sea1", signature));
    EXPECT_FALSE(seal_is_good(other->public_hex(), "a seal", signature));
    EXPECT_FALSE(seal_is_good(key->public_hex(), "a seal", other->sign("a seal")));
}

// RFC 8032, 7.1, test 1.
TEST(SealKey, IsEd25519) {
    auto const key = SealKey::from_text("tms_nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->public_hex(),
              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    EXPECT_EQ(key->sign(""),
              "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
              "39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST(SealKey, TextThatIsNoKeyIsRefusedWithoutShowingIt) {
    for (auto const* const text :
         {"", "tms_", "tms_short", "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
          "tms_nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2AAAA"}) {
        auto const key = SealKey::from_text(text);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error(), "holds no key of ours");
    }
}

TEST(SealKey, WhatIsNoSignatureIsNotGood) {
    auto const key = SealKey::from_text(SealKey::make());
    ASSERT_TRUE(key);
    EXPECT_FALSE(seal_is_good(key->public_hex(), "a", ""));
    EXPECT_FALSE(seal_is_good(key->public_hex(), "a", "zz"));
    EXPECT_FALSE(seal_is_good("", "a", key->sign("a")));
    EXPECT_FALSE(seal_is_good(std::string(64, '0'), "a", key->sign("a")));
}

}  // namespace
}  // namespace tests
