// The model of one account's money: what product.md says of grants, draws and entries, said once
// more in plain numbers. It shares nothing with ledger/, so that a mistake there is not made here.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

using Int = std::int64_t;
using Parts = std::vector<std::pair<Int, Int>>;  // (grant, credits); grant 0 is the debt

inline constexpr Int never = std::numeric_limits<Int>::max();

struct Lot {  // a grant
    Int left = 0;
    Int size = 0;
    Int from = 0;
    Int until = never;
    std::string service;  // empty: any
    bool gift = false;    // promotional: spent before what was paid for
};

struct Line {  // an entry
    std::string kind;
    Int amount = 0;
    Int after = 0;
    Parts parts;
    Int job = 0;
    int charge = 0;
    std::string reference;
    Int recorded = 0;
    Int effective = 0;
};

// What a line is about beside its money.
struct About {
    Int job = 0;
    int charge = 0;
    std::string reference{};
};

struct Purse {
    std::map<Int, Lot> lots;
    std::vector<Line> lines;
    Int debt = 0;
    Int recharged = 0;
    Int consumed = 0;
    Int refunded = 0;
    Int expired = 0;
    Int member_until = 0;
    std::string tier;
    bool frozen = false;

    [[nodiscard]] Int recorded() const;  // swept or not
    [[nodiscard]] Int shown(Int now) const;
    [[nodiscard]] Int spendable(std::string const& service, Int now) const;

    void credit(std::string const& kind, Lot lot, Int now, About const& about);

    // What it took, in order; the caller has seen that there is enough.
    Parts debit(std::string const& kind, Int amount, std::string const& service, Int now,
                About const& about);

    // `amount` of what a charge took, last taken first.
    void give_back(std::string const& kind, Parts const& held, Int amount, Int now, Int grace,
                   About const& about);

    // More than the charge holds: says how much of it there was.
    Int take_more(Int extra, std::string const& service, bool owe, Int now, About const& about);

    void sweep(Int now);

private:
    Parts best(Int amount, std::string const& service, Int now) const;
    void write(Line line, Int now, About const& about);
};

}  // namespace simulation
