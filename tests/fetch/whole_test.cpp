// Servers that give no parts: the whole is kept in a file without a name.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fetch/support.h"
#include "tests/support/temp_dir.h"

using tests::asked;
using tests::code;
using tests::for_tests;
using tests::opened;
using tests::reads_as_it_is;

TEST(FetchWhole, IsReadAsItIsHoweverItComes) {
    for (auto const* const way : {"whole", "chunked", "until-close", "star", "wrong-first"}) {
        for (int const size : {1, 16'384, 300'000}) {
            auto const source = opened(fmt::format("/{}/{}", way, size));
            EXPECT_EQ(source->size(), static_cast<std::uint64_t>(size)) << way;
            EXPECT_FALSE(source->far()) << way;
            EXPECT_TRUE(reads_as_it_is(*source, 50'000)) << way << " " << size;
        }
    }
}

TEST(FetchWhole, IsAskedForOnce) {
    auto const source = opened("/whole/300000");
    ASSERT_TRUE(reads_as_it_is(*source, 1000));
    EXPECT_EQ(asked().size(), 1U);
    EXPECT_EQ(source->requests(), 1);
    EXPECT_GE(source->received(), 300'000U);
}

TEST(FetchWhole, MayBeEmpty) {
    for (auto const* const way : {"whole", "chunked", "until-close"}) {
        EXPECT_EQ(opened(fmt::format("/{}/0", way))->size(), 0U) << way;
    }
}

TEST(FetchWhole, NoMoreThanTheMostComes) {
    auto options = for_tests();
    options.max_size = 100'000;
    for (auto const* const way : {"file", "whole", "chunked", "until-close", "star"}) {
        EXPECT_EQ(code(fmt::format("/{}/100001", way), options), "too_large") << way;
        EXPECT_EQ(code(fmt::format("/{}/100000", way), options), "") << way;
    }
}

TEST(FetchWhole, ShorterThanPromisedIsAnError) {
    EXPECT_EQ(code("/cut/300000"), "cut");
    EXPECT_EQ(code("/cut-chunks/0"), "cut");
}

TEST(FetchWhole, LeavesNoNameBehindAndNeedsAFolder) {
    support::TempDir const folder;
    auto options = for_tests();
    options.spool_folder = folder.path();
    auto const source = opened("/whole/100000", options);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_TRUE(reads_as_it_is(*source, 10'000));
    options.spool_folder = folder / "missing";
    EXPECT_EQ(code("/whole/100000", options), "spool");
}
