// What is understood of the heads of answers, and of the first bytes of bodies.
#include "adapters/fetch/answers.h"

#include <array>

#include <gtest/gtest.h>

using adapters::fetch::compare;
using adapters::fetch::ContentRange;
using adapters::fetch::Head;
using adapters::fetch::is_page;
using adapters::fetch::Likeness;
using adapters::fetch::parse_content_range;
using adapters::fetch::strong_validator;

namespace {

bool page(std::string_view text, std::string_view type = "application/octet-stream") {
    return is_page(std::as_bytes(std::span{text}), type);
}

}  // namespace

TEST(FetchContentRange, IsReadInItsThreeForms) {
    EXPECT_EQ(parse_content_range("bytes 0-99/1000"),
              (ContentRange{.satisfied = true, .first = 0, .last = 99, .size = 1000}));
    EXPECT_EQ(parse_content_range("bytes 5-5/*"),
              (ContentRange{.satisfied = true, .first = 5, .last = 5, .size = std::nullopt}));
    EXPECT_EQ(parse_content_range("bytes */0"), (ContentRange{.size = 0}));
}

TEST(FetchContentRange, IsRefusedWhereItMakesNoSense) {
    for (auto const* const text :
         std::array{"", "bytes", "bytes ", "bytes 0-99", "bytes 0-99/", "bytes 0-99/99",
                    "bytes 9-5/100", "bytes -5/100", "bytes 5-/100", "bytes */*", "bytes */",
                    "items 0-9/10", "bytes=0-9/10", "bytes 0-9/10x", "bytes 0-9/-10",
                    "bytes +0-9/10", "bytes 0-18446744073709551615/18446744073709551616",
                    "bytes 0-0x9/10", "bytes 0-9223372036854775807/9223372036854775808"}) {
        EXPECT_FALSE(parse_content_range(text)) << text;
    }
}

TEST(FetchValidators, OnlyAStrongOneNamesAVersion) {
    EXPECT_EQ(strong_validator({.etag = "\"a\"", .modified = "date"}), "\"a\"");
    EXPECT_EQ(strong_validator({.etag = "W/\"a\"", .modified = "date"}), "");
    EXPECT_EQ(strong_validator({.modified = "date"}), "date");
    EXPECT_EQ(strong_validator({.etag = "\"" + std::string(5000, 'x') + "\""}), "");
}

TEST(FetchValidators, AnswersAreComparedByWhatBothSay) {
    EXPECT_EQ(compare({.etag = "a", .modified = "1"}, {.etag = "a", .modified = "2"}),
              Likeness::same);
    EXPECT_EQ(compare({.etag = "a"}, {.etag = "b"}), Likeness::different);
    EXPECT_EQ(compare({.etag = "a", .modified = "1"}, {.modified = "2"}), Likeness::different);
    EXPECT_EQ(compare({.etag = "a"}, {.modified = "1"}), Likeness::unknown);
}

TEST(FetchPage, IsKnownByItsContent) {
    for (auto const* const text : std::array{
             "<!DOCTYPE html><html>", "<html>", "<?xml version=\"1.0\"?><Error>", " \r\n<Error/>",
             "\xEF\xBB\xBF<html>", "{\"error\": 1}", "[]", "<html>\xE4\xB8\xAD</html>"}) {
        EXPECT_TRUE(page(text)) << text;
        EXPECT_TRUE(page(text, "audio/mpeg")) << text;
    }
}

TEST(FetchPage, IsNotWhateverCallsItselfOne) {
    using namespace std::string_view_literals;
    EXPECT_FALSE(page("ID3\x03\x00\x00\x00"sv, "text/html"));
    EXPECT_FALSE(page("RIFF\x24\x00\x00\x00WAVE"sv, "application/json"));
    EXPECT_FALSE(page("<\x00\x01\x02"sv)) << "raw samples may begin with any byte";
    EXPECT_FALSE(page("#!AMR\n"));
    EXPECT_FALSE(page("", "text/html"));
    EXPECT_TRUE(page("quota exceeded", "text/plain; charset=utf-8"));
    EXPECT_TRUE(page("quota exceeded", "Application/Problem+JSON"));
    EXPECT_FALSE(page("quota exceeded", "audio/mpeg"));
}
