// Terms for the tests of this folder: made by hand with defaults, or drawn at random.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pricing/terms.h"

namespace pricing {

inline base::Rate rate(std::string_view text) {
    return base::parse_rate(text).value();
}

// Sold by the second of measured input at that rate, without grace, unless the test says more.
inline Terms by_the_second(std::string_view per_second) {
    return {.mode = Mode::duration,
            .per_second = rate(per_second),
            .measure = Measure::input,
            .grace = base::Millis{0}};
}

// Output by the second, estimated from its text at that many characters a second.
inline Terms spoken(std::string_view per_second, std::string_view estimate) {
    auto terms = by_the_second(per_second);
    terms.measure = Measure::output;
    terms.estimate = rate(estimate);
    return terms;
}

// From zero to somewhat over `most`, small and round numbers more often than chance would have it.
inline std::int64_t arbitrary_number(std::int64_t most) {
    return *rc::gen::weightedOneOf<std::int64_t>(
        {{4, rc::gen::inRange<std::int64_t>(0, most)},
         {2, rc::gen::inRange<std::int64_t>(0, 20)},
         {1, rc::gen::map(rc::gen::inRange<std::int64_t>(0, 9),
                          [](std::int64_t n) { return n * 1'000'000; })}});
}

// Anything that a price book or a stored line can say.
inline Terms arbitrary_terms(std::int64_t most = 1'000'000'000'000) {
    return {.mode = *rc::gen::element(Mode::fixed, Mode::duration, Mode::free),
            .credits = {arbitrary_number(most)},
            .per_second = {arbitrary_number(most)},
            .multiplier = {arbitrary_number(3'000'000)},
            .measure = *rc::gen::element(Measure::input, Measure::output, Measure::declared),
            .increment = base::Millis{1 + arbitrary_number(200'000)},
            .minimum = {arbitrary_number(100)},
            .grace = base::Millis{arbitrary_number(5'000)},
            .estimate = {arbitrary_number(30'000'000)},
            .overrun = *rc::gen::element(Overrun::absorb, Overrun::charge, Overrun::debt),
            .on_cancel = *rc::gen::element(CancelRule::full, CancelRule::none),
            .members_free = *rc::gen::arbitrary<bool>()};
}

}  // namespace pricing
