// A statement of one account: what it had, every line in between by the date of its effect, and
// what it had at the end. The lines add up, singly and in groups.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "ledger/wallet.h"

namespace ledger {

struct Statement {
    std::string user;
    base::Timestamp from;
    base::Timestamp to;  // not included
    base::Credits opening;
    base::Credits closing;
    std::vector<Entry> entries;  // by effect
};

// Puts the entries in the order of their effect, with the balance after each by effect. False: they
// don't lead from the opening balance to the closing one.
bool run_balance(Statement& statement);

enum class By : std::uint8_t { day, service, kind };

std::optional<By> parse_by(std::string_view text);
std::string_view to_text(By by);

// What the entries of one day, service or kind add up to. The service is what a job asked for or a
// caller called it; entries about neither go by their kind.
struct Group {
    std::string name;  // "2027-01-31", "tts", "refund"
    std::int64_t entries = 0;
    base::Credits in;
    base::Credits out;      // never negative
    base::Credits balance;  // after it, and after all groups before it: it begins with the opening

    friend bool operator==(Group const&, Group const&) = default;
};

// Days in their order, as that zone has them; others by name. Of a statement whose balance was run.
std::vector<Group> grouped(Statement const& statement, By by, base::Zone const& zone);

}  // namespace ledger
