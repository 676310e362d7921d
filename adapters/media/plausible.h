// Whether a length can be true. A bill hangs on it: what can't be is refused, and not rounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "adapters/media.h"
#include "base/time.h"

namespace adapters::media {

// Zero, longer than `max_duration`, or so many or so few of the data's `bytes` for its time as the
// codec can't have; silence has few. `implausible`.
std::optional<MediaError> implausible(Measured const& measured, std::uint64_t bytes,
                                      base::Millis max_duration);

// Against what the provider said of it, and against a text that was spoken. `hint_differs` where
// they are more than 5 % (and half a second) apart; `unlikely_speech` where it is not between 3 and
// 25 characters a second, with two seconds of silence granted.
std::optional<MediaError> disagreement(Length const& length, std::optional<base::Millis> hinted,
                                       std::optional<std::size_t> characters);

}  // namespace adapters::media
