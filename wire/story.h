// The life of one job as lines in the order of time: its states, its attempts, its credits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/store.h"

namespace wire {

struct Step {
    base::Timestamp at;
    std::string what;                     // "created", "processing", "consume", "retry", …
    std::string detail;                   // one line for people
    std::optional<base::Credits> amount;  // of a ledger entry
    base::Credits balance_after;
};

std::vector<Step> steps_of(adapters::JobStory const& story);

// The provider's id of a task, for people.
std::string task_in_words(std::string const& task);

// "17-1 signup: -5, 17-2 recharge: -2", for people.
std::string draws_in_words(ledger::Entry const& entry, std::vector<ledger::Grant> const& grants);

}  // namespace wire
