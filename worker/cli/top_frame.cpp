// From a board to lines.
#include "worker/cli/top_frame.h"

#include <algorithm>

#include <fmt/format.h>

#include "worker/cli/text.h"

namespace worker::cli {

namespace {

using Lines = std::vector<Line>;
using enum Table::Align;

void add(Lines& lines, Table const& table) {
    lines.push_back({});
    auto look = Look::strong;
    for (auto const& text : table.lines()) {
        lines.push_back({text, look});
        look = Look::plain;
    }
}

std::string or_blank(std::int64_t number) {
    return number == 0 ? "" : std::to_string(number);
}

std::string rate(std::optional<double> const& per_second) {
    return per_second ? fmt::format("{:.1f}", *per_second) : "-";
}

void add_problems(Board const& board, std::string const& trouble, Lines& lines) {
    if (!trouble.empty()) {
        lines.push_back({"! what follows is old: " + clean(trouble), Look::alarm});
    }
    for (auto const& problem : board.problems) {
        lines.push_back({"! " + problem.text, problem.urgent ? Look::alarm : Look::warning});
    }
    if (lines.empty()) {
        lines.push_back({"nothing needs attention", Look::faint});
    }
}

void add_states(Board const& board, Lines& lines) {
    auto text = fmt::format("jobs      {} ready, {} held, {} running", board.ready, board.held,
                            board.running);
    if (board.unseen > 0) {
        text += fmt::format(" ({} unseen)", board.unseen);
    }
    if (board.inbox > 0) {
        text += fmt::format(", {} in the inbox", board.inbox);
    }
    lines.push_back({});
    lines.push_back({std::move(text)});
    if (board.oldest) {
        lines.push_back({fmt::format("oldest    waits {} for {}", in_short(*board.oldest),
                                     clean(board.oldest_of))});
    }
    lines.push_back({fmt::format("rate      {} enqueued/s, {} billed/s",
                                 rate(board.throughput.enqueued), rate(board.throughput.billed))});
    if (auto const& flow = board.minute; flow.started > 0) {
        lines.push_back(
            {fmt::format("pickup    {} on average, {} at most, in the last minute",
                         in_short(flow.pickup / flow.started), in_short(flow.slowest))});
    }
}

void add_money(Board const& board, Lines& lines) {
    Table table({{"CREDITS"},
                 {"DEBITED", right},
                 {"SETTLED", right},
                 {"REFUNDED", right},
                 {"EXPIRED", right},
                 {"RECEIVED", right},
                 {"SPENT", right}});
    auto const row = [&](std::string name, Flow const& flow) {
        table.row({std::move(name), std::to_string(flow.debited.value),
                   std::to_string(flow.settled.value), std::to_string(flow.refunded.value),
                   std::to_string(flow.expired.value), std::to_string(flow.received.value),
                   std::to_string(flow.spent.value)});
    };
    row("last minute", board.minute);
    row(board.today_since ? "since " + local_time(*board.today_since).substr(11, 5) : "today",
        board.today);
    add(lines, table);
}

void add_queues(Board const& board, Lines& lines) {
    Table table({{"QUEUE"},
                 {"READY", right},
                 {"RUNNING", right},
                 {"OLDEST", right},
                 {"STARTED", right},
                 {"COMPLETED", right},
                 {"FAILED", right},
                 {"MODE"}});
    for (auto const& queue : board.queues) {
        table.row(
            {shortened(clean(queue.service), 24), or_blank(queue.ready), or_blank(queue.running),
             queue.oldest ? in_short(*queue.oldest) : "", or_blank(queue.minute.started),
             or_blank(queue.minute.completed),
             or_blank(queue.minute.failed + queue.minute.cancelled),
             queue.mode == adapters::QueueMode::running ? "" : std::string{to_text(queue.mode)}});
    }
    add(lines, table);
}

std::string seen(WorkerRow const& worker) {
    if (worker.alive) {
        return "alive";
    }
    return worker.seen ? in_short(*worker.seen) + " ago" : "gone";
}

void add_workers(Board const& board, Lines& lines) {
    Table table({{"WORKER"}, {"SLOTS", right}, {"RUNNING", right}, {"SEEN"}, {"SINCE"}});
    for (auto const& worker : board.workers) {
        table.row({shortened(clean(worker.name), 40),
                   worker.slots ? std::to_string(*worker.slots) : "-",
                   std::to_string(worker.running), seen(worker),
                   worker.since ? local_time(*worker.since) : ""});
    }
    if (table.empty()) {
        lines.push_back({});
        lines.push_back({"no worker is alive", Look::faint});
    } else {
        add(lines, table);
    }
}

std::string next_run(DutyRow const& row) {
    if (!row.duty.holder.empty()) {
        return "now";
    }
    if (!row.due) {
        return row.every ? "every " + in_short(*row.every) : "-";
    }
    return *row.due > base::Millis{0} ? "in " + in_short(*row.due) : "due";
}

void add_duties(Board const& board, Lines& lines) {
    if (board.duties.empty()) {
        return;
    }
    Table table({{"DUTY"}, {"LAST RUN", right}, {"TOOK", right}, {"NEXT", right}, {"RESULT"}});
    for (auto const& row : board.duties) {
        table.row({clean(row.duty.name), row.ago ? in_short(*row.ago) + " ago" : "-",
                   row.ago ? in_short(row.duty.cost) : "-", next_run(row),
                   (row.duty.failed ? "FAILED: " : "") + clean(row.duty.result)});
    }
    add(lines, table);
}

// The last row tells how many lines there would be more.
void fit(Lines& lines, Size size) {
    auto const rows = static_cast<std::size_t>(std::max(size.rows, 0));
    if (rows > 0 && lines.size() > rows) {
        auto const more = lines.size() - rows + 1;
        lines.resize(rows);
        lines.back() = {fmt::format("… {} more lines; make the window higher", more), Look::faint};
    }
    for (auto& line : lines) {
        line.text = shortened(line.text, static_cast<std::size_t>(std::max(size.columns, 1)));
    }
}

std::string two(std::int64_t large, char const* unit, std::int64_t small, char const* less) {
    return small == 0 ? fmt::format("{}{}", large, unit)
                      : fmt::format("{}{} {}{}", large, unit, small, less);
}

}  // namespace

std::string in_short(base::Millis time) {
    auto const ms = std::max<std::int64_t>(time.count(), 0);
    auto const seconds = ms / 1000;
    if (ms < 1000) {
        return fmt::format("{} ms", ms);
    }
    if (seconds < 10) {
        return fmt::format("{}.{} s", seconds, ms % 1000 / 100);
    }
    if (seconds < 60) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < 3600) {
        return two(seconds / 60, "m", seconds % 60, "s");
    }
    if (seconds < 86'400) {
        return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
    }
    return two(seconds / 86'400, "d", seconds % 86'400 / 3600, "h");
}

std::vector<Line> frame_of(Board const& board, Size size, std::string const& trouble) {
    Lines lines;
    add_problems(board, trouble, lines);
    lines.insert(lines.begin(),
                 Line{fmt::format("tallyman  {}  {}", local_time(board.at), clean(board.store)),
                      Look::strong});
    add_states(board, lines);
    add_queues(board, lines);
    add_money(board, lines);
    add_workers(board, lines);
    add_duties(board, lines);
    fit(lines, size);
    return lines;
}

std::string painted(Line const& line, bool colours) {
    if (!colours || line.look == Look::plain || line.text.empty()) {
        return line.text;
    }
    constexpr char const* codes[] = {"", "1", "2", "33", "1;31"};
    return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(line.look)], line.text);
}

}  // namespace worker::cli
