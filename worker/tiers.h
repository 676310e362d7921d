// The tiers that are configured anywhere: in prices, packages, the fair order, the guards.
#pragma once

#include <set>
#include <string>

#include "config/settings.h"
#include "pricing/book.h"

namespace worker {

inline std::set<std::string> tiers_of(config::Settings const& settings, pricing::Book const& book) {
    std::set<std::string> tiers;
    for (auto const& [name, weight] : settings.rules.weights) {
        tiers.insert(name);
    }
    for (auto const& [name, caps] : settings.rules.guards.tiers) {
        tiers.insert(name);
    }
    for (auto const& [name, multiplier] : settings.rules.recharge.multipliers) {
        tiers.insert(name);
    }
    for (auto const& [service, periods] : book.services) {
        for (auto const& period : periods) {
            for (auto const& [name, multiplier] : period.tiers) {
                tiers.insert(name);
            }
        }
    }
    tiers.erase("none");  // what accounts without one are called
    return tiers;
}

}  // namespace worker
