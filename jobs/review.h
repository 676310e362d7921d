// What a person decides about a notice that waits for one. The decision stands among the notices of
// its order for ever, with who made it and why.
#pragma once

#include <string>
#include <vector>

#include "jobs/batch.h"
#include "jobs/payment_notices.h"
#include "jobs/rules.h"

namespace jobs {

struct Resolution {
    PaymentNotice notice;  // as it is stored, all of it
    bool accept = false;   // it counts, whatever was doubtful; otherwise it counts for nothing
    std::string order;     // which of our orders it is taken for; empty: the one that it names
    std::string by;
    std::string reason;
    std::vector<NoticeId> others;  // of the same order, that wait as well
};

enum class ReviewOutcome : std::uint8_t {
    resolved,
    not_waiting,  // it was resolved before, or never had to be
    stays,        // it can't be accepted: `taken` says why
};

struct Resolved {
    ReviewOutcome outcome = ReviewOutcome::resolved;
    NoticeTaken taken;
};

Load load_for(Resolution const& what);
Resolved resolve(Batch& batch, Resolution const& what, Rules const& rules);

}  // namespace jobs
