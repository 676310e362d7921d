// The terms of one service's price, as frozen on a job: everything needed to compute its bill
// again at any time, whatever the book says by then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/credits.h"
#include "base/time.h"

namespace pricing {

enum class Mode : std::uint8_t { fixed, duration, free };
enum class Measure : std::uint8_t { input, output, declared };

// What happens when the measured price exceeds the ceiling that was debited at the start.
enum class Overrun : std::uint8_t { absorb, charge, debt };

// What a user gets back who cancels a job that is being processed.
enum class CancelRule : std::uint8_t { full, none };

struct Terms {
    Mode mode = Mode::free;
    base::Credits credits;                // fixed: the price
    base::Rate per_second;                // duration: credits a second
    base::Rate multiplier = base::one;    // the account's tier price
    Measure measure = Measure::declared;  // duration: what is measured
    base::Millis increment{1000};         // duration: sold in whole pieces of this length
    base::Credits minimum;                // duration: never less than this
    base::Millis grace{50};               // duration: this much over a piece is free
    base::Rate estimate;                  // output: characters a second of slow speech
    Overrun overrun = Overrun::absorb;
    CancelRule on_cancel = CancelRule::full;
    CancelRule on_moderation = CancelRule::full;  // where the provider refuses the content
    bool members_free = false;

    friend bool operator==(Terms const&, Terms const&) = default;
};

std::string_view to_text(Mode mode);
std::string_view to_text(Measure measure);
std::string_view to_text(Overrun overrun);
std::string_view to_text(CancelRule rule);
std::optional<Mode> parse_mode(std::string_view text);
std::optional<Measure> parse_measure(std::string_view text);
std::optional<Overrun> parse_overrun(std::string_view text);
std::optional<CancelRule> parse_cancel_rule(std::string_view text);

// One line that reads like the price and loses nothing: stores keep it, `explain` shows it.
// "duration 0.25/s x0.8 output increment=1s minimum=1 grace=50ms estimate=3 overrun=absorb ..."
std::string to_line(Terms const& terms);
std::optional<Terms> parse_line(std::string_view line);

}  // namespace pricing
