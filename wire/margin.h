// What providers took, and what credits were worth that jobs were settled at: for people and
// programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "adapters/call_book.h"
#include "base/zone.h"
#include "config/settings.h"

namespace wire {

enum class MarginBy : std::uint8_t { provider, service, day, model };

std::optional<MarginBy> parse_margin_by(std::string_view word);

// In what spans costs are to be asked for, so that they can be put together by days of any zone.
base::Millis span_of(MarginBy by);

struct MarginLine {
    std::string name;      // of the provider, service or model; the day, "2027-01-31"
    std::string currency;  // empty: what it cost is not known
    std::int64_t calls = 0;
    std::int64_t completed = 0;
    std::int64_t micros = 0;  // what it cost, in millionths
    base::Credits credits;
    std::optional<std::int64_t> worth;  // of the credits, where their currency is the same
};

// By name and currency. What doesn't fit a number is left out of `worth`.
std::vector<MarginLine> margins(std::vector<adapters::CostSum> const& sums, MarginBy by,
                                base::Zone const& zone, config::CreditValue const& value);

boost::json::object margin_json(MarginLine const& line);
boost::json::object call_json(jobs::ProviderCall const& call);

// "0.5 CNY", of millionths.
std::string money_text(std::int64_t micros, std::string_view currency);

}  // namespace wire
