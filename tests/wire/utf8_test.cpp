// Bytes that are text, and bytes that are not.
#include "wire/utf8.h"

#include <gtest/gtest.h>

#include "wire/job_request.h"

namespace wire {
namespace {

TEST(Utf8, AcceptsEveryLength) {
    EXPECT_TRUE(valid_utf8(""));
    EXPECT_TRUE(valid_utf8("a\xC3\xA9\xE7\xA7\xAF\xF0\x9F\x8E\xAC"));
    EXPECT_EQ(code_points("a\xC3\xA9\xE7\xA7\xAF\xF0\x9F\x8E\xAC"), 4);
}

TEST(Utf8, RefusesWhatIsNotText) {
    for (auto const* const bytes :
         {"\x80", "\xC3", "\xC3(", "\xE7\xA7", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF"}) {
        EXPECT_FALSE(valid_utf8(bytes)) << testing::PrintToString(std::string(bytes));
    }
}

TEST(Utf8, UserIdsArePrintable) {
    EXPECT_EQ(mistake_in_user("ann"), std::nullopt);
    EXPECT_EQ(mistake_in_user("小 明@example.com"), std::nullopt);
    EXPECT_EQ(mistake_in_user(std::string(128, 'a')), std::nullopt);
    for (auto const& bad :
         {std::string(), std::string(129, 'a'), std::string("a\nb"), std::string("a\0b", 3),
          std::string(" a"), std::string("a "), std::string("a\x7f"), std::string("\xC2\x85"),
          std::string("\xE2\x80\xAE"
                      "a"),
          std::string("a\xE2\x80\x8B"), std::string("a\xFF")}) {
        EXPECT_NE(mistake_in_user(bad), std::nullopt) << testing::PrintToString(bad);
    }
}

TEST(Utf8, AUserIdIsCountedInCharactersNotBytes) {
    std::string id;
    for (int i = 0; i < 128; ++i) {
        id += "积";
    }
    EXPECT_EQ(mistake_in_user(id), std::nullopt);
    EXPECT_NE(mistake_in_user(id + "积"), std::nullopt);
}

}  // namespace
}  // namespace wire
