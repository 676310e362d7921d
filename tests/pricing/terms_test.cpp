// The line that terms are kept as.
#include "pricing/terms.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/pricing/builders.h"

namespace pricing {

namespace {

TEST(TermsLine, ReadsLikeThePrice) {
    Terms terms{.mode = Mode::duration,
                .per_second = rate("0.25"),
                .multiplier = rate("0.8"),
                .measure = Measure::output,
                .minimum = {1},
                .estimate = rate("3")};
    EXPECT_EQ(to_line(terms),
              "duration 0.25/s x0.8 output increment=1s minimum=1 grace=50ms estimate=3 "
              "overrun=absorb on_cancel=full members_free=no");
    EXPECT_EQ(to_line({.mode = Mode::fixed, .credits = {5}}),
              "fixed 5 on_cancel=full members_free=no");
    EXPECT_EQ(to_line({.members_free = true}), "free on_cancel=full members_free=yes");
}

TEST(TermsLine, KeepsWhatTheModeDoesNotUse) {
    Terms const terms{.mode = Mode::free,
                      .credits = {7},
                      .per_second = rate("2"),
                      .measure = Measure::input,
                      .increment = base::Millis{1},
                      .minimum = {3}};
    EXPECT_EQ(parse_line(to_line(terms)), terms);
}

TEST(TermsLine, OfAnOlderProgramMayLackASettingAndGetsItsDefault) {
    EXPECT_EQ(parse_line("fixed 5"), (Terms{.mode = Mode::fixed, .credits = {5}}));
    EXPECT_EQ(parse_line("duration 1/s"), (Terms{.mode = Mode::duration, .per_second = rate("1")}));
    EXPECT_EQ(parse_line("free"), Terms{});
}

TEST(TermsLine, RefusesAnythingElse) {
    for (auto const* line : {"",
                             " ",
                             "gratis",
                             "fixed",
                             "fixed -5",
                             "fixed 5.0",
                             "fixed 5/s",
                             "duration",
                             "duration 1",
                             "duration /s",
                             "duration -1/s",
                             "free 5",
                             "free  on_cancel=full",
                             "free on_cancel=half",
                             "free on_cancel=",
                             "free =full",
                             "free colour=red",
                             "free x",
                             "free x-1",
                             "free x1 x1",
                             "free minimum=1 minimum=1",
                             "free input output",
                             "free increment=0s",
                             "free increment=x",
                             "free on_moderation=half",
                             "free minimum=-1",
                             "free credits=-1",
                             "free grace=-1s",
                             "free members_free=maybe",
                             "free overrun=full",
                             "free measure=input",
                             " free",
                             "fixed 5 9223372036854775808",
                             "free=free"}) {
        EXPECT_EQ(parse_line(line), std::nullopt) << line;
    }
}

TEST(TermsLine, SaysWhatARefusedContentCostsOnlyWhereItCosts) {
    Terms const terms{.mode = Mode::fixed, .credits = {5}, .on_moderation = CancelRule::none};
    EXPECT_EQ(parse_line(to_line(terms)), terms);
    EXPECT_EQ(parse_line("fixed 5 on_moderation=none"), terms);
    EXPECT_EQ(to_line({}).find("on_moderation"), std::string::npos);
}

RC_GTEST_PROP(TermsLine, IsReadBackAsItWasWritten, ()) {
    auto const terms = arbitrary_terms(9'000'000'000'000'000'000);
    RC_ASSERT(parse_line(to_line(terms)) == terms);
}

TEST(TermsLine, HoldsTheLargestNumbers) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    Terms const terms{.mode = Mode::fixed,
                      .credits = {most},
                      .increment = base::Millis{most},
                      .minimum = {most},
                      .grace = base::Millis{most}};
    EXPECT_EQ(parse_line(to_line(terms)), terms);
}

TEST(TermsLineDeathTest, OfTermsThatCannotBeIsABug) {
    EXPECT_DEATH(to_line({.increment = base::Millis{0}}), "impossible state");
    EXPECT_DEATH(to_line({.minimum = {-1}}), "impossible state");
}

TEST(TermsWords, AreReadBackAsTheyAreWritten) {
    for (auto const mode : {Mode::fixed, Mode::duration, Mode::free}) {
        EXPECT_EQ(parse_mode(to_text(mode)), mode);
    }
    for (auto const measure : {Measure::input, Measure::output, Measure::declared}) {
        EXPECT_EQ(parse_measure(to_text(measure)), measure);
    }
    for (auto const overrun : {Overrun::absorb, Overrun::charge, Overrun::debt}) {
        EXPECT_EQ(parse_overrun(to_text(overrun)), overrun);
    }
    for (auto const rule : {CancelRule::full, CancelRule::none}) {
        EXPECT_EQ(parse_cancel_rule(to_text(rule)), rule);
    }
    EXPECT_EQ(parse_mode("Fixed"), std::nullopt);
    EXPECT_EQ(parse_measure(""), std::nullopt);
    EXPECT_EQ(parse_overrun("none"), std::nullopt);
    EXPECT_EQ(parse_cancel_rule("half"), std::nullopt);
}

}  // namespace

}  // namespace pricing
