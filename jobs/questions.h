// When platforms are asked about orders of which they have told nothing: 2, 10 and 60 minutes after
// they were opened, and once their time is up, before they are closed. What a platform answers is
// taken like a notice, by the same rules. A question without an answer is asked again, less and
// less often; what nobody answers within a day of its end is closed all the same, since a payment
// that is told of later is honoured even then.
#pragma once

#include <optional>
#include <vector>

#include "jobs/batch.h"
#include "jobs/payment_notices.h"
#include "jobs/rules.h"

namespace jobs {

// How long after its end an order is asked about for the last time: nobody can pay it any more
// then, and who paid at the last moment is known.
inline constexpr base::Millis last_question_after{60'000};
inline constexpr base::Millis questions_end_after{24 * 3600 * 1000LL};

// The next question after that time.
base::Timestamp next_question(Order const& order, base::Timestamp after);

// Pending orders that are to be asked about now, at most so many.
Load load_for_questions(int orders);

// Those of them to ask about. Each is put off as if there were no answer, so that nobody else asks
// at the same time, and one that dies meanwhile loses nothing. Orders of channels that can't be
// asked (any more) are left to be closed.
std::vector<Order> take_questions(Batch& batch, Words const& askable);

// A person asks, whatever the time: the question is counted.
Load load_for_question(std::string const& order);
std::optional<Order> take_question(Batch& batch, std::string const& order);

// The answer to a question that was taken, loaded with load_for(notice). A notice of the state
// `other` says that there was none.
NoticeTaken take_answer(Batch& batch, PaymentNotice const& answer, Rules const& rules);

}  // namespace jobs
