// Whatever a file holds, reading it ends, and ends in a value or in problems. The sanitizers watch.
#include <random>

#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

template <typename T>
void expect_whole(Loaded<T> const& loaded, std::string const& text) {
    EXPECT_EQ(loaded.value.has_value(), loaded.problems.empty()) << text;
    for (auto const& problem : loaded.problems) {
        EXPECT_LT(to_text(problem).size(), 2'000U);
    }
}

// A few bytes changed, dropped, doubled or moved; from a fixed seed, so that a failure repeats.
std::string mutated(std::string text, std::mt19937& random) {
    auto const below = [&](std::size_t n) { return random() % std::max<std::size_t>(n, 1); };
    constexpr std::string_view bytes = ":-{}[]&*!|>'\"%@`#,?\n\t x0.~\\\0\xff";
    for (auto count = 1 + below(8); count > 0; --count) {
        auto const at = below(text.size());
        auto const length = below(40);
        switch (below(4)) {
            case 0:
                text.replace(at, 1, 1, bytes[below(bytes.size())]);
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(below(text.size()), text.substr(at, length));
                break;
            default:
                text.insert(at, 1, bytes[below(bytes.size())]);
                break;
        }
    }
    return text;
}

TEST(Mutations, OfThePricesEndInAValueOrInProblems) {
    std::mt19937 random{1};
    int broken = 0;
    for (int round = 0; round < 600; ++round) {
        auto const text = mutated(std::string{shipped_prices()}, random);
        auto const loaded = parse_book(text, "book");
        expect_whole(loaded, text);
        broken += loaded.value ? 0 : 1;
    }
    EXPECT_GT(broken, 120);
}

TEST(Mutations, OfTheSettingsEndInAValueOrInProblems) {
    std::mt19937 random{2};
    int broken = 0;
    for (int round = 0; round < 300; ++round) {
        auto const text = mutated(std::string{shipped_settings()}, random);
        auto const loaded = parse_settings(text, "tallyman.yaml", {});
        expect_whole(loaded, text);
        broken += loaded.value ? 0 : 1;
    }
    EXPECT_GT(broken, 75);
}

TEST(Mutations, TruncatedFilesEndInAValueOrInProblems) {
    std::string const prices{shipped_prices()};
    std::string const settings{shipped_settings()};
    for (std::size_t size = 0; size < prices.size(); size += 23) {
        expect_whole(parse_book(prices.substr(0, size), "book"), prices.substr(0, size));
    }
    for (std::size_t size = 0; size < settings.size(); size += 61) {
        auto const text = settings.substr(0, size);
        expect_whole(parse_settings(text, "tallyman.yaml", {}), text);
    }
}

TEST(Mutations, OddDocumentsEndInAValueOrInProblems) {
    for (std::string const text : {"\xef\xbb\xbfservices: {x: {mode: free}}",
                                   "%YAML 9.9\n---\n",
                                   "%TAG ! x\n---\n!y z: 1",
                                   "!!map {a: 1}",
                                   "? [a, b]\n: c",
                                   "? a\n? b",
                                   "*a",
                                   "&a",
                                   "--- |\n",
                                   "...",
                                   "---",
                                   "- - - -",
                                   "{",
                                   "}",
                                   "[",
                                   "]",
                                   "'",
                                   "\"\\ud800\"",
                                   "\"\\x00\": 1",
                                   "<<: {a: 1}",
                                   "a: !!binary x",
                                   "&a a: *a",
                                   "services: &s {x: *s}",
                                   ": : :",
                                   "a: |\n b\n  c\nd: >-\n e"}) {
        expect_whole(parse_book(text, "book"), text);
    }
}

}  // namespace
}  // namespace config
