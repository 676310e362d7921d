// Lengths for people: seconds to the millisecond, and the samples that they follow from.
#include "wire/measurement_text.h"

#include <fmt/format.h>

namespace wire {

namespace {

// "175,200"
std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

std::string seconds(base::Millis length) {
    auto const ms = static_cast<std::uint64_t>(length.count());
    return fmt::format("{}.{:03} s", grouped(ms / 1'000), ms % 1'000);
}

std::string remarks(jobs::Measurement const& measurement) {
    auto text = std::string{jobs::to_text(measurement.basis)};
    text += measurement.exact ? "" : ", not exact";
    text += measurement.truncated ? ", truncated" : "";
    return text;
}

}  // namespace

std::string length_in_words(jobs::Measurement const& measurement) {
    auto const length = seconds(jobs::duration_of(measurement).value_or(base::Millis{0}));
    return fmt::format("{} ({} samples at {} Hz, {})", length, grouped(measurement.samples),
                       grouped(measurement.rate), remarks(measurement));
}

std::string in_words(jobs::Measurement const& measurement) {
    auto const told = seconds(jobs::duration_of(measurement).value_or(base::Millis{0}));
    switch (measurement.of) {
        case jobs::Source::input:
            return "input measured " + length_in_words(measurement);
        case jobs::Source::output:
            return "measured " + length_in_words(measurement);
        case jobs::Source::provider:
            return told + " as the provider says";
        case jobs::Source::declared:
            return told + " as declared";
    }
    return "";
}

}  // namespace wire
