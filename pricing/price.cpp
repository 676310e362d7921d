// The arithmetic of a price. Products are taken in 128 bits and rounded once, up, by one division.
#include "pricing/price.h"

#include <algorithm>
#include <limits>

namespace pricing {

namespace {

using Wide = unsigned __int128;

// Milliseconds times two rates in micros, over this, is credits.
constexpr Wide micros{1'000'000};
constexpr Wide ms_per_second{1'000};

// Terms are never negative; configuration and parse_line refuse such.
Wide wide(std::int64_t value) {
    CHECK(value >= 0);
    return static_cast<Wide>(value);
}

Wide divide_up(Wide dividend, Wide divisor) {
    return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
}

std::optional<std::int64_t> narrow(Wide value) {
    if (value > wide(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(value);
}

std::optional<base::Credits> as_credits(Wide value) {
    auto const narrowed = narrow(value);
    return narrowed ? std::optional{base::Credits{*narrowed}} : std::nullopt;
}

// The milliseconds that are paid for: whole increments.
Wide sold_ms(Terms const& terms, base::Millis duration, base::Millis grace) {
    CHECK(terms.increment.count() > 0);
    auto const over =
        wide(duration.count()) - std::min(wide(duration.count()), wide(grace.count()));
    auto const increment = wide(terms.increment.count());
    return divide_up(over, increment) * increment;
}

std::optional<base::Credits> price_by_time(Terms const& terms, base::Millis duration,
                                           base::Millis grace) {
    // Sold time is below 2^64 and a rate below 2^63, so only the last product can overflow, and a
    // price whose product overflows 128 bits would not fit 64 bits either.
    Wide product = sold_ms(terms, duration, grace) * wide(terms.per_second.micros);
    if (__builtin_mul_overflow(product, wide(terms.multiplier.micros), &product)) {
        return std::nullopt;
    }
    auto const price = divide_up(product, ms_per_second * micros * micros);
    return as_credits(std::max(price, wide(terms.minimum.value)));
}

std::optional<base::Credits> fixed_price(Terms const& terms) {
    return as_credits(divide_up(wide(terms.credits.value) * wide(terms.multiplier.micros), micros));
}

Quote quote_of(std::optional<base::Credits> price) {
    if (!price) {
        return {.status = QuoteStatus::too_large};
    }
    return {.status = QuoteStatus::quoted, .credits = *price};
}

// The time it takes to speak that text slowly, rounded up to a millisecond.
std::optional<base::Millis> estimated(base::Rate per_second, std::int64_t characters) {
    if (characters < 0) {
        return std::nullopt;
    }
    auto const ms =
        narrow(divide_up(wide(characters) * ms_per_second * micros, wide(per_second.micros)));
    return ms ? std::optional{base::Millis{*ms}} : std::nullopt;
}

// Output is measured only after the run, so what is debited before it is an upper bound: nothing
// of it is given away as grace.
Quote quote_ceiling(Terms const& terms, Usage const& usage) {
    bool const has_text = usage.characters.has_value() && terms.estimate.micros > 0;
    if (!usage.maximum && !has_text) {
        return {.status = QuoteStatus::needs_text_or_maximum};
    }
    auto const duration =
        usage.maximum ? usage.maximum : estimated(terms.estimate, *usage.characters);
    if (!duration || *duration < base::Millis{0}) {
        return {.status = QuoteStatus::too_large};
    }
    return quote_of(price_by_time(terms, *duration, base::Millis{0}));
}

Quote quote_duration(Terms const& terms, Usage const& usage) {
    switch (terms.measure) {
        case Measure::output:
            return quote_ceiling(terms, usage);
        case Measure::input:
        case Measure::declared:
            break;
    }
    if (!usage.duration) {
        return {.status = QuoteStatus::needs_duration};
    }
    return quote_of(price_of(terms, *usage.duration));
}

}  // namespace

Quote quote(Terms const& terms, Usage const& usage) {
    switch (terms.mode) {
        case Mode::fixed:
        case Mode::free:
            return quote_of(price_of(terms, base::Millis{0}));
        case Mode::duration:
            return quote_duration(terms, usage);
    }
    CHECK(false);
}

std::optional<base::Credits> price_of(Terms const& terms, base::Millis duration) {
    switch (terms.mode) {
        case Mode::free:
            return base::Credits{0};
        case Mode::fixed:
            return fixed_price(terms);
        case Mode::duration:
            if (duration < base::Millis{0}) {
                return std::nullopt;
            }
            return price_by_time(terms, duration, terms.grace);
    }
    CHECK(false);
}

}  // namespace pricing
