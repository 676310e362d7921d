// Bytes made fit for people.
#include "adapters/providers/text.h"

#include <gtest/gtest.h>

using adapters::providers::beginning;
using adapters::providers::one_line;

TEST(OneLine, FoldsSpaceAndControlCharacters) {
    EXPECT_EQ(one_line("  a\r\n\tb\x01 c \n"), "a b c");
    EXPECT_EQ(one_line(std::string_view{"a\0b\x7F", 4}), "a b");
    EXPECT_EQ(one_line(""), "");
}

TEST(OneLine, KeepsValidUtf8) {
    EXPECT_EQ(one_line("积分 é 😀"), "积分 é 😀");
}

TEST(OneLine, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(one_line("a\xFF\x80z"), "a??z");
    EXPECT_EQ(one_line("\xC0\xAF"), "??");            // overlong
    EXPECT_EQ(one_line("\xED\xA0\x80"), "???");       // a surrogate
    EXPECT_EQ(one_line("\xF4\x90\x80\x80"), "????");  // beyond Unicode
    EXPECT_EQ(one_line("ab\xE7\xA7"), "ab??");        // cut short
}

TEST(Beginning, DoesNotCutACharacter) {
    EXPECT_EQ(beginning("aé", 2), "a");
    EXPECT_EQ(beginning("aé", 3), "aé");
    EXPECT_EQ(beginning("😀", 3), "");
}
