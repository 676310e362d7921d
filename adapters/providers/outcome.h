// From what a program said and how it ended to a verdict. Pure, so that every case can be tested
// without a process.
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/provider.h"
#include "adapters/providers/command.h"
#include "adapters/providers/lines.h"
#include "adapters/providers/process.h"

namespace adapters::providers {

// Why a run was stopped from outside.
enum class Stopped : std::uint8_t { no, timeout, output_too_large, cancelled };

// `errors` is the end of its standard error. What the program says of its own error goes before its
// exit code; a result counts only with exit code 0.
Verdict outcome(Stopped stopped, Said const& said, Exit exit, std::string_view errors,
                CommandOptions const& options);

}  // namespace adapters::providers
