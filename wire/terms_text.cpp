// Prices and amounts as sentences.
#include "wire/terms_text.h"

#include <fmt/format.h>

namespace wire {

namespace {

std::string_view measured(pricing::Measure measure) {
    switch (measure) {
        case pricing::Measure::input:
            return "the input";
        case pricing::Measure::output:
            return "the output";
        case pricing::Measure::declared:
            return "the declared duration";
    }
    return "";
}

std::string_view overrun(pricing::Overrun overrun) {
    switch (overrun) {
        case pricing::Overrun::absorb:
            return "what exceeds it is the operator's cost";
        case pricing::Overrun::charge:
            return "what exceeds it is charged up to the balance";
        case pricing::Overrun::debt:
            return "what exceeds it is charged, as debt if need be";
    }
    return "";
}

std::string by_duration(pricing::Terms const& terms) {
    auto const one_credit = terms.per_second == base::one;
    auto text = fmt::format("{} {} a second of {}, in steps of {}", base::to_text(terms.per_second),
                            one_credit ? "credit" : "credits", measured(terms.measure),
                            base::to_text(terms.increment));
    if (terms.grace.count() > 0) {
        text += fmt::format(" ({} over is free)", base::to_text(terms.grace));
    }
    if (terms.minimum.value > 0) {
        text += ", at least " + in_words(terms.minimum);
    }
    if (terms.measure == pricing::Measure::output) {
        text += fmt::format("; debited at the start: a ceiling, by {} characters a second; {}",
                            base::to_text(terms.estimate), overrun(terms.overrun));
    }
    return text;
}

std::string plain(pricing::Terms const& terms) {
    switch (terms.mode) {
        case pricing::Mode::fixed:
            return in_words(terms.credits);
        case pricing::Mode::duration:
            return by_duration(terms);
        case pricing::Mode::free:
            return "free";
    }
    return "";
}

}  // namespace

std::string in_words(pricing::Terms const& terms) {
    auto text = plain(terms);
    if (terms.mode != pricing::Mode::free && terms.multiplier != base::one) {
        text += fmt::format("; tier price x{}", base::to_text(terms.multiplier));
    }
    if (terms.members_free) {
        text += "; free for members";
    }
    if (terms.on_cancel == pricing::CancelRule::none) {
        text += "; no refund when cancelled while running";
    }
    return text;
}

std::string in_words(base::Credits credits) {
    return fmt::format("{} {}", credits.value, credits.value == 1 ? "credit" : "credits");
}

}  // namespace wire
