// What `doctor` has to say about one thing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/cli/context.h"

namespace worker::cli {

enum class Health : std::uint8_t { ok, warning, problem };

struct Check {
    std::string name;
    Health health = Health::ok;
    std::string detail;
    std::string todo;
};

using Checks = std::vector<Check>;

// One line for each payment platform that is configured. Throws where its keys can't be used.
void check_providers(Checks& checks, Context& context);
void check_payments(Checks& checks, Context& context);

// Where results are kept.
void check_results(Checks& checks, Context& context);

}  // namespace worker::cli
