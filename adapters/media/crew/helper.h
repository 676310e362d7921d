// The helper's side: a process that the worker starts and that does nothing but measure, shut in.
#pragma once

#include "adapters/media.h"
#include "adapters/media/measure.h"

namespace adapters::media::crew {

// `tallyman media-helper [BYTES OF MEMORY]`.
inline constexpr char const* helper_word = "media-helper";

using MeasureFunction = MeasureResult (*)(Reader&, MediaHints const&, Limits const&);

// Answers what comes over descriptor 3 until the worker closes its end. Returns the exit code.
// Tests give it another function to measure with.
int run_helper(int argc, char const* const* argv, MeasureFunction measure = &media::measure);

}  // namespace adapters::media::crew
