#include "jobs/spending.h"

#include <array>

#include "base/check.h"

namespace jobs {

namespace {

constexpr std::int64_t worth_keeping = 128;

std::int64_t size_of(std::vector<SpendingPart> const& parts) {
    std::int64_t sum = 0;
    for (auto const& part : parts) {
        sum += part.behind - part.first;
    }
    return sum;
}

// How to come from what is known to what is wanted; none: not at all. What a charge gives back
// counts by when it was opened, so such a sum can't lose its first entries.
std::optional<std::vector<SpendingPart>> steps(Look const& look, SpendingMark const& from,
                                               SpendingMark const& to) {
    bool const reaches =
        from.first <= to.first && to.first <= from.behind && from.behind <= to.behind;
    bool const moves = look.summed != Summed::spent || from.first == to.first;
    if (!reaches || !moves) {
        return std::nullopt;
    }
    return std::vector{SpendingPart{.first = from.first, .behind = to.first, .gone = true},
                       SpendingPart{.first = from.behind, .behind = to.behind, .gone = false}};
}

base::Credits amount_of(Look const& look, SpendingLine const& line) {
    auto const wanted = [&](std::string_view service) {
        return look.service.empty() || service == look.service;
    };
    bool const given_back = line.kind == ledger::Kind::refund || line.kind == ledger::Kind::settle;
    bool const opened_then = line.opened_at && look.from <= *line.opened_at;
    bool counts = line.kind == ledger::Kind::consume && wanted(line.action);
    if (look.summed == Summed::spent) {
        counts = counts || (given_back && opened_then && wanted(line.opened_for));
    } else if (look.summed == Summed::refunded) {
        counts = line.kind == ledger::Kind::refund && wanted(line.action);
        return counts ? line.amount : base::Credits{};
    }
    return counts ? -line.amount : base::Credits{};
}

}  // namespace

std::string name_of(Look const& look) {
    constexpr std::array windows{"day", "month", "lately", "usual"};
    constexpr std::array sums{"spent", "debited", "refunded"};
    return std::string{windows.at(static_cast<std::size_t>(look.window))} + ":" +
           sums.at(static_cast<std::size_t>(look.summed)) + ":" + look.service;
}

SpendingSum::SpendingSum(Look look, std::int64_t first, std::int64_t behind,
                         std::optional<SpendingMark> const& known)
    : look_{std::move(look)}, mark_{.first = first, .behind = behind, .amount = {}} {
    CHECK(first <= behind);
    parts_.push_back({.first = first, .behind = behind, .gone = false});
    auto shorter = known ? steps(look_, *known, mark_) : std::nullopt;
    if (shorter && size_of(*shorter) <= size_of(parts_)) {
        mark_.amount = known->amount;
        parts_ = std::move(*shorter);
    }
    std::erase_if(parts_, [](SpendingPart const& part) { return part.first == part.behind; });
}

void SpendingSum::add(SpendingLine const& line, bool gone) {
    auto const amount = amount_of(look_, line);
    mark_.amount += gone ? -amount : amount;
}

Spent SpendingSum::spent() const {
    bool const keep = size_of(parts_) > worth_keeping;
    return {
        .look = look_, .amount = mark_.amount, .mark = keep ? std::optional{mark_} : std::nullopt};
}

}  // namespace jobs
