// An edited price book, tried on jobs that were billed: who would have paid what. Nothing changes.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "adapters/store.h"
#include "pricing/book.h"

namespace worker::http {

struct TrialSum {
    std::int64_t jobs = 0;
    base::Credits before;  // what was paid
    base::Credits after;   // what that book asks for the same
};

struct Trial {
    TrialSum all;
    std::map<std::string, TrialSum> services;
    std::map<std::string, TrialSum> users;
    std::int64_t unpriced = 0;  // the book has no price for them; what was paid stands for it
    bool truncated = false;     // there were more jobs than are looked at
};

inline constexpr std::int64_t most_tried = 20'000;

// Of the newest completed jobs since then, in small reads. Blocks.
Trial try_prices(adapters::Store& store, pricing::Book const& book, base::Timestamp since);

// With the users for whom most changes.
boost::json::object trial_json(Trial const& trial);

}  // namespace worker::http
