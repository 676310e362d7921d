// A duration in milliseconds, a line break, and a line of terms. What can be read is written back
// the same, prices never fall as the duration grows, and a ceiling is never below its price.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/check.h"
#include "pricing/price.h"

namespace {

constexpr base::Millis longest{std::numeric_limits<std::int64_t>::max()};

void check_prices(pricing::Terms const& terms, base::Millis duration) {
    auto const price = pricing::price_of(terms, duration);
    if (!price) {
        CHECK(!pricing::price_of(terms, std::max(duration, longest)) || duration < base::Millis{0});
        return;
    }
    CHECK(*price >= base::Credits{0});
    auto const half = pricing::price_of(terms, duration / 2);
    CHECK(half && *half <= *price);
    auto const ceiling = pricing::quote(terms, {.duration = duration, .maximum = duration});
    if (ceiling.status == pricing::QuoteStatus::quoted) {
        CHECK(ceiling.credits >= *price);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const end = std::min(text.find('\n'), size);
    auto const terms = pricing::parse_line(text.substr(std::min(end + 1, size)));
    if (!terms) {
        return 0;
    }
    CHECK(pricing::parse_line(pricing::to_line(*terms)) == terms);
    if (auto const ms = base::parse_integer(text.substr(0, end))) {
        check_prices(*terms, base::Millis{*ms});
        pricing::quote(*terms, {.characters = *ms});
    }
    return 0;
}
