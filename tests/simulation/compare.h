// Whether what the store has of an account is what the model expects, to the last draw.
#pragma once

#include <string>

#include "adapters/store.h"
#include "tests/simulation/model.h"

namespace simulation {

// Empty: it is. Else the first difference.
std::string difference(adapters::AuditPage const& page, Model const& model);

}  // namespace simulation
