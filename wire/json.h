// How jobs, accounts and entries look as JSON, the same on every face (design: interface). Plain
// functions: values in, text out. Ids are strings, so that no reader rounds them; credits are
// integers; times are milliseconds since the epoch.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "adapters/store.h"
#include "jobs/accounts.h"
#include "jobs/job.h"
#include "jobs/steer.h"
#include "jobs/submit.h"
#include "ledger/entry.h"
#include "ledger/wallet.h"
#include "wire/job_request.h"

namespace wire {

boost::json::value job_json(jobs::Job const& job);
boost::json::value account_json(ledger::Wallet const& wallet, base::Timestamp now);
// As a list of accounts has it: when it came to be, and not its grants.
boost::json::value account_line_json(ledger::Wallet const& wallet, base::Timestamp now);
boost::json::value entry_json(ledger::Entry const& entry);
boost::json::value story_json(adapters::JobStory const& story);

// A refusal, as problem+json has it: code, detail, and the facts. `created` and `repeated` are
// none.
struct Refusal {
    std::string code;           // "insufficient_credits"
    std::string detail;         // one line for people: what, and what to do
    int status = 400;           // of HTTP
    boost::json::object facts;  // "required", "balance", …
};

Refusal refusal_of(jobs::Submission const& submission, std::string_view service);
Refusal refusal_of(jobs::Steered const& steered, base::JobId id);
Refusal refusal_of(jobs::Moved const& answer);
Refusal refusal_of(std::vector<FieldError> const& errors);
// Of an input whose length is the price and can't be found out.
Refusal unmeasurable(std::string const& field, jobs::Error const& error);

// {"type","title","status","detail","code", …facts}
boost::json::object problem_json(Refusal const& refusal);

}  // namespace wire
