// Exact sums.
#include "adapters/media/found.h"

#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace adapters {

std::string_view to_text(Basis basis) {
    switch (basis) {
        case Basis::trimmed:
            return "trimmed";
        case Basis::frames:
            return "frames";
        case Basis::declared:
            return "declared";
    }
    return "";
}

std::optional<base::Millis> to_millis(Length const& length) {
    __extension__ using Wide = unsigned __int128;
    if (length.rate == 0) {
        return std::nullopt;
    }
    auto const millis = (Wide{length.samples} * 1'000 + (length.rate - 1)) / length.rate;
    if (millis > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return base::Millis{static_cast<std::int64_t>(millis)};
}

namespace media {

__extension__ using Wide = unsigned __int128;

void fail(std::string code, std::string message) {
    throw Unmeasurable{std::move(code), std::move(message)};
}

void Sum::add(std::uint64_t samples, std::uint64_t rate) {
    if (rate == 0) {
        fail("damaged", "its sample rate is 0");
    }
    if (!begun_) {
        total_ = {.samples = 0, .rate = rate};
        begun_ = true;
    }
    constexpr Wide most = std::numeric_limits<std::uint64_t>::max();
    auto const common = Wide{total_.rate} / std::gcd(total_.rate, rate) * rate;
    auto const sum = common > most ? most + 1
                                   : Wide{total_.samples} * (common / total_.rate) +
                                         Wide{samples} * (common / rate);
    if (sum > most) {
        fail("damaged", fmt::format("{} samples at {} Hz are more than can be", samples, rate));
    }
    total_ = {.samples = static_cast<std::uint64_t>(sum),
              .rate = static_cast<std::uint64_t>(common)};
}

std::strong_ordering compare(Length const& one, Length const& other) {
    return Wide{one.samples} * other.rate <=> Wide{other.samples} * one.rate;
}

}  // namespace media

}  // namespace adapters
