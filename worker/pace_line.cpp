// A note as one line of JSON. It comes back from a store that other versions of this program write
// to as well: what is not understood counts as not said.
#include <boost/json.hpp>

#include "worker/pace.h"

namespace worker {

namespace {

namespace json = boost::json;

constexpr std::size_t most_services = 64;  // so that it fits the store's bound

// Writes or reads the same fields in the same order.
template <typename Visit>
void each_number(Flow& flow, Visit visit) {
    for (auto* const number :
         {&flow.enqueued, &flow.started, &flow.completed, &flow.failed, &flow.cancelled}) {
        visit(*number);
    }
    for (auto* const time : {&flow.pickup, &flow.slowest}) {
        std::int64_t ms = time->count();
        visit(ms);
        *time = base::Millis{ms};
    }
    for (auto* const credits : {&flow.debited, &flow.settled, &flow.refunded, &flow.expired,
                                &flow.received, &flow.spent}) {
        visit(credits->value);
    }
}

json::array flow_json(Flow flow) {
    json::array numbers;
    each_number(flow, [&](std::int64_t number) { numbers.push_back(number); });
    return numbers;
}

// Throws what Boost.JSON throws for a value of another kind, and for numbers that are missing.
Flow flow_of(json::value const& value) {
    auto const& numbers = value.as_array();
    Flow flow;
    std::size_t at = 0;
    each_number(flow, [&](std::int64_t& number) { number = numbers.at(at++).as_int64(); });
    return flow;
}

base::Timestamp time_of(json::value const& value) {
    return base::from_ms(value.as_int64());
}

}  // namespace

std::string to_line(PaceNote const& note) {
    json::object minute;
    Flow rest;
    for (auto const& [service, flow] : note.minute) {
        if (minute.size() < most_services) {
            minute[service] = flow_json(flow);
        } else {
            rest += flow;
        }
    }
    if (rest != Flow{}) {
        minute["…"] = flow_json(rest);
    }
    return json::serialize(json::object{{"pace", 1},
                                        {"slots", note.slots},
                                        {"since", base::to_ms(note.since)},
                                        {"day", base::to_ms(note.day)},
                                        {"ever", flow_json(note.ever)},
                                        {"today", flow_json(note.today)},
                                        {"minute", std::move(minute)}});
}

std::optional<PaceNote> parse_pace(std::string_view line) {
    try {
        auto const parsed = json::parse(json::string_view{line.data(), line.size()});
        auto const& object = parsed.as_object();
        if (object.at("pace").as_int64() != 1) {
            return std::nullopt;
        }
        PaceNote note{.slots = static_cast<int>(object.at("slots").as_int64()),
                      .since = time_of(object.at("since")),
                      .day = time_of(object.at("day")),
                      .ever = flow_of(object.at("ever")),
                      .today = flow_of(object.at("today"))};
        for (auto const& [service, flow] : object.at("minute").as_object()) {
            note.minute[std::string{service}] = flow_of(flow);
        }
        return note;
    } catch (std::exception const&) {
        return std::nullopt;
    }
}

}  // namespace worker
