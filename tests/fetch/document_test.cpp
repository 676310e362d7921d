// Small documents are read whole, whatever way they come in, and no further than they may be.
#include "adapters/fetch/document.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fetch/support.h"

using adapters::fetch::fetch_document;
using tests::for_tests;
using tests::web;

namespace {

std::string code_of(std::string const& path, tests::FetchOptions const& options = for_tests()) {
    auto const text = fetch_document(web().url() + path, options);
    return text ? "" : text.error().code;
}

}  // namespace

TEST(FetchDocument, IsReadWholeHoweverItComes) {
    auto const bytes = tests::content(0, 20'000);
    std::string const expected{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
    for (auto const* const way : {"whole", "chunked", "until-close"}) {
        auto const text = fetch_document(fmt::format("{}/{}/20000", web().url(), way), for_tests());
        ASSERT_TRUE(text) << way;
        EXPECT_TRUE(*text == expected) << way;
    }
}

TEST(FetchDocument, IsNoLongerThanItMayBe) {
    auto options = for_tests();
    options.max_size = 20'000;
    EXPECT_EQ(code_of("/chunked/20000", options), "");
    EXPECT_EQ(code_of("/chunked/20001", options), "too_large");
}

TEST(FetchDocument, SaysWhyThereIsNone) {
    EXPECT_EQ(code_of("/status/404"), "http_404");
    EXPECT_EQ(code_of("/status/500"), "http_status");
    EXPECT_EQ(code_of("/gzip/1000"), "encoded");
    auto options = for_tests();
    options.allow_private = false;
    EXPECT_EQ(code_of("/whole/100", options), "forbidden_address");
}
