// What a job costs. Exact: rates are multiplied as integers and rounded once, up, at the end.
#pragma once

#include <cstdint>
#include <optional>

#include "base/credits.h"
#include "base/time.h"
#include "pricing/terms.h"

namespace pricing {

// What is known of a job before it runs.
struct Usage {
    std::optional<base::Millis> duration;    // measured from the input, or declared by the caller
    std::optional<std::int64_t> characters;  // length of the text to speak, in code points
    std::optional<base::Millis> maximum;     // the longest output that the request permits
};

enum class QuoteStatus : std::uint8_t {
    quoted,
    needs_duration,         // duration mode, and nothing says how long it is
    needs_text_or_maximum,  // output is measured, and nothing bounds it beforehand
    too_large,              // does not fit 64 bits, or the usage is negative
};

struct Quote {
    QuoteStatus status = QuoteStatus::quoted;
    base::Credits credits;  // what will be debited at the start; for output a ceiling
};

Quote quote(Terms const& terms, Usage const& usage);

// The price of a measured duration under these terms; nullopt where it does not fit 64 bits or the
// duration is negative. For `fixed` and `free` the duration does not matter.
std::optional<base::Credits> price_of(Terms const& terms, base::Millis duration);

}  // namespace pricing
