// What request targets mean, and which are refused.
#include "adapters/http/target.h"

#include <gtest/gtest.h>

namespace {

using adapters::http::parse_target;
using Path = std::vector<std::string>;

Path path_of(std::string_view text) {
    auto const target = parse_target(text);
    return target ? target->path : Path{"refused"};
}

bool refuses(std::string_view text) {
    return !parse_target(text);
}

TEST(Target, IsSplitAtSlashes) {
    EXPECT_EQ(path_of("/"), Path{});
    EXPECT_EQ(path_of("/api/jobs/7"), (Path{"api", "jobs", "7"}));
}

TEST(Target, MeansTheSameWithASlashAtItsEnd) {
    EXPECT_EQ(path_of("/api/jobs/"), (Path{"api", "jobs"}));
}

TEST(Target, IsDecodedOnceAndKeepsAnEscapedSlashInItsSegment) {
    EXPECT_EQ(path_of("/a%2Fb/c%2520d"), (Path{"a/b", "c%20d"}));
    EXPECT_EQ(path_of("/%e7%94%a8%E6%88%B7+1"), Path{"用户+1"});
    EXPECT_EQ(path_of("/用户"), Path{"用户"});
}

TEST(Target, RefusesEmptyAndDottedSegments) {
    for (auto const* text : {"//", "//a", "/a//b", "/a//", "/.", "/..", "/a/../b", "/a/./b",
                             "/%2e%2e/b", "/%2E", "/a/.%2e"}) {
        EXPECT_TRUE(refuses(text)) << text;
    }
    EXPECT_EQ(path_of("/.../.a"), (Path{"...", ".a"}));
}

TEST(Target, RefusesBadEscapes) {
    for (auto const* text :
         {"/%", "/%4", "/%zz", "/%4g", "/a%2", "/a?b=%", "/a?%4=b", "/a?b=%u0041"}) {
        EXPECT_TRUE(refuses(text)) << text;
    }
}

TEST(Target, RefusesWhatIsNotUtf8) {
    for (auto const* text :
         {"/%ff", "/%c0%af", "/%ed%a0%80", "/%f4%90%80%80", "/%e7%94", "/a?b=%80", "/a?%fe=b",
          "/\xff", "/%c1%81", "/%e0%80%80", "/%f0%80%80%80"}) {
        EXPECT_TRUE(refuses(text)) << text;
    }
    EXPECT_EQ(path_of("/%f0%9f%8e%b5/%c2%80x/%ef%bf%bf").size(), 3U);
}

TEST(Target, RefusesControlsInAPathAndNulAnywhere) {
    EXPECT_TRUE(refuses("/a%00b"));
    EXPECT_TRUE(refuses("/a%0d%0ab"));
    EXPECT_TRUE(refuses("/a%7f"));
    EXPECT_TRUE(refuses("/a?b=%00"));
    EXPECT_FALSE(refuses("/a?b=%0a"));
}

TEST(Target, DecodesTheQueryInOrder) {
    auto const target = parse_target("/a?x=1&y=a+b%2Bc&x=2&z&=v&&w=a=b");
    ASSERT_TRUE(target);
    using Query = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(target->query,
              (Query{{"x", "1"}, {"y", "a b+c"}, {"x", "2"}, {"z", ""}, {"", "v"}, {"w", "a=b"}}));
}

TEST(Target, BoundsTheNumberOfParameters) {
    std::string text = "/a?";
    for (int count = 0; count < 100; ++count) {
        text += "x=1&";
    }
    EXPECT_FALSE(refuses(text));
    EXPECT_TRUE(refuses(text + "x=1"));
}

TEST(Target, TakesTheAbsoluteForm) {
    EXPECT_EQ(path_of("http://host:80/a/b?c=d"), (Path{"a", "b"}));
    EXPECT_EQ(path_of("HTTPS://host"), Path{});
    EXPECT_TRUE(refuses("http://"));
    EXPECT_TRUE(refuses("http:///a"));
    EXPECT_TRUE(refuses("http://host//a"));
}

TEST(Target, RefusesOtherForms) {
    for (auto const* text :
         {"", "*", "a", "host:80", "ftp://host/", "?a=b", "/a#b", "javascript:1"}) {
        EXPECT_TRUE(refuses(text)) << text;
    }
}

}  // namespace
