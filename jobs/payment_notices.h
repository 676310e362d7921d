// What a platform has said about an order, and what follows from it. The same rules hold for a
// callback, for the answer to a question, and for a payment that is only simulated:
//   - one notice, one effect; the same again is answered as the first time
//   - one payment, one grant, and one grant per order, for ever
//   - whatever does not fit (amount, currency, merchant, app, another payment of the same order, an
//     order that there is not) moves nothing and waits for a person: it is never dropped
//   - notices may come in any order: money that went back before it is known to have come grants
//     nothing in the end, and an order that was closed is paid all the same, and flagged
#pragma once

#include "jobs/batch.h"
#include "jobs/order.h"
#include "jobs/rules.h"

namespace jobs {

// How it is judged. The others are for one that was stored before, when a person decides on it:
// `again` is once more by the same rules, `overrule` whatever is wrong with its amount, currency,
// merchant and so on, `dismiss` that nothing is to be done.
enum class Judging : std::uint8_t { first, again, overrule, dismiss };

struct NoticeTaken {
    bool repeated = false;  // it was stored before; the rest says what became of it then
    NoticeOutcome outcome = NoticeOutcome::noted;
    Words reasons;
    std::optional<Order> order;  // as it is now; none: it is about none of ours
};

Load load_for(PaymentNotice const& notice);

// Of one notice, loaded with load_for.
NoticeTaken take_notice(Batch& batch, PaymentNotice notice, Rules const& rules,
                        Judging how = Judging::first);

// The notice that pays this order without any money. Its provider is "simulate".
PaymentNotice simulated_payment(Order const& order);

}  // namespace jobs
