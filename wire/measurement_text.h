// Measurements as sentences.
#pragma once

#include <string>

#include "jobs/measurement.h"

namespace wire {

// "measured 7.300 s (175,200 samples at 24,000 Hz, trimmed)"; of what nobody measured, who says it.
std::string in_words(jobs::Measurement const& measurement);

// The length alone: "7.300 s (175,200 samples at 24,000 Hz, trimmed)".
std::string length_in_words(jobs::Measurement const& measurement);

}  // namespace wire
