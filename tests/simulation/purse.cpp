#include "tests/simulation/purse.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <tuple>

namespace simulation {

namespace {

bool is_alive(Lot const& lot, Int now) {
    return lot.left > 0 && lot.from <= now && now < lot.until;
}

}  // namespace

Int Purse::recorded() const {
    Int sum = -debt;
    for (auto const& [number, lot] : lots) {
        sum += lot.left;
    }
    return sum;
}

Int Purse::shown(Int now) const {
    Int sum = -debt;
    for (auto const& [number, lot] : lots) {
        sum += is_alive(lot, now) ? lot.left : 0;
    }
    return sum;
}

Int Purse::spendable(std::string const& service, Int now) const {
    Int sum = -debt;
    for (auto const& [number, lot] : lots) {
        bool const pays = lot.service.empty() || lot.service == service;
        sum += pays && is_alive(lot, now) ? lot.left : 0;
    }
    return sum < 0 ? 0 : sum;
}

// All lots that may pay, sorted by the rule, and then taken from until it is enough.
Parts Purse::best(Int amount, std::string const& service, Int now) const {
    using Rank = std::tuple<int, Int, int, Int, Int>;
    std::vector<Rank> ranks;
    for (auto const& [number, lot] : lots) {
        if (is_alive(lot, now) && (lot.service.empty() || lot.service == service)) {
            ranks.emplace_back(lot.service.empty() ? 1 : 0, lot.until, lot.gift ? 0 : 1, lot.from,
                               number);
        }
    }
    std::ranges::sort(ranks);
    Parts parts;
    for (auto const& rank : ranks) {
        Int const part = std::min(amount, lots.at(std::get<4>(rank)).left);
        if (part > 0) {
            parts.emplace_back(std::get<4>(rank), part);
            amount -= part;
        }
    }
    return parts;
}

void Purse::write(Line line, Int now, About const& about) {
    for (auto const& [number, credits] : line.parts) {
        line.amount += credits;
        if (number == 0) {
            debt -= credits;
        } else {
            lots.at(number).left += credits;
        }
    }
    line.after = (lines.empty() ? 0 : lines.back().after) + line.amount;
    line.job = about.job;
    line.charge = about.charge;
    line.reference = about.reference;
    line.recorded = now;
    line.effective = line.effective == 0 ? now : line.effective;
    bool const in = line.amount > 0;
    if (line.kind == "expire") {
        expired -= line.amount;
    } else if (line.kind == "refund" || (line.kind == "settle" && in)) {
        refunded += line.amount;
    } else if (in) {
        recharged += line.amount;
    } else {
        consumed -= line.amount;
    }
    lines.push_back(std::move(line));
}

void Purse::credit(std::string const& kind, Lot lot, Int now, About const& about) {
    auto const number = static_cast<Int>(lots.size()) + 1;
    Int const amount = lot.size;
    lot.gift = kind == "signup" || kind == "bonus" || kind == "refund";
    Line line{.kind = kind, .parts = {{number, amount}}, .effective = lot.from};
    if (debt > 0 && lot.from <= now && lot.service.empty()) {
        Int const paid = std::min(debt, amount);
        line.parts.emplace_back(number, -paid);
        line.parts.emplace_back(0, paid);
    }
    lots[number] = std::move(lot);
    write(std::move(line), now, about);
}

Parts Purse::debit(std::string const& kind, Int amount, std::string const& service, Int now,
                   About const& about) {
    auto const taken = best(amount, service, now);
    Line line{.kind = kind};
    for (auto const& [number, credits] : taken) {
        line.parts.emplace_back(number, -credits);
    }
    write(std::move(line), now, about);
    return taken;
}

void Purse::give_back(std::string const& kind, Parts const& held, Int amount, Int now, Int grace,
                      About const& about) {
    Line line{.kind = kind};
    Int homeless = 0;
    std::optional<std::string> service;
    for (auto const& [number, credits] : held | std::views::reverse) {
        Int const part = std::min(amount, credits);
        amount -= part;
        if (part == 0) {
            continue;
        }
        Lot const& lot = lots.at(number);
        if (now < lot.until) {
            line.parts.emplace_back(number, part);
            continue;
        }
        homeless += part;
        service = !service || *service == lot.service ? lot.service : "";
    }
    if (homeless > 0) {
        auto const number = static_cast<Int>(lots.size()) + 1;
        lots[number] = {
            .size = homeless, .from = now, .until = now + grace, .service = *service, .gift = true};
        line.parts.emplace_back(number, homeless);
    }
    if (!line.parts.empty()) {
        write(std::move(line), now, about);
    }
}

Int Purse::take_more(Int extra, std::string const& service, bool owe, Int now, About const& about) {
    Int taken = std::min(extra, spendable(service, now));
    Line line{.kind = "settle"};
    for (auto const& [number, credits] : best(taken, service, now)) {
        line.parts.emplace_back(number, -credits);
    }
    if (owe && taken < extra) {
        line.parts.emplace_back(0, taken - extra);
        taken = extra;
    }
    if (!line.parts.empty()) {
        write(std::move(line), now, about);
    }
    return taken;
}

void Purse::sweep(Int now) {
    std::vector<std::pair<Int, Int>> dead;
    for (auto const& [number, lot] : lots) {
        if (lot.left > 0 && lot.until <= now) {
            dead.emplace_back(lot.until, number);
        }
    }
    std::ranges::sort(dead);
    for (auto const& [at, number] : dead) {
        Line line{.kind = "expire", .parts = {{number, -lots.at(number).left}}, .effective = at};
        write(std::move(line), now, {});
    }
}

}  // namespace simulation
