#include "wire/margin.h"

#include <array>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "wire/json.h"

namespace wire {

namespace {

namespace json = boost::json;

constexpr base::Millis quarter_of_an_hour{900'000};  // the offsets of all zones are multiples of it

std::string day_of(base::Timestamp at, base::Zone const& zone) {
    std::chrono::year_month_day const day{
        std::chrono::floor<std::chrono::days>(base::local_at(zone, at))};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string name_of(adapters::CostSum const& sum, MarginBy by, base::Zone const& zone) {
    switch (by) {
        case MarginBy::provider:
            return sum.provider;
        case MarginBy::service:
            return sum.service;
        case MarginBy::model:
            return sum.model.empty() ? sum.provider : sum.provider + " " + sum.model;
        case MarginBy::day:
            return day_of(sum.from, zone);
    }
    CHECK(false);
}

std::optional<std::int64_t> worth_of(MarginLine const& line, config::CreditValue const& value) {
    std::int64_t worth = 0;
    bool const same =
        value.micros > 0 && (line.currency.empty() || line.currency == value.currency);
    if (!same || __builtin_mul_overflow(line.credits.value, value.micros, &worth)) {
        return std::nullopt;
    }
    return worth;
}

}  // namespace

std::optional<MarginBy> parse_margin_by(std::string_view word) {
    constexpr std::array words{std::pair{std::string_view{"provider"}, MarginBy::provider},
                               std::pair{std::string_view{"service"}, MarginBy::service},
                               std::pair{std::string_view{"day"}, MarginBy::day},
                               std::pair{std::string_view{"model"}, MarginBy::model}};
    for (auto const& [text, by] : words) {
        if (text == word) {
            return by;
        }
    }
    return std::nullopt;
}

base::Millis span_of(MarginBy by) {
    return by == MarginBy::day ? quarter_of_an_hour : base::Millis{};
}

std::vector<MarginLine> margins(std::vector<adapters::CostSum> const& sums, MarginBy by,
                                base::Zone const& zone, config::CreditValue const& value) {
    std::map<std::pair<std::string, std::string>, MarginLine> lines;
    for (auto const& sum : sums) {
        auto const name = name_of(sum, by, zone);
        auto& line = lines[{name, sum.currency}];
        line.name = name;
        line.currency = sum.currency;
        line.calls += sum.calls;
        line.completed += sum.completed;
        line.micros += sum.micros;
        line.credits += sum.credits;
    }
    std::vector<MarginLine> list;
    for (auto& [key, line] : lines) {
        line.worth = worth_of(line, value);
        list.push_back(std::move(line));
    }
    return list;
}

std::string money_text(std::int64_t micros, std::string_view currency) {
    bool const negative = micros < 0;
    auto text = base::to_text(base::Rate{negative ? -micros : micros});
    return fmt::format("{}{}{}{}", negative ? "-" : "", text, currency.empty() ? "" : " ",
                       currency);
}

json::object margin_json(MarginLine const& line) {
    json::object out{{"name", line.name},
                     {"calls", line.calls},
                     {"completed", line.completed},
                     {"credits", line.credits.value}};
    if (!line.currency.empty()) {
        out["currency"] = line.currency;
        out["cost_micros"] = line.micros;
    }
    if (line.worth) {
        out["worth_micros"] = *line.worth;
        out["margin_micros"] = *line.worth - line.micros;
    }
    return out;
}

json::object call_json(jobs::ProviderCall const& call) {
    json::object out{{"at", base::to_ms(call.at)},
                     {"attempt", call.attempt},
                     {"provider", call.provider},
                     {"completed", call.completed}};
    for (auto const& [name, text] :
         {std::pair{"model", &call.model}, std::pair{"request_id", &call.request_id},
          std::pair{"word", &call.word}, std::pair{"usage", &call.usage}}) {
        if (!text->empty()) {
            out[name] = *text;
        }
    }
    if (!call.currency.empty()) {
        out["currency"] = call.currency;
        out["cost_micros"] = call.micros;
    }
    return out;
}

}  // namespace wire
