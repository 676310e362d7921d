// Which terms hold for whom and when, the version of a book, and what a reload changes.
#include "pricing/book.h"

#include <gtest/gtest.h>

#include "tests/pricing/builders.h"

namespace pricing {

namespace {

using ::testing::Test;

base::Timestamp date(std::string_view text) {
    return base::parse_timestamp(text).value();
}

Terms fixed(std::int64_t credits) {
    return {.mode = Mode::fixed, .credits = {credits}};
}

// One period for ever, without tiers.
std::vector<Period> always(Terms const& terms) {
    return {{.terms = terms}};
}

class TermsFor : public Test {
protected:
    Book const book_{.services = {{"script",
                                   {{.terms = fixed(5), .tiers = {{"gold", rate("0.8")}}},
                                    {.from = date("2027-01-01"), .terms = fixed(6)},
                                    {.from = date("2028-01-01"), .terms = fixed(7)}}}}};

    std::int64_t credits_at(std::string_view when) {
        return terms_for(book_, "script", "", date(when))->credits.value;
    }
};

TEST_F(TermsFor, AnUnknownServiceAreNone) {
    EXPECT_EQ(terms_for(book_, "poster", "", date("2026-01-01")), std::nullopt);
}

TEST_F(TermsFor, ATimeAreThoseOfTheLastPeriodThatHasBegun) {
    EXPECT_EQ(credits_at("2026-12-31T23:59:59.999Z"), 5);
    EXPECT_EQ(credits_at("2027-01-01"), 6);
    EXPECT_EQ(credits_at("2027-12-31"), 6);
    EXPECT_EQ(credits_at("2099-01-01"), 7);
}

TEST_F(TermsFor, ATierCarryItsMultiplier) {
    EXPECT_EQ(terms_for(book_, "script", "gold", date("2026-01-01"))->multiplier, rate("0.8"));
}

TEST_F(TermsFor, AnUnknownOrEmptyTierAreThePlainOnes) {
    EXPECT_EQ(terms_for(book_, "script", "lead", date("2026-01-01"))->multiplier, base::one);
    EXPECT_EQ(terms_for(book_, "script", "", date("2026-01-01")), fixed(5));
    EXPECT_EQ(terms_for(book_, "script", "gold", date("2027-01-01"))->multiplier, base::one);
}

TEST(BookVersion, IsTwelveHexDigitsAndSaysTheSameForTheSame) {
    Book const book{.services = {{"script", always(fixed(5))}}};
    auto const version = version_of(book);
    EXPECT_EQ(version.size(), 12U);
    EXPECT_EQ(version.find_first_not_of("0123456789abcdef"), std::string::npos);
    auto named = book;
    named.version = version;
    EXPECT_EQ(version_of(named), version);
}

TEST(BookVersion, DiffersWithAnyChange) {
    Book const plain{.services = {{"script", always(fixed(5))}}};
    auto const changed = [&plain](auto change) {
        auto book = plain;
        change(book, book.services["script"].front());
        return version_of(book);
    };
    std::set<std::string> const versions{
        version_of(plain),
        version_of({}),
        changed([](Book&, Period& period) { period.terms.credits = {6}; }),
        changed([](Book&, Period& period) { period.terms.members_free = true; }),
        changed([](Book&, Period& period) { period.terms.on_cancel = CancelRule::none; }),
        changed([](Book&, Period& period) { period.terms.minimum = {1}; }),
        changed([](Book&, Period& period) { period.from = date("2026-01-01"); }),
        changed([](Book&, Period& period) { period.tiers["gold"] = rate("0.8"); }),
        changed([](Book&, Period& period) { period.tiers["gold"] = rate("0.7"); }),
        changed([](Book&, Period& period) { period.tiers["lead"] = rate("0.8"); }),
        changed([](Book& book, Period&) { book.services["title"] = always(fixed(1)); }),
        changed(
            [](Book& book, Period&) { book.services["script"].push_back({date("2027-01-01")}); }),
    };
    EXPECT_EQ(versions.size(), 12U);
}

TEST(BookDifferences, OfTheSameBookAreNone) {
    Book const book{.services = {{"script", always(fixed(5))}}};
    EXPECT_EQ(differences(book, book), std::vector<std::string>{});
}

TEST(BookDifferences, NameWhatIsNewAndWhatIsGone) {
    Book const before{.services = {{"polish", always(fixed(1))}}};
    Book const after{.services = {{"poster", always(fixed(1))}}};
    EXPECT_EQ(differences(before, after),
              (std::vector<std::string>{"polish: gone", "poster: new"}));
}

TEST(BookDifferences, ShowOnlyWhatChanged) {
    auto before = by_the_second("1");
    auto after = by_the_second("0.5");
    Book const old_book{.services = {{"tts", always(before)}}};
    EXPECT_EQ(differences(old_book, {.services = {{"tts", always(after)}}}),
              std::vector<std::string>{"tts: 1/s -> 0.5/s"});
    after.minimum = {2};
    EXPECT_EQ(differences(old_book, {.services = {{"tts", always(after)}}}),
              std::vector<std::string>{"tts: 1/s minimum=0 -> 0.5/s minimum=2"});
}

TEST(BookDifferences, ShowTiers) {
    Book const plain{.services = {{"script", always(fixed(5))}}};
    auto tiered = plain;
    tiered.services["script"].front().tiers["gold"] = rate("0.8");
    EXPECT_EQ(differences(plain, tiered), std::vector<std::string>{"script: none -> gold=x0.8"});
    EXPECT_EQ(differences(tiered, plain), std::vector<std::string>{"script: gold=x0.8 -> none"});
}

TEST(BookDifferences, SayFromWhenAPriceChanges) {
    Book const before{.services = {{"script", always(fixed(5))}}};
    auto after = before;
    after.services["script"].push_back({.from = date("2027-01-01"), .terms = fixed(6)});
    EXPECT_EQ(differences(before, after),
              std::vector<std::string>{"script from 2027-01-01T00:00:00.000Z: 5 -> 6"});
    EXPECT_EQ(differences(after, before),
              std::vector<std::string>{"script from 2027-01-01T00:00:00.000Z: 6 -> 5"});
}

}  // namespace

}  // namespace pricing
