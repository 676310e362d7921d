// A price in words, for people.
#pragma once

#include <string>

#include "pricing/terms.h"

namespace wire {

// "1 credit a second of the output, in steps of 1s (50ms over is free), at least 1 credit"
std::string in_words(pricing::Terms const& terms);

// "1 credit", "520 credits"
std::string in_words(base::Credits credits);

}  // namespace wire
