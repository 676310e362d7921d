// What flowed through a process: counted from what decisions did, of a minute and of a day.
#include "worker/pace.h"

#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "jobs/accounts.h"
#include "tests/jobs/desk.h"
#include "worker/announcing_store.h"
#include "worker/relay.h"

namespace tests {

using base::Credits;
using base::Millis;
using worker::Flow;
using worker::Pace;
using worker::PaceNote;

namespace {

// A desk whose store tells a pace of what it does.
struct Watched {
    base::Timestamp here = base::from_ms(1'800'000'000'000);
    Pace pace{4, base::Zone{}, [this] { return here; }};
    worker::Relay relay;
    Desk desk{[this](Desk::Clock clock) {
        return std::make_unique<worker::AnnouncingStore>(
            adapters::open_memory({.clock = std::move(clock)}), relay, &pace);
    }};

    jobs::Job started(std::string const& service) {
        auto asked = request(service, "ann");
        asked.usage.characters = 30;
        desk.submit(asked);
        return desk.claim("w1", 1, {service}).at(0).job;
    }

    void report(jobs::Job const& job, jobs::Said said) {
        jobs::Report report{.job = job.id, .attempt = job.attempt, .said = said};
        report.needs_charge = jobs::needs_charge(job, said);
        if (said == jobs::Said::failed) {
            report.error = jobs::Error{.code = "broken", .message = "it broke"};
        }
        desk.report(report);
    }

    Flow minute(std::string const& service) { return pace.note().minute[service]; }
};

PaceNote a_note() {
    Flow const flow{.enqueued = 1,
                    .started = 2,
                    .completed = 3,
                    .failed = 4,
                    .cancelled = 5,
                    .pickup = Millis{6},
                    .slowest = Millis{7},
                    .debited = {8},
                    .settled = {9},
                    .refunded = {10},
                    .expired = {11},
                    .received = {12},
                    .spent = {9'007'199'254'740'993}};
    return {.slots = 8,
            .since = base::from_ms(1'800'000'000'000),
            .day = base::from_ms(1'799'971'200'000),
            .ever = flow,
            .today = flow,
            .minute = {{"", flow}, {"tts", flow}, {"讲 \"x\"", {}}}};
}

}  // namespace

TEST(Pace, CountsAJobFromItsRequestToItsBill) {
    Watched watched;
    auto const job = watched.started("script");
    EXPECT_EQ(watched.minute("script"), (Flow{.enqueued = 1, .started = 1, .debited = job.quoted}));
    EXPECT_EQ(watched.minute(""), (Flow{.received = {520}})) << "the gift of a new account";
    watched.report(job, jobs::Said::completed);
    EXPECT_EQ(watched.minute("script"), (Flow{.enqueued = 1,
                                              .started = 1,
                                              .completed = 1,
                                              .debited = job.quoted,
                                              .settled = job.quoted}));
}

TEST(Pace, CountsWhatAFailureGivesBack) {
    Watched watched;
    auto const job = watched.started("script");
    watched.report(job, jobs::Said::failed);
    auto const flow = watched.minute("script");
    EXPECT_EQ(flow.failed, 1);
    EXPECT_EQ(flow.refunded, job.quoted);
    EXPECT_EQ(flow.settled, Credits{0});
}

TEST(Pace, ASettledJobCountsWhatItCostInTheEnd) {
    Watched watched;
    auto const job = watched.started("tts");
    watched.desk.report({.job = job.id,
                         .attempt = job.attempt,
                         .said = jobs::Said::completed,
                         .duration = Millis{1'000},
                         .needs_charge = true});
    auto const flow = watched.minute("tts");
    EXPECT_EQ(flow.debited, job.quoted);
    EXPECT_EQ(flow.settled, Credits{1});
    EXPECT_EQ(flow.refunded, Credits{0});
}

TEST(Pace, AJobThatSaysItIsAliveIsNoFlow) {
    Watched watched;
    auto const job = watched.started("script");
    auto const before = watched.pace.note();
    watched.report(job, jobs::Said::alive);
    EXPECT_EQ(watched.pace.note(), before);
}

TEST(Pace, CountsHowLongJobsWaitedToBeStarted) {
    Watched watched;
    watched.desk.submit(request("script", "ann"));
    watched.desk.now += Millis{1'500};
    watched.desk.claim("w1");
    EXPECT_EQ(watched.minute("script").pickup, Millis{1'500});
    EXPECT_EQ(watched.minute("script").slowest, Millis{1'500});
}

TEST(Pace, CountsWhatExpires) {
    Watched watched;
    watched.desk.give("ann", {.kind = ledger::Kind::bonus,
                              .amount = {30},
                              .expires_at = watched.desk.now + Millis{1'000}});
    watched.desk.now += Millis{1'000};
    watched.desk.expire();
    EXPECT_EQ(watched.minute("").expired, Credits{30});
    EXPECT_EQ(watched.minute("").received, Credits{550});
}

TEST(Pace, ForgetsWhatIsOlderThanAMinuteAndKeepsTheDay) {
    base::Timestamp now = base::from_ms(1'800'000'000'000);
    Pace pace{1, base::Zone{}, [&] { return now; }};
    pace.add({{"tts", {.completed = 1}}}, now);
    now += Millis{59'000};
    EXPECT_EQ(pace.note().minute.at("tts").completed, 1);
    now += Millis{2'000};
    EXPECT_TRUE(pace.note().minute.empty());
    EXPECT_EQ(pace.note().today.completed, 1);
    EXPECT_EQ(pace.note().ever.completed, 1);
}

TEST(Pace, ADayBeginsAtMidnightOfTheZone) {
    base::Zone const zone{.name = "Asia/Shanghai", .first_offset = std::chrono::hours{8}};
    base::Timestamp now = base::from_ms(1'800'000'000'000);
    auto const midnight = base::day_start(zone, now) + std::chrono::hours{24};
    now = midnight - Millis{1'000};
    Pace pace{1, zone, [&] { return now; }};
    pace.add({{"tts", {.completed = 1}}}, now);
    EXPECT_EQ(pace.note().day, midnight - std::chrono::hours{24});
    now = midnight;
    EXPECT_EQ(pace.note().day, midnight);
    EXPECT_EQ(pace.note().today, Flow{});
    EXPECT_EQ(pace.note().ever.completed, 1);
}

TEST(Pace, GoesByTheClockOfTheStore) {
    base::Timestamp now = base::from_ms(1'800'000'000'000);
    Pace pace{1, base::Zone{}, [&] { return now; }};
    pace.add({{"tts", {.completed = 1}}}, now + std::chrono::hours{5});
    EXPECT_EQ(pace.note().minute.at("tts").completed, 1);
    now += Millis{61'000};
    EXPECT_TRUE(pace.note().minute.empty());
}

TEST(PaceNote, ComesBackAsItWas) {
    auto const note = a_note();
    auto const line = to_line(note);
    EXPECT_EQ(worker::parse_pace(line), note) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(PaceNote, OfManyServicesStaysShort) {
    PaceNote note;
    for (int i = 0; i < 500; ++i) {
        note.minute["service " + std::to_string(i)] = {.completed = 1};
    }
    auto const line = to_line(note);
    EXPECT_LE(line.size(), adapters::longest_note);
    EXPECT_EQ(worker::sum_of(worker::parse_pace(line)->minute).completed, 500);
}

TEST(PaceNote, ThatIsDamagedOrOfAnotherVersionIsNone) {
    auto const line = to_line(a_note());
    for (std::size_t length = 0; length < line.size(); ++length) {
        EXPECT_EQ(worker::parse_pace(line.substr(0, length)), std::nullopt) << length;
    }
    EXPECT_EQ(worker::parse_pace("{}"), std::nullopt);
    EXPECT_EQ(worker::parse_pace("[1]"), std::nullopt);
    EXPECT_EQ(worker::parse_pace(R"({"pace":2})"), std::nullopt);
    EXPECT_EQ(worker::parse_pace(R"({"pace":1,"slots":"many"})"), std::nullopt);
}

}  // namespace tests
