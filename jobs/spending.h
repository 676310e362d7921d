// What a decision wants to know of what accounts and API keys have spent: which entries are to be
// added up, and what they add up to. Counted from the ledger in the transaction that spends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

// The name of the sum that is kept of it, among those of its account.
std::string name_of(Look const& look);

// What the entries from one to before another add up to, by their sequences. Entries never change,
// so neither does it, and what comes later needs only to be added to it.
struct SpendingMark {
    std::int64_t first = 0;
    std::int64_t behind = 0;
    base::Credits amount;

    friend bool operator==(SpendingMark const&, SpendingMark const&) = default;
};

struct Spent {
    Look look;
    base::Credits amount;
    std::optional<SpendingMark> mark;  // to be kept under the look's name, in the place of an older
};

// What of an entry counts.
struct SpendingLine {
    ledger::Kind kind = ledger::Kind::consume;
    base::Credits amount;
    std::string_view action;
    // Of what gives back: when that charge of a job was opened, and for what; none: it is of none.
    std::optional<base::Timestamp> opened_at;
    std::string_view opened_for;
};

// Entries that are still to be read for a look: from `first` to before `behind`.
struct SpendingPart {
    std::int64_t first = 0;
    std::int64_t behind = 0;
    bool gone = false;  // the sum has them, and should not have them any more

    friend bool operator==(SpendingPart const&, SpendingPart const&) = default;
};

// Adds up the entries of one account for a look, or to what is known of them from before.
class SpendingSum {
public:
    // The account's entries from `first` to before `behind` are those of the look's time.
    SpendingSum(Look look, std::int64_t first, std::int64_t behind,
                std::optional<SpendingMark> const& known = {});

    [[nodiscard]] std::vector<SpendingPart> const& parts() const { return parts_; }

    void add(SpendingLine const& line, bool gone = false);

    // When all the parts are read. It is worth keeping only if they were many.
    [[nodiscard]] Spent spent() const;

private:
    Look look_;
    SpendingMark mark_;
    std::vector<SpendingPart> parts_;
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
