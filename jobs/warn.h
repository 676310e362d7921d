// Warnings ahead of an expiry: grants that end in 30, 7 and 1 days, each told once a stage. A mark
// per stage says how far ahead grants have been looked at, and moves in the transaction that writes
// the messages, so that none is told twice or missed, whoever runs this and whenever.
#pragma once

#include <span>
#include <string>

#include "jobs/batch.h"

namespace jobs {

// A grant that comes in with less time left than a stage says, or is found late, is told of at the
// stages that still fit.
struct Stage {
    int days = 0;  // ahead
    int next = 0;  // the stage after it; none: 0
};

std::span<Stage const> stages();

Load load_for_warnings(Stage const& stage, int limit);

struct Warned {
    int accounts = 0;
    int grants = 0;
    bool more = false;
};

// One notice an account, of all its grants that come to an end within the range looked at.
Warned warn(Batch& batch, Stage const& stage, int limit);

}  // namespace jobs
