// What a decision wants to know of what accounts and API keys have spent: which entries are to be
// added up, and what they add up to. Counted from the ledger in the transaction that spends.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/time.h"
#include "ledger/entry.h"

namespace jobs {

// What a look is for.
enum class Window : std::uint8_t {
    day,
    month,
    lately,  // before this moment, for the brake
    usual,   // before that, for the brake
};

enum class Summed : std::uint8_t {
    spent,     // by the charges opened in that time: what was taken, less what they gave back since
    debited,   // taken in that time, whatever became of it
    refunded,  // given back in that time
};

// The entries of one account from `from` (inclusive) to `to` (exclusive), by when they were
// recorded. With a service only what was taken for that: a job's service, or a caller's own word.
struct Look {
    Window window = Window::day;
    Summed summed = Summed::spent;
    std::string service;  // empty: any
    base::Timestamp from;
    base::Timestamp to = base::Timestamp::max();
};

struct Spent {
    Look look;
    base::Credits amount;
};

// What of an entry counts.
struct SpendingLine {
    base::Timestamp recorded_at;
    ledger::Kind kind = ledger::Kind::consume;
    base::JobId job;
    int charge = 0;
    base::Credits amount;
    std::string_view action;
};

// Adds up the entries of one account for a look, from the newest back: the end of a charge comes
// before its debit on this way.
class SpendingSum {
public:
    explicit SpendingSum(Look const& look) : look_{look} {}

    // False: it was recorded before the look begins, and so were all before it.
    bool add(SpendingLine const& line);

    [[nodiscard]] base::Credits sum() const { return sum_; }

private:
    Look const& look_;
    std::map<std::pair<base::JobId, int>, base::Credits> ended_;
    base::Credits sum_;
};

using Spending = std::map<base::AccountId, std::vector<Spent>>;

// What may be spent by requests that come with one API key, on whatever account. Zero: no cap.
struct KeyBudget {
    base::Credits daily_cap;
    base::Credits monthly_cap;
    base::Credits used_today;
    base::Credits used_this_month;
};

// Of an API key with a cap: what was taken, or, below zero, given back of it. Counted for the day
// on which it was taken.
struct KeyCharge {
    std::int64_t key = 0;
    base::Timestamp opened_at;
    base::Credits amount;
};

// Since when the budgets of keys are counted.
struct KeyWindows {
    base::Timestamp day;
    base::Timestamp month;
};

}  // namespace jobs
