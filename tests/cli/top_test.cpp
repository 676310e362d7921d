// The live view without a store and without a terminal: what is worked out, and how it is laid out.
#include <algorithm>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "worker/cli/top_frame.h"

namespace tests {

using adapters::QueueMode;
using base::Millis;
using worker::Flow;
using worker::PaceNote;
using worker::cli::Board;
using worker::cli::frame_of;
using worker::cli::in_short;
using worker::cli::Line;
using worker::cli::Look;
using worker::cli::Looks;
using worker::cli::Sight;

namespace {

base::Timestamp const now = base::from_ms(1'800'000'000'000);

adapters::WorkerSeen worker_of(std::string const& name, PaceNote const& note,
                               std::int64_t jobs = 0) {
    return {.name = name, .alive = true, .jobs = jobs, .seen_at = now, .note = to_line(note)};
}

PaceNote note_of(Flow const& flow, Millis age = Millis{3'600'000}) {
    return {.slots = 8,
            .since = now - age,
            .day = now - Millis{7'200'000},
            .ever = flow,
            .today = flow,
            .minute = {{"tts", flow}}};
}

// A store where two services have work and one worker does it.
Sight a_sight() {
    Sight sight{.store = "sqlite:x.db"};
    sight.view.now = now;
    sight.view.services = {
        {.service = "tts", .ready = 3, .processing = 2, .oldest_ready = now - Millis{80'000}},
        {.service = "video", .ready = 1, .oldest_ready = now - Millis{5'000}}};
    sight.view.waiting = 4;
    sight.view.workers = {worker_of("host-1",
                                    note_of({.started = 4,
                                             .completed = 6,
                                             .failed = 1,
                                             .pickup = Millis{400},
                                             .slowest = Millis{250},
                                             .debited = {60},
                                             .settled = {50},
                                             .refunded = {10}}),
                                    2)};
    sight.queues = {
        {"script", QueueMode::running}, {"tts", QueueMode::running}, {"video", QueueMode::running}};
    sight.newest = {100};
    return sight;
}

std::string text_of(Board const& board, worker::cli::Size size = {.columns = 200}) {
    std::string text;
    for (auto const& line : frame_of(board, size)) {
        text += line.text + "\n";
    }
    return text;
}

std::vector<std::string> problems_in(Sight const& sight) {
    std::vector<std::string> names;
    for (auto const& problem : Looks{}.board(sight).problems) {
        names.push_back(problem.what);
    }
    return names;
}

bool has(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST(TopBoard, AddsUpWhatTheServicesHave) {
    auto const board = Looks{}.board(a_sight());
    EXPECT_EQ(board.ready, 4);
    EXPECT_EQ(board.held, 4);
    EXPECT_EQ(board.running, 2);
    EXPECT_EQ(board.oldest, Millis{80'000});
    EXPECT_EQ(board.oldest_of, "tts");
    ASSERT_EQ(board.queues.size(), 3U);
    EXPECT_EQ(board.queues[1].minute.completed, 6);
    EXPECT_TRUE(board.problems.empty());
}

TEST(TopBoard, AtFirstTheRateIsThatOfTheLastMinute) {
    auto sight = a_sight();
    EXPECT_DOUBLE_EQ(*Looks{}.board(sight).throughput.billed, 0.1);
    EXPECT_FALSE(Looks{}.board(sight).throughput.enqueued.has_value())
        << "who enqueues by the command line is counted by nobody";
    sight.view.workers = {worker_of("young", note_of({.completed = 6}, Millis{10'000}))};
    EXPECT_DOUBLE_EQ(*Looks{}.board(sight).throughput.billed, 0.6);
    sight.view.workers.clear();
    EXPECT_FALSE(Looks{}.board(sight).throughput.billed.has_value());
}

TEST(TopBoard, LaterTheRateIsTheDifferenceBetweenLooks) {
    Looks looks;
    auto sight = a_sight();
    looks.board(sight);
    sight.at += std::chrono::seconds{2};
    sight.newest = {110};
    sight.view.workers = {worker_of("host-1", note_of({.completed = 12})),
                          worker_of("new", note_of({.completed = 4}))};
    auto const board = looks.board(sight);
    EXPECT_DOUBLE_EQ(*board.throughput.enqueued, 5);
    EXPECT_DOUBLE_EQ(*board.throughput.billed, 5);
}

TEST(TopBoard, ARateIsNeverNegative) {
    Looks looks;
    auto sight = a_sight();
    looks.board(sight);
    sight.at += std::chrono::seconds{1};
    sight.newest = {1};
    sight.view.workers = {worker_of("host-1", note_of({}))};
    auto const board = looks.board(sight);
    EXPECT_DOUBLE_EQ(*board.throughput.enqueued, 0);
    EXPECT_DOUBLE_EQ(*board.throughput.billed, 0);
}

TEST(TopBoard, OnlyTheLivingAreCounted) {
    auto sight = a_sight();
    sight.view.workers[0].alive = false;
    auto const board = Looks{}.board(sight);
    EXPECT_EQ(board.minute, Flow{});
    EXPECT_EQ(board.today, Flow{});
    EXPECT_FALSE(board.today_since.has_value());
}

TEST(TopBoard, TheDayCountsFromTheFirstWhoCounted) {
    auto sight = a_sight();
    auto const flow = Flow{.settled = {5}};
    auto yesterday = note_of(flow);
    yesterday.day -= std::chrono::hours{24};
    sight.view.workers = {worker_of("a", note_of(flow, Millis{1'000})),
                          worker_of("b", note_of(flow, Millis{60'000})),
                          worker_of("not turned yet", yesterday)};
    auto const board = Looks{}.board(sight);
    EXPECT_EQ(board.today.settled, base::Credits{10});
    EXPECT_EQ(board.today_since, now - Millis{60'000});
}

TEST(TopBoard, AWorkerThatSaysNothingIsShownAllTheSame) {
    auto sight = a_sight();
    sight.view.workers[0].note = "nonsense";
    auto const board = Looks{}.board(sight);
    ASSERT_EQ(board.workers.size(), 1U);
    EXPECT_FALSE(board.workers[0].slots.has_value());
    EXPECT_TRUE(board.problems.empty());
}

TEST(TopBoard, TellsWhenADutyIsDue) {
    auto sight = a_sight();
    sight.plans["expiry"] = {.every = Millis{300'000}};
    sight.duties = {{.name = "expiry",
                     .started_at = now - Millis{100'000},
                     .finished_at = now - Millis{99'000}}};
    auto const board = Looks{}.board(sight);
    EXPECT_EQ(board.duties[0].ago, Millis{99'000});
    EXPECT_EQ(board.duties[0].due, Millis{200'000});
    EXPECT_TRUE(has(text_of(board), "in 3m 20s"));
}

TEST(TopBoard, ADutyThatLooksAllTheTimeIsNeverDue) {
    auto sight = a_sight();
    sight.plans["wake"] = {.every = Millis{1'000}, .light = true};
    sight.duties = {
        {.name = "wake", .started_at = now - Millis{50'000}, .finished_at = now - Millis{50'000}}};
    auto const board = Looks{}.board(sight);
    EXPECT_FALSE(board.duties[0].due.has_value());
    EXPECT_TRUE(has(text_of(board), "every 1.0 s"));
}

TEST(TopProblems, JobsThatNobodyCanTakeComeFirst) {
    auto sight = a_sight();
    sight.queues["tts"] = QueueMode::paused;
    auto api = note_of({});
    api.slots = 0;
    sight.view.workers = {worker_of("api only", api)};
    EXPECT_EQ(problems_in(sight), (std::vector<std::string>{"no_worker", "queue_paused"}));
    sight.view.services.clear();
    EXPECT_TRUE(problems_in(sight).empty()) << "nothing waits for one";
}

TEST(TopProblems, APausedQueueIsOneOnlyWhileJobsWait) {
    auto sight = a_sight();
    sight.queues["tts"] = QueueMode::paused;
    sight.queues["script"] = QueueMode::paused;
    auto const board = Looks{}.board(sight);
    ASSERT_EQ(board.problems.size(), 1U);
    EXPECT_TRUE(has(board.problems[0].text, "tallyman queues resume tts"));
}

TEST(TopProblems, OfPoisonOnlyThatOfTheLastDay) {
    auto sight = a_sight();
    sight.view.poison = {{.job = {7}, .service = "tts", .since = now - std::chrono::hours{25}}};
    EXPECT_TRUE(problems_in(sight).empty());
    sight.view.poison.insert(sight.view.poison.begin(),
                             {.job = {9}, .service = "tts", .since = now - Millis{1}});
    auto const board = Looks{}.board(sight);
    ASSERT_EQ(board.problems.size(), 1U);
    EXPECT_TRUE(has(board.problems[0].text, "1 job of the last day"));
    EXPECT_TRUE(has(board.problems[0].text, "explain 9"));
}

TEST(TopProblems, NamesWhatIsParkedLostFailedOrLate) {
    auto sight = a_sight();
    sight.view.unknown_fates = 2;
    sight.view.unknown = {{.job = {8}, .service = "tts", .since = now}};
    sight.view.workers.push_back({.name = "dead", .alive = false, .jobs = 3, .seen_at = now});
    sight.view.services[1].oldest_ready = now - Millis{300'001};
    sight.view.inbox = 5;
    sight.view.oldest_inbox = now - Millis{60'001};
    sight.duties = {{.name = "expiry",
                     .finished_at = now - Millis{180'001},
                     .result = "no disk",
                     .failed = true}};
    EXPECT_EQ(problems_in(sight),
              (std::vector<std::string>{"worker_lost", "waiting", "unknown_fate", "inbox",
                                        "duty_failed", "no_scheduler"}));
}

TEST(TopFrame, BeginsWithWhatNeedsAttention) {
    auto sight = a_sight();
    sight.view.workers.clear();
    auto const lines = frame_of(Looks{}.board(sight), {.columns = 200});
    EXPECT_TRUE(lines[0].text.starts_with("tallyman"));
    EXPECT_TRUE(lines[1].text.starts_with("! no worker is alive"));
    EXPECT_EQ(lines[1].look, Look::alarm);
}

TEST(TopFrame, SaysThatAllIsWell) {
    auto const text = text_of(Looks{}.board(a_sight()));
    EXPECT_TRUE(has(text, "nothing needs attention"));
    EXPECT_TRUE(has(text, "4 ready, 4 held, 2 running"));
    EXPECT_TRUE(has(text, "waits 1m 20s for tts"));
    EXPECT_TRUE(has(text, "0.1 billed/s"));
    EXPECT_TRUE(has(text, "100 ms on average, 250 ms at most"));
    EXPECT_TRUE(has(text, "host-1"));
}

TEST(TopFrame, OfNothingAtAllIsAFrameToo) {
    Sight sight{.store = "sqlite:x.db"};
    auto const text = text_of(Looks{}.board(sight));
    EXPECT_TRUE(has(text, "nothing needs attention"));
    EXPECT_TRUE(has(text, "no worker is alive"));
    EXPECT_TRUE(has(text, "- billed/s"));
}

TEST(TopFrame, FitsAnyWindow) {
    auto const board = Looks{}.board(a_sight());
    for (int rows = 1; rows < 30; ++rows) {
        for (int const columns : {1, 2, 20, 80}) {
            auto const lines = frame_of(board, {.columns = columns, .rows = rows});
            EXPECT_LE(std::ssize(lines), rows);
            for (auto const& line : lines) {
                auto const characters = std::ranges::count_if(line.text, [](char c) {
                    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
                });
                EXPECT_LE(characters, columns) << line.text;
            }
        }
    }
    EXPECT_TRUE(has(text_of(board, {.columns = 80, .rows = 6}), "more lines"));
    EXPECT_FALSE(has(text_of(board, {.columns = 80, .rows = 60}), "more lines"));
}

TEST(TopFrame, LetsNoStoredTextSteerTheTerminal) {
    auto sight = a_sight();
    sight.queues["\x1b[2Jevil"] = QueueMode::paused;
    sight.view.services.push_back({.service = "\x1b[2Jevil", .ready = 1, .oldest_ready = now});
    sight.view.workers.push_back({.name = "\x1b]0;x\a", .alive = false, .jobs = 1});
    sight.duties = {{.name = "\x1b[1m", .result = "a\rb", .failed = true}};
    auto const board = Looks{}.board(sight);
    for (auto const& line : frame_of(board, {.columns = 200}, "the \x1b[5m store")) {
        EXPECT_TRUE(std::ranges::none_of(line.text, [](char c) { return c >= 0 && c < ' '; }))
            << line.text;
    }
}

TEST(TopFrame, SaysWhenItIsOld) {
    auto const lines = frame_of(Looks{}.board(a_sight()), {.columns = 200}, "it is away");
    EXPECT_EQ(lines[1].text, "! what follows is old: it is away");
    EXPECT_EQ(lines[1].look, Look::alarm);
}

TEST(TopFrame, HasColourOnlyWhereItIsWanted) {
    Line const line{"! trouble", Look::alarm};
    EXPECT_EQ(painted(line, false), "! trouble");
    EXPECT_EQ(painted(line, true), "\x1b[1;31m! trouble\x1b[0m");
    EXPECT_EQ(worker::cli::painted({"plain", Look::plain}, true), "plain");
}

TEST(TopFrame, ShowsTimesInShort) {
    EXPECT_EQ(in_short(Millis{-5}), "0 ms");
    EXPECT_EQ(in_short(Millis{999}), "999 ms");
    EXPECT_EQ(in_short(Millis{1'550}), "1.5 s");
    EXPECT_EQ(in_short(Millis{59'999}), "59 s");
    EXPECT_EQ(in_short(Millis{60'000}), "1m");
    EXPECT_EQ(in_short(Millis{7'500'000}), "2h 5m");
    EXPECT_EQ(in_short(Millis{90'000'000}), "1d 1h");
}

TEST(TopJson, HasWhatIsKnownAndLeavesOutTheRest) {
    auto const json = board_json(Looks{}.board(a_sight()));
    EXPECT_EQ(json.at("states").at("ready").as_int64(), 4);
    EXPECT_EQ(json.at("throughput").at("billed_per_s").as_double(), 0.1);
    EXPECT_EQ(json.at("minute").at("pickup_ms").at("mean").as_int64(), 100);
    EXPECT_EQ(json.at("today").at("settled").as_int64(), 50);
    EXPECT_EQ(json.at("workers").at(0).at("slots").as_int64(), 8);
    EXPECT_FALSE(json.at("queues").at(0).as_object().contains("oldest_ms"));
    EXPECT_TRUE(json.at("problems").as_array().empty());
}

}  // namespace tests
