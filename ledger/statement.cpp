#include "ledger/statement.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <utility>

namespace ledger {

namespace {

constexpr std::array names{std::pair{By::day, std::string_view{"day"}},
                           std::pair{By::service, std::string_view{"service"}},
                           std::pair{By::kind, std::string_view{"kind"}}};

std::string day_of(base::Timestamp at, base::Zone const& zone) {
    std::chrono::year_month_day const day{
        std::chrono::floor<std::chrono::days>(base::local_at(zone, at))};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return text;
}

std::string name_of(Entry const& entry, By by, base::Zone const& zone) {
    switch (by) {
        case By::day:
            return day_of(entry.effective_at, zone);
        case By::service:
            return entry.action.empty() ? std::string{to_text(entry.kind)} : entry.action;
        case By::kind:
            return std::string{to_text(entry.kind)};
    }
    CHECK(false);
}

}  // namespace

bool run_balance(Statement& statement) {
    std::ranges::sort(statement.entries, {},
                      [](Entry const& e) { return std::pair{e.effective_at, e.seq}; });
    auto balance = statement.opening;
    for (auto& entry : statement.entries) {
        balance += entry.amount;
        entry.balance_after = balance;
    }
    return balance == statement.closing;
}

std::optional<By> parse_by(std::string_view text) {
    auto const found = std::ranges::find(names, text, [](auto const& name) { return name.second; });
    return found == names.end() ? std::nullopt : std::optional{found->first};
}

std::string_view to_text(By by) {
    return std::ranges::find(names, by, [](auto const& name) { return name.first; })->second;
}

std::vector<Group> grouped(Statement const& statement, By by, base::Zone const& zone) {
    std::map<std::string, Group> groups;
    for (auto const& entry : statement.entries) {
        auto& group = groups[name_of(entry, by, zone)];
        group.entries += 1;
        entry.amount.value > 0 ? group.in += entry.amount : group.out -= entry.amount;
    }
    std::vector<Group> list;
    auto balance = statement.opening;
    for (auto& [name, group] : groups) {
        balance += group.in;
        balance -= group.out;
        group.name = name;
        group.balance = balance;
        list.push_back(std::move(group));
    }
    return list;
}

}  // namespace ledger
