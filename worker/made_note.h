// What was made, written down as the task of a job before any of it is fetched: where there is no
// task to ask about, a worker that dies on the way would otherwise have it made and paid for again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/provider.h"

namespace worker {

// Empty where it can't be written down: fetching it takes headers, which may be secrets, or it is
// too much.
std::string made_note(adapters::Verdict const& verdict);

// The completed verdict of such a task; nothing for tasks of providers.
std::optional<adapters::Verdict> noted(std::string_view task);

}  // namespace worker
