// What the world is told: something that has become true in a transaction (a notice), and the same
// as it goes to one receiver (a message, a row of the outbox, written in that transaction).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "jobs/job.h"

namespace jobs {

// A named value of a notice; a list of groups of values where it is about several things.
struct Fact {
    std::string name;
    std::variant<std::int64_t, std::string, std::vector<std::vector<Fact>>> value;

    friend bool operator==(Fact const&, Fact const&) = default;
};

using Facts = std::vector<Fact>;

struct Notice {
    std::string kind;  // "job.completed", "order.paid", …; see docs/webhooks.md
    std::string user;
    base::AccountId account;
    Facts facts;
    std::optional<Job> job;  // whole, where it is about a job's state
    base::JobId about;       // none: not about a job
    // Another notice with this word is the same one: a receiver is told once, for as long as the
    // first is kept. Empty: no such word.
    std::string once;
};

// To whom and what; the store gives it a number. A receiver is told what concerns an account in the
// order in which the account's transactions wrote it.
struct Message {
    std::string target;  // an endpoint's name, or the origin of a job's own address
    std::string url;     // a job's own address; empty: the endpoint's
    std::string user;
    base::AccountId account;
    base::JobId job;
    std::string kind;
    std::string body;  // JSON, all of it but its id
    std::string once;

    friend bool operator==(Message const&, Message const&) = default;
};

// How far ahead grants have been looked at for warnings of one kind: all that end before that time,
// and of those that end at it the accounts up to this one.
struct WarningMark {
    std::string name;
    base::Timestamp at;
    base::AccountId account;

    friend bool operator==(WarningMark const&, WarningMark const&) = default;
};

// Accounts with grants that end between `from` and `until` from now (the latter included) and lie
// behind the mark, in the order of the marks; at most so many. Locks the mark, not the accounts.
struct Ending {
    std::string mark;
    base::Millis from;
    base::Millis until;
    int limit = 0;
};

// Where the mark stands when there is nothing more to be found.
WarningMark end_of(Ending const& ending, base::Timestamp now);

// What was found: where the mark stood (or where `from` begins, if that is later), and where it
// stands when all that was loaded is dealt with.
struct Ended {
    WarningMark before;
    WarningMark after;
    int found = 0;  // rows, as Ending::limit counts them
};

}  // namespace jobs
