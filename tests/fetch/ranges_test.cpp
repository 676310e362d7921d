// A file in parts: what is asked for, what is not asked for twice, and how few requests a walk
// costs.
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fetch/support.h"

using tests::asked;
using tests::complaint;
using tests::content;
using tests::opened;
using tests::read;
using tests::reads_as_it_is;

TEST(FetchRanges, TheSizeIsKnownAfterOneSmallRequest) {
    auto const source = opened("/file/1000000?token=x");
    EXPECT_EQ(source->size(), 1'000'000U);
    EXPECT_TRUE(source->far());
    auto const requests = asked();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].range, "bytes=0-16383");
    EXPECT_EQ(requests[0].path, "/file/1000000?token=x");
    EXPECT_LT(source->received(), 17'000U);
    EXPECT_EQ(source->requests(), 1);
}

TEST(FetchRanges, WhatCameWithTheFirstAnswerIsNotAskedForAgain) {
    auto const source = opened("/file/1000000");
    EXPECT_EQ(read(*source, 0, 100), content(0, 100));
    EXPECT_EQ(read(*source, 16'000, 384), content(16'000, 16'384));
    EXPECT_EQ(asked().size(), 1U);
}

TEST(FetchRanges, AJumpAsksForExactlyItsBytesOverTheSameConnection) {
    auto const source = opened("/file/1000000");
    EXPECT_EQ(read(*source, 999'000, 5000), content(999'000, 1'000'000));
    EXPECT_EQ(read(*source, 500'001, 7), content(500'001, 500'008));
    auto const requests = asked();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[1].range, "bytes=999000-999999");
    EXPECT_EQ(requests[2].range, "bytes=500001-500007");
    EXPECT_EQ(requests[1].if_range, "\"v1\"");
    EXPECT_EQ(requests[2].connection, requests[0].connection);
}

TEST(FetchRanges, WhatWasReadLastIsNotAskedForAgain) {
    auto const source = opened("/file/1000000");
    read(*source, 100'000, 8192);
    EXPECT_EQ(read(*source, 108'000, 400), content(108'000, 108'400));
    auto const requests = asked();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[2].range, "bytes=108192-108399");
}

TEST(FetchRanges, NothingIsReadBehindTheEnd) {
    auto const source = opened("/file/20000");
    EXPECT_EQ(read(*source, 19'999, 10), content(19'999, 20'000));
    EXPECT_TRUE(read(*source, 20'000, 10).empty());
    EXPECT_TRUE(read(*source, ~std::uint64_t{0}, 10).empty());
    EXPECT_EQ(asked().size(), 2U);
}

TEST(FetchRanges, FilesOfEverySizeAroundTheFirstPartAreReadAsTheyAre) {
    for (int const size : {1, 2, 16'383, 16'384, 16'385, 70'000}) {
        auto const source = opened(fmt::format("/file/{}", size));
        EXPECT_EQ(source->size(), static_cast<std::uint64_t>(size));
        EXPECT_TRUE(reads_as_it_is(*source, 5000)) << size;
    }
}

TEST(FetchRanges, AnEmptyFileIsEmptyAndNoError) {
    auto const source = opened("/file/0");
    EXPECT_EQ(source->size(), 0U);
    EXPECT_TRUE(read(*source, 0, 10).empty());
}

TEST(FetchRanges, AWalkTakesFewRequestsAndOneConnection) {
    auto const source = opened("/file/24000000");
    ASSERT_TRUE(reads_as_it_is(*source, 131'072));
    auto const requests = asked();
    EXPECT_LT(requests.size(), 10U);
    EXPECT_EQ(requests.back().range.back(), '-') << requests.back().range;
    EXPECT_EQ(requests.back().connection, requests.front().connection);
    EXPECT_LT(source->received(), 24'010'000U) << "nothing came twice";
}

TEST(FetchRanges, AWalkWithSmallGapsIsAWalk) {
    auto const source = opened("/file/12000000");
    for (std::uint64_t at = 0; at + 100 < source->size(); at += 50'000) {
        ASSERT_EQ(read(*source, at, 100), content(at, at + 100));
    }
    EXPECT_LT(asked().size(), 20U);
}

TEST(FetchRanges, AWalkThatEndsEarlyHasCostInProportion) {
    auto const source = opened("/file/24000000");
    for (std::uint64_t at = 0; at < 400'000; at += 20'000) {
        ASSERT_EQ(read(*source, at, 20'000), content(at, at + 20'000));
    }
    ASSERT_EQ(read(*source, 23'000'000, 10), content(23'000'000, 23'000'010));
    for (auto const& request : asked()) {
        EXPECT_NE(request.range.back(), '-') << "all of the file was asked for";
    }
    EXPECT_LT(source->received(), 600'000U);
}

TEST(FetchRanges, WindowsThatOverlapAreOneWalk) {
    auto const source = opened("/file/3000000");
    for (std::uint64_t at = 0; at < 2'900'000; at += 30'000) {
        ASSERT_EQ(read(*source, at, 32'768), content(at, at + 32'768));
    }
    EXPECT_LT(asked().size(), 20U);
    EXPECT_LT(source->received(), 3'010'000U);
}

TEST(FetchRanges, ReadsInAnyOrderAreRight) {
    auto const source = opened("/file/2000000");
    std::uint64_t at = 1;
    for (unsigned i = 0; i < 300; ++i) {
        at = (at * 48'271 + 11) % 2'147'483'647;
        auto const offset = i % 3 == 0 ? at % 2'000'000 : (at % 100'000 + 40'000ULL * (i % 40));
        auto const count = 1 + at % 40'000;
        auto const end = std::min<std::uint64_t>(offset + count, 2'000'000);
        ASSERT_EQ(read(*source, offset, count), content(offset, end)) << offset;
    }
}

TEST(FetchRanges, ServersMayDifferInHowTheyKeepConnectionsAndNameVersions) {
    for (auto const* const way : {"dated", "bare", "weak", "moody", "close", "drop", "interim",
                                  "capped", "audio-as-page", "flaky"}) {
        auto const source = opened(fmt::format("/{}/700000", way));
        EXPECT_TRUE(source->far()) << way;
        EXPECT_TRUE(reads_as_it_is(*source, 60'000)) << way;
        EXPECT_EQ(read(*source, 5, 50), content(5, 55)) << way;
        EXPECT_EQ(read(*source, 300'000, 50), content(300'000, 300'050)) << way;
    }
}

TEST(FetchRanges, AFileThatChangesBetweenTwoReadsIsAnError) {
    for (auto const* const way : {"changed", "retagged", "resized", "shrunk"}) {
        auto const source = opened(fmt::format("/{}/100000", way));
        EXPECT_EQ(complaint(*source, 50'000, 10).substr(0, 9), "changed: ") << way;
    }
}

TEST(FetchRanges, APartThatIsNotWhatWasAskedForIsAnError) {
    struct Row {
        char const* way;
        char const* begin;
    };

    for (auto const& row : std::array{Row{"wrong-part", "no_ranges: "}, Row{"more", "no_ranges: "},
                                      Row{"cut-parts", "cut: "}, Row{"short-parts", "cut: "}}) {
        auto const source = opened(fmt::format("/{}/100000", row.way));
        EXPECT_TRUE(complaint(*source, 50'000, 10).starts_with(row.begin))
            << row.way << ": " << complaint(*source, 50'000, 10);
    }
}

TEST(FetchRanges, AfterAnErrorTheNextReadStartsAnew) {
    auto const source = opened("/cut-parts/100000");
    EXPECT_NE(complaint(*source, 50'000, 10), "");
    EXPECT_EQ(read(*source, 10, 10), content(10, 20));
    EXPECT_NE(complaint(*source, 50'000, 10), "");
}

TEST(FetchRanges, RedirectsAreFollowedOnceForAllReads) {
    auto const source = opened("/hop/5");
    EXPECT_TRUE(reads_as_it_is(*source, 20'000));
    auto const requests = asked();
    EXPECT_EQ(requests[5].path, "/file/50000");
    EXPECT_EQ(requests[6].path, "/file/50000");
    EXPECT_EQ(requests[6].connection, requests[0].connection);
}
