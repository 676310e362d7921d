// A board for programs. Times are milliseconds; what is not known is left out.
#include <cmath>

#include <boost/json.hpp>

#include "worker/cli/top_board.h"

namespace worker::cli {

namespace {

namespace json = boost::json;

json::object flow_json(Flow const& flow) {
    json::object out{{"enqueued", flow.enqueued},     {"started", flow.started},
                     {"completed", flow.completed},   {"failed", flow.failed},
                     {"cancelled", flow.cancelled},   {"debited", flow.debited.value},
                     {"settled", flow.settled.value}, {"refunded", flow.refunded.value},
                     {"expired", flow.expired.value}, {"received", flow.received.value},
                     {"spent", flow.spent.value}};
    if (flow.started > 0) {
        out["pickup_ms"] = json::object{{"mean", flow.pickup.count() / flow.started},
                                        {"slowest", flow.slowest.count()}};
    }
    return out;
}

template <typename Time>
void put(json::object& out, char const* name, std::optional<Time> const& value) {
    if (value) {
        out[name] = value->count();
    }
}

void put(json::object& out, char const* name, std::optional<base::Timestamp> const& at) {
    if (at) {
        out[name] = base::to_ms(*at);
    }
}

// To a thousandth.
void put(json::object& out, char const* name, std::optional<double> rate) {
    if (rate) {
        out[name] = std::round(*rate * 1000) / 1000;
    }
}

json::array queues_json(Board const& board) {
    json::array list;
    for (auto const& queue : board.queues) {
        json::object row{{"service", queue.service},
                         {"mode", to_text(queue.mode)},
                         {"ready", queue.ready},
                         {"running", queue.running},
                         {"minute", flow_json(queue.minute)}};
        put(row, "oldest_ms", queue.oldest);
        list.push_back(std::move(row));
    }
    return list;
}

json::array workers_json(Board const& board) {
    json::array list;
    for (auto const& worker : board.workers) {
        json::object row{
            {"name", worker.name}, {"alive", worker.alive}, {"running", worker.running}};
        if (worker.slots) {
            row["slots"] = *worker.slots;
        }
        put(row, "seen_ms_ago", worker.seen);
        put(row, "since", worker.since);
        list.push_back(std::move(row));
    }
    return list;
}

json::array duties_json(Board const& board) {
    json::array list;
    for (auto const& [duty, ago, due, every] : board.duties) {
        json::object row{{"name", duty.name},
                         {"failed", duty.failed},
                         {"runs", duty.runs},
                         {"result", duty.result},
                         {"cost_ms", duty.cost.count()}};
        if (!duty.holder.empty()) {
            row["holder"] = duty.holder;
        }
        put(row, "last_run_ms_ago", ago);
        put(row, "due_in_ms", due);
        put(row, "every_ms", every);
        list.push_back(std::move(row));
    }
    return list;
}

json::array problems_json(Board const& board) {
    json::array list;
    for (auto const& problem : board.problems) {
        list.push_back(json::object{
            {"what", problem.what}, {"urgent", problem.urgent}, {"text", problem.text}});
    }
    return list;
}

}  // namespace

json::object board_json(Board const& board) {
    json::object states{{"ready", board.ready},
                        {"held", board.held},
                        {"running", board.running},
                        {"unseen", board.unseen},
                        {"inbox", board.inbox}};
    put(states, "oldest_ms", board.oldest);
    json::object throughput;
    put(throughput, "enqueued_per_s", board.throughput.enqueued);
    put(throughput, "billed_per_s", board.throughput.billed);
    json::object out{{"at", base::to_ms(board.at)},         {"store", board.store},
                     {"problems", problems_json(board)},    {"states", std::move(states)},
                     {"throughput", std::move(throughput)}, {"minute", flow_json(board.minute)},
                     {"today", flow_json(board.today)},     {"queues", queues_json(board)},
                     {"workers", workers_json(board)},      {"duties", duties_json(board)}};
    put(out, "today_since", board.today_since);
    return out;
}

}  // namespace worker::cli
