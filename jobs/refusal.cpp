// The words for each way of refusing a request.
#include "jobs/refusal.h"

#include <string>

namespace jobs {

namespace {

std::string refusal_text(base::Credits credits) {
    return std::to_string(credits.value);
}

std::string id_of(std::optional<Job> const& job) {
    return job ? base::to_text(job->id) : "";
}

}  // namespace

std::optional<Error> refusal_of(Submission const& s, std::string_view service) {
    std::string const name{service};
    using enum SubmitOutcome;
    switch (s.outcome) {
        case created:
        case repeated:
            return std::nullopt;
        case key_conflict:
            return Error{"idempotency_conflict",
                         "the idempotency key belongs to job " + id_of(s.job) +
                             ", which asked for something else; use another key"};
        case unknown_service:
            return Error{"unknown_service",
                         "there is no service `" + name +
                             "` in the price book; `tallyman prices show` lists them"};
        case needs_duration:
            return Error{"needs_duration",
                         "this service is priced by the second: say how many in the input, such "
                         "as {\"duration\": 12.5}"};
        case needs_text_or_maximum:
            return Error{"needs_text_or_maximum",
                         "this service is priced by its output: the input needs its `text`, or a "
                         "`max_duration` in seconds"};
        case too_expensive:
            return Error{"too_expensive", "the price is too large to be charged"};
        case over_job_cap:
        case over_cap:
            return Error{"over_" + std::string{to_text(s.hit->guard)}, in_words(*s.hit)};
        case insufficient_credits:
            return Error{"insufficient_credits", "not enough credits: " + refusal_text(s.required) +
                                                     " needed, " + refusal_text(s.balance) +
                                                     " there; recharge the account"};
        case frozen:
            return Error{"account_frozen",
                         "the account is frozen; an operator must release it first"};
        case braked:
            return Error{"account_braked",
                         "the account spends far more than usual and is held for a look; an "
                         "operator can release it"};
        case draining:
            return Error{"queue_draining", "the queue of `" + name +
                                               "` is being drained and takes no new jobs; try "
                                               "again later"};
        case unknown_parent:
            return Error{"unknown_parent",
                         "job " + base::to_text(s.parent) + " is not a job of this account"};
        case parent_failed:
            return Error{"parent_failed",
                         "job " + base::to_text(s.parent) + " has ended without a result"};
        case taken_elsewhere:
            return Error{"taken_elsewhere", "another worker has taken up this request"};
    }
    CHECK(false);
}

}  // namespace jobs
