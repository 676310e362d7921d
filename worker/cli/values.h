// Values from the command line. Each throws Stop (usage) that names the argument, what was given
// and what was expected.
#pragma once

#include <optional>
#include <string>

#include "base/credits.h"
#include "base/ids.h"
#include "base/time.h"

namespace worker::cli {

base::JobId job_id(std::string const& text);

std::string user_id(std::string const& text);

// Any whole number that fits 64 bits.
base::Credits credits(std::string const& text);

// A date (midnight here), a time with an offset, or a duration from now: "2027-01-01",
// "2027-01-01T08:00:00+08:00", "30d". `now` is the store's.
base::Timestamp when(std::string const& option, std::string const& text, base::Timestamp now);

// JSON as given, `-` for standard input, `@FILE` for a file. Reads at most a little over `most`
// bytes, so that the size can be refused without reading it all.
std::string input_text(std::string const& text, std::int64_t most);

}  // namespace worker::cli
