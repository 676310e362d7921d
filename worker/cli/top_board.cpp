// From a look to a board.
#include "worker/cli/top_board.h"

#include <algorithm>

namespace worker::cli {

namespace {

constexpr std::chrono::seconds remembered{10};
constexpr base::Millis minute{60'000};

using Notes = std::map<std::string, PaceNote>;

// Of those that are alive: what a dead one said last is of a minute that has passed.
Notes notes_in(adapters::Overview const& view) {
    Notes notes;
    for (auto const& worker : view.workers) {
        if (auto note = parse_pace(worker.note); worker.alive && note) {
            notes.emplace(worker.name, std::move(*note));
        }
    }
    return notes;
}

base::Millis since(base::Timestamp at, base::Timestamp now) {
    return std::max(now - at, base::Millis{0});
}

void add_queues(Sight const& sight, Flows const& flows, Board& board) {
    auto queues = sight.queues;
    for (auto const& load : sight.view.services) {
        queues.try_emplace(load.service, adapters::QueueMode::running);
    }
    for (auto const& [service, mode] : queues) {
        QueueRow row{.service = service, .mode = mode};
        auto const& loads = sight.view.services;
        auto const load = std::ranges::find(loads, service, &adapters::ServiceLoad::service);
        if (load != loads.end()) {
            row.ready = load->ready;
            row.running = load->processing;
            if (load->oldest_ready) {
                row.oldest = since(*load->oldest_ready, sight.view.now);
            }
        }
        if (auto const flow = flows.find(service); flow != flows.end()) {
            row.minute = flow->second;
        }
        board.queues.push_back(std::move(row));
    }
}

void add_up(adapters::Overview const& view, Board& board) {
    for (auto const& queue : board.queues) {
        board.ready += queue.ready;
        board.running += queue.running;
        if (queue.oldest && queue.oldest > board.oldest) {
            board.oldest = queue.oldest;
            board.oldest_of = queue.service;
        }
    }
    board.held = view.waiting;
    board.unseen = view.unknown_fates;
    board.inbox = view.inbox;
}

void add_workers(adapters::Overview const& view, Notes const& notes, Board& board) {
    for (auto const& worker : view.workers) {
        WorkerRow row{.name = worker.name, .alive = worker.alive, .running = worker.jobs};
        if (worker.seen_at) {
            row.seen = since(*worker.seen_at, view.now);
        }
        if (auto const note = notes.find(worker.name); note != notes.end()) {
            row.slots = note->second.slots;
            row.since = note->second.since;
        }
        board.workers.push_back(std::move(row));
    }
}

void add_duties(Sight const& sight, Board& board) {
    for (auto const& duty : sight.duties) {
        DutyRow row{.duty = duty};
        if (duty.finished_at) {
            row.ago = since(*duty.finished_at, sight.view.now);
        }
        if (auto const plan = sight.plans.find(duty.name); plan != sight.plans.end()) {
            row.every = plan->second.every;
            if (duty.started_at && !plan->second.light) {
                row.due = *duty.started_at + *row.every - sight.view.now;
            }
        }
        board.duties.push_back(std::move(row));
    }
}

// A process that has not yet turned to the new day counts the old one.
void add_today(Notes const& notes, Board& board) {
    base::Timestamp day{};
    for (auto const& [name, note] : notes) {
        day = std::max(day, note.day);
    }
    for (auto const& [name, note] : notes) {
        if (note.day == day) {
            board.today += note.today;
            auto const from = std::max(note.since, day);
            board.today_since = std::min(board.today_since.value_or(from), from);
        }
    }
}

double per_second(std::int64_t number, std::chrono::duration<double> time) {
    return static_cast<double>(std::max<std::int64_t>(number, 0)) / time.count();
}

}  // namespace

// By difference where there was an earlier look, otherwise by what was counted in the last minute:
// that leaves out jobs that came by the command line, so it says nothing of those that came.
Throughput Looks::throughput(Mark const& now, Board const& board, base::Millis counted) const {
    if (marks_.empty()) {
        if (counted <= base::Millis{0}) {
            return {};
        }
        return {.enqueued = {}, .billed = per_second(board.minute.completed, counted)};
    }
    auto const& before = marks_.front();
    auto const time = now.at - before.at;
    std::int64_t completed = 0;
    for (auto const& [name, number] : now.completed) {
        auto const earlier = before.completed.find(name);
        completed += number - (earlier == before.completed.end() ? 0 : earlier->second);
    }
    return {.enqueued = per_second(now.newest.value - before.newest.value, time),
            .billed = per_second(completed, time)};
}

Board Looks::board(Sight const& sight) {
    auto const notes = notes_in(sight.view);
    Board board{.store = sight.store, .at = sight.view.now};
    Flows flows;
    Mark mark{.at = sight.at, .newest = sight.newest, .completed = {}};
    base::Millis counted{0};
    for (auto const& [name, note] : notes) {
        add(flows, note.minute);
        mark.completed[name] = note.ever.completed;
        counted = std::max(counted, std::min(since(note.since, sight.view.now), minute));
    }
    board.minute = sum_of(flows);
    add_queues(sight, flows, board);
    add_up(sight.view, board);
    add_workers(sight.view, notes, board);
    add_duties(sight, board);
    add_today(notes, board);
    std::erase_if(marks_, [&](Mark const& old) { return old.at + remembered < mark.at; });
    board.throughput = throughput(mark, board, counted);
    marks_.push_back(std::move(mark));
    board.problems = problems_of(sight, board);
    return board;
}

}  // namespace worker::cli
