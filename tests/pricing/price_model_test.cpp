// Prices against a model in rational numbers of any size, which shares no code with the real thing,
// and laws that hold whatever the terms.
#include <optional>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pricing/price.h"
#include "tests/pricing/builders.h"

namespace pricing {

namespace {

using base::Millis;
using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

constexpr std::int64_t long_ms = 4'000'000'000;

Integer ceiling(Rational const& number) {
    Integer const below = numerator(number) / denominator(number);
    return Rational{below} < number ? below + 1 : below;
}

Rational decimal(base::Rate rate) {
    return Rational{rate.micros, 1'000'000};
}

Integer model_by_time(Terms const& terms, Rational const& ms) {
    Rational const pieces{ms <= 0 ? Integer{0} : ceiling(ms / terms.increment.count())};
    Rational const seconds = pieces * terms.increment.count() / 1'000;
    Integer const price = ceiling(seconds * decimal(terms.per_second) * decimal(terms.multiplier));
    Integer const minimum{terms.minimum.value};
    return price < minimum ? minimum : price;
}

Integer model_price(Terms const& terms, Millis duration) {
    if (terms.mode == Mode::free) {
        return 0;
    }
    if (terms.mode == Mode::fixed) {
        return ceiling(Rational{terms.credits.value} * decimal(terms.multiplier));
    }
    return model_by_time(terms, Rational{duration.count()} - terms.grace.count());
}

bool agrees(std::optional<base::Credits> real, Integer const& model) {
    if (model > Integer{std::numeric_limits<std::int64_t>::max()}) {
        return !real.has_value();
    }
    return real.has_value() && Integer{real->value} == model;
}

Terms arbitrary_timed(std::int64_t most = 1'000'000'000) {
    auto terms = arbitrary_terms(most);
    terms.mode = Mode::duration;
    return terms;
}

RC_GTEST_PROP(PriceModel, AgreesOnOrdinaryPrices, ()) {
    auto const terms = arbitrary_terms();
    Millis const duration{arbitrary_number(long_ms)};
    RC_ASSERT(agrees(price_of(terms, duration), model_price(terms, duration)));
}

RC_GTEST_PROP(PriceModel, AgreesOnPricesAroundTheEdgeOfSixtyFourBits, ()) {
    constexpr std::int64_t huge = 9'000'000'000'000'000'000;
    auto terms = arbitrary_terms(huge);
    terms.multiplier = {arbitrary_number(*rc::gen::element<std::int64_t>(3'000'000, huge))};
    terms.increment = Millis{1 + arbitrary_number(*rc::gen::element<std::int64_t>(2'000, huge))};
    Millis const duration{*rc::gen::inRange<std::int64_t>(0, huge)};
    RC_ASSERT(agrees(price_of(terms, duration), model_price(terms, duration)));
}

RC_GTEST_PROP(PriceModel, AgreesOnCeilingsFromText, ()) {
    auto terms = arbitrary_timed();
    terms.measure = Measure::output;
    terms.estimate = {1 + arbitrary_number(30'000'000)};
    auto const characters = arbitrary_number(10'000'000);
    auto const ms = ceiling(Rational{characters} * 1'000 / decimal(terms.estimate));
    auto const answer = quote(terms, {.characters = characters});
    RC_ASSERT(answer.status == QuoteStatus::quoted);
    RC_ASSERT(agrees(answer.credits, model_by_time(terms, Rational{ms})));
}

RC_GTEST_PROP(Price, NeverFallsAsTheDurationGrows, ()) {
    auto const terms = arbitrary_timed();
    auto const shorter = arbitrary_number(long_ms);
    auto const longer = shorter + arbitrary_number(long_ms);
    RC_ASSERT(price_of(terms, Millis{shorter}) <= price_of(terms, Millis{longer}));
}

RC_GTEST_PROP(Price, IsNotLoweredBySplittingAJob, ()) {
    auto terms = arbitrary_timed();
    terms.minimum = {};
    terms.grace = Millis{0};
    Millis const a{arbitrary_number(long_ms)};
    Millis const b{arbitrary_number(long_ms)};
    RC_ASSERT(*price_of(terms, a) + *price_of(terms, b) >= *price_of(terms, a + b));
}

RC_GTEST_PROP(Price, OfATierWithADiscountIsNeverAboveThePlainOne, ()) {
    auto const plain = [] {
        auto terms = arbitrary_terms();
        terms.multiplier = base::one;
        return terms;
    }();
    auto tier = plain;
    tier.multiplier = {*rc::gen::inRange<std::int64_t>(0, base::one.micros + 1)};
    Millis const duration{arbitrary_number(long_ms)};
    RC_ASSERT(price_of(tier, duration) <= price_of(plain, duration));
}

RC_GTEST_PROP(Quote, OfOutputIsNeverBelowThePriceOfWhatTheRequestPermits, ()) {
    auto terms = arbitrary_timed();
    terms.measure = Measure::output;
    Millis const maximum{arbitrary_number(long_ms)};
    Millis const measured{*rc::gen::inRange<std::int64_t>(0, maximum.count() + 1)};
    auto const answer = quote(terms, {.maximum = maximum});
    RC_ASSERT(answer.status == QuoteStatus::quoted);
    RC_ASSERT(answer.credits >= *price_of(terms, measured));
}

}  // namespace

}  // namespace pricing
