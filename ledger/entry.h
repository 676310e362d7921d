// One line of the ledger, and what it took from or gave to which grant. Append-only, for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"

namespace ledger {

enum class Kind : std::uint8_t {
    recharge,
    bonus,
    signup,
    consume,
    settle,
    refund,
    expire,
    sync,
    adjust
};

inline constexpr int kinds = 9;

std::string_view to_text(Kind kind);
std::optional<Kind> parse_kind(std::string_view text);

// The number that draws use for the account's debt instead of a grant.
inline constexpr std::int64_t debt = 0;

// Signed like its entry: negative was taken out of the grant, positive was put into it.
struct Draw {
    std::int64_t grant = 0;  // the grant's number within its account, or `debt`
    base::Credits amount;

    friend bool operator==(Draw const&, Draw const&) = default;
};

struct Entry {
    base::AccountId account;
    std::int64_t seq = 0;  // 1, 2, 3 … within the account, no gap
    Kind kind = Kind::adjust;
    base::Credits amount;
    base::Credits balance_after;
    base::JobId job;     // none: not about a job
    int charge = 0;      // which charge of that job
    std::string action;  // what for: a job's service, or a caller's own word; empty: kind says it
    std::string reference;  // external reference, unique for ever; empty: none
    std::string note;       // for people
    base::Timestamp recorded_at;
    base::Timestamp effective_at;  // an expiry takes effect at its grant's date
    std::vector<Draw> draws;       // in the order in which they were made; they add up to amount
    base::Hash hash{};             // over this entry and the hash of the one before it
};

// "3:-5,7:-2", the form in which stores keep draws. parse_draws is nullopt for anything else.
std::string to_line(std::vector<Draw> const& draws);
std::optional<std::vector<Draw>> parse_draws(std::string_view line);
// Into a vector that is there already, so that whoever reads millions needs no memory for each.
// False, and nothing in it: the line is something else.
bool parse_draws(std::string_view line, std::vector<Draw>& draws);

// "17-4": account and sequence, the id that the outside sees. Also used for grants (number).
std::string public_id(base::AccountId account, std::int64_t number);

}  // namespace ledger
