// W3C traceparent: what is one, and what those who are called on its behalf get.
#include "base/trace.h"

#include <gtest/gtest.h>

namespace {

std::string const line = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string with(std::size_t at, std::string_view text) {
    auto changed = line;
    return changed.replace(at, text.size(), text);
}

TEST(Traceparent, IsFourPartsOfLowerCaseHex) {
    EXPECT_TRUE(base::is_traceparent(line));
    EXPECT_TRUE(base::is_traceparent(with(53, "00")));
    EXPECT_TRUE(base::is_traceparent(with(53, "ff")));
}

TEST(Traceparent, IsOnlyOfVersionZero) {
    EXPECT_FALSE(base::is_traceparent(with(0, "01")));
    EXPECT_FALSE(base::is_traceparent(with(0, "ff")));
    EXPECT_FALSE(base::is_traceparent(with(0, "0x")));
}

TEST(Traceparent, HasNoIdOfZerosOnly) {
    EXPECT_FALSE(base::is_traceparent(with(3, std::string(32, '0'))));
    EXPECT_FALSE(base::is_traceparent(with(36, std::string(16, '0'))));
    EXPECT_TRUE(base::is_traceparent(with(3, std::string(31, '0'))));
}

TEST(Traceparent, HasNoOtherCharacterAnywhere) {
    for (std::size_t at = 0; at < line.size(); ++at) {
        for (char const wrong : {'A', 'g', ' ', '_', '\0', '\n', '\x80'}) {
            EXPECT_FALSE(base::is_traceparent(with(at, {&wrong, 1}))) << at << ' ' << wrong;
        }
        if (line[at] != '-') {
            EXPECT_FALSE(base::is_traceparent(with(at, "-"))) << at;
        }
    }
}

TEST(Traceparent, IsNotLongerOrShorter) {
    for (std::size_t length = 0; length < line.size(); ++length) {
        EXPECT_FALSE(base::is_traceparent(std::string_view{line}.substr(0, length))) << length;
    }
    EXPECT_FALSE(base::is_traceparent(line + "-"));
    EXPECT_FALSE(base::is_traceparent(line + "-01"));
    EXPECT_FALSE(base::is_traceparent(" " + line));
    EXPECT_FALSE(base::is_traceparent(line + "," + line));
}

TEST(Traceparent, ThatIsNotValidCountsAsNotSent) {
    EXPECT_EQ(line, base::traceparent_or_none(line));
    EXPECT_EQ("", base::traceparent_or_none("00-xyz"));
    EXPECT_EQ("", base::traceparent_or_none(""));
}

TEST(Traceparent, TellsItsTrace) {
    EXPECT_EQ("0af7651916cd43dd8448eb211c80319c", base::trace_id(line));
    EXPECT_EQ("", base::trace_id("00-1-2-03"));
}

TEST(Traceparent, OfACallKeepsTraceAndFlagsAndHasASpanOfItsOwn) {
    auto const child = base::child_of(line, "7/1");
    EXPECT_TRUE(base::is_traceparent(child)) << child;
    EXPECT_EQ(base::trace_id(line), base::trace_id(child));
    EXPECT_EQ("01", child.substr(53));
    EXPECT_NE(line.substr(36, 16), child.substr(36, 16));
}

TEST(Traceparent, OfACallFollowsFromParentAndCall) {
    EXPECT_EQ(base::child_of(line, "7/1"), base::child_of(line, "7/1"));
    EXPECT_NE(base::child_of(line, "7/1"), base::child_of(line, "7/2"));
    EXPECT_NE(base::child_of(line, "7/1"), base::child_of(with(36, "1"), "7/1"));
}

TEST(Traceparent, OfACallIsNotMadeUp) {
    EXPECT_EQ("", base::child_of("", "7/1"));
    EXPECT_EQ("", base::child_of("00-1-2-03", "7/1"));
}

}  // namespace
