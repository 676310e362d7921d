// Known answers of FIPS 180-4.
#include "base/sha256.h"

#include <gtest/gtest.h>

namespace base {

namespace {

TEST(Sha256, GivesTheKnownAnswers) {
    EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hex, KeepsEveryByte) {
    EXPECT_EQ(hex(std::string_view{"\x00\x7f\x80\xff", 4}), "007f80ff");
    EXPECT_EQ(hex(""), "");
}

}  // namespace

}  // namespace base
