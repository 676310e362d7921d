// Texts for other machines.
#include "base/text.h"

#include <gtest/gtest.h>

namespace {

TEST(Text, NamesOfHeadersAreTokens) {
    EXPECT_TRUE(base::is_token("X-Api-Key_2"));
    for (auto const* text : {"", "a b", "a:b", "a\r\nb", "\xc3\xa9"}) {
        EXPECT_FALSE(base::is_token(text)) << text;
    }
}

TEST(Text, WhatCouldMeanSomethingInAUrlIsEncoded) {
    EXPECT_EQ(base::percent_encoded("a-Z_0.~ +/?&=%"), "a-Z_0.~%20%2B%2F%3F%26%3D%25");
    EXPECT_EQ(base::percent_encoded("\xff\n"), "%FF%0A");
}

TEST(Text, ALineHasNoEndsAndABound) {
    EXPECT_EQ(base::ascii_line("a\r\nb\xc3\xa9\x7f", 100), "a  b   ");
    EXPECT_EQ(base::ascii_line("abcdef", 3), "abc");
}

}  // namespace
