// Texts of entries.
#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::Kind;

TEST(Entry, EveryKindReadsBackAsItself) {
    for (int i = 0; i < ledger::kinds; ++i) {
        auto const kind = static_cast<Kind>(i);
        EXPECT_EQ(ledger::parse_kind(ledger::to_text(kind)), kind);
    }
    EXPECT_EQ(ledger::to_text(Kind::signup), "signup");
    EXPECT_EQ(ledger::parse_kind("gift"), std::nullopt);
    EXPECT_EQ(ledger::parse_kind(""), std::nullopt);
}

TEST(Entry, DrawsAreOneLineAndBack) {
    Draws const draws{{3, {-5}}, {7, {-2}}, {ledger::debt, {1}}};
    EXPECT_EQ(ledger::to_line(draws), "3:-5,7:-2,0:1");
    EXPECT_EQ(ledger::parse_draws("3:-5,7:-2,0:1"), draws);
    EXPECT_EQ(ledger::parse_draws(""), Draws{});
    EXPECT_EQ(ledger::to_line({}), "");
}

TEST(Entry, AnythingElseIsNotADraw) {
    for (auto const* const line : {"3", "3:", ":5", "3:-5,", ",3:-5", "3:-5,,4:1", "3:-5 ", "a:1",
                                   "3:1:2", "-3:1", "3:99999999999999999999"}) {
        EXPECT_EQ(ledger::parse_draws(line), std::nullopt) << line;
    }
}

TEST(Entry, ThePublicIdNamesAccountAndNumber) {
    EXPECT_EQ(ledger::public_id({17}, 4), "17-4");
}

}  // namespace
}  // namespace tests
