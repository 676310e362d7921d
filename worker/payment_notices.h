// From what a platform has said, proven, to what the core judges: one way for callbacks, for
// answers to questions, and for people who have a notice judged again.
#pragma once

#include <string_view>

#include "adapters/store.h"
#include "jobs/payment_notices.h"
#include "worker/log.h"
#include "worker/payments.h"

namespace worker {

// With what is doubtful whatever the order is (merchant, app, mode, proof); amount and currency are
// for the core, which knows the order.
jobs::PaymentNotice to_notice(adapters::payments::Notice const& said,
                              adapters::payments::Expected const& expected);

// Keeps it as it came: the body, and of the headers those that its proof needs. No secret is in
// either of them.
void keep_raw(jobs::PaymentNotice& notice, adapters::payments::Headers const& headers,
              std::string_view body);

// In one transaction, with whatever follows from it. Blocks.
jobs::NoticeTaken take_notice(adapters::Store& store, jobs::PaymentNotice const& notice,
                              jobs::Rules const& rules, jobs::Judging how = jobs::Judging::first);

// A business line about what has come of it; a warning where a person has to look. Nothing of a
// repeat.
void log_taken(Log& log, jobs::PaymentNotice const& notice, jobs::NoticeTaken const& taken);

}  // namespace worker
