// The table of duties, and the clerk who takes their turns.
#include "worker/duties.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "config/load.h"
#include "jobs/accounts.h"
#include "tests/support/flaky_store.h"
#include "tests/worker/world.h"
#include "worker/price_shelf.h"
#include "worker/webhooks/telling_store.h"

namespace tests {

using support::FlakyStore;
using support::Flaw;
using worker::DutyClerk;
using worker::DutyPlan;
using worker::DutyRun;

namespace {

DutyPlan const& plan_named(std::vector<DutyPlan> const& table, std::string const& name) {
    auto const found = std::ranges::find(table, name, &DutyPlan::name);
    EXPECT_NE(found, table.end()) << "no duty named " << name;
    return *found;
}

// One desk, its settings, and two clerks on different hosts.
struct Bureau {
    World world;
    config::Settings settings;
    DutyClerk::Watch watch = [this] {
        return std::chrono::steady_clock::time_point{world.clock.now().time_since_epoch()};
    };
    DutyClerk here{world.store, "here", watch};
    DutyClerk there{world.store, "there", watch};

    std::vector<DutyPlan> table() {
        return worker::duty_table(world.store, settings, [this] { return world.desk.book; });
    }

    worker::DutyTurn turn(std::string const& name) {
        auto const all = table();
        return here.turn(plan_named(all, name));
    }

    adapters::Duty record(std::string const& name) {
        auto const all = world.store.duties();
        auto const found = std::ranges::find(all, name, &adapters::Duty::name);
        return found == all.end() ? adapters::Duty{} : *found;
    }

    void schedule(std::string const& cron) {
        auto line = jobs::parse_cron(cron);
        settings.schedules.push_back({.name = "nightly",
                                      .cron = cron,
                                      .line = std::get<jobs::CronLine>(line),
                                      .service = "script",
                                      .user = "u1",
                                      .input = R"({"title":"news"})"});
    }

    std::size_t jobs() { return world.desk.store->list_jobs({.limit = 100}).size(); }
};

}  // namespace

TEST(Duty, WarningsAreGivenOnceAndOnlyWhereSomebodyHears) {
    Bureau bureau;
    bureau.settings.webhooks.endpoints = {{.name = "crm", .events = {"job.*"}}};
    auto const all = bureau.table();
    EXPECT_EQ(std::ranges::count(all, "warnings", &DutyPlan::name), 0);
    bureau.settings.webhooks.endpoints.front().events = {"grant.expiring"};

    constexpr base::Millis day{24LL * 3600 * 1000};
    worker::TellingStore store{adapters::open_memory({.clock = bureau.world.clock.reader()}),
                               worker::listening(bureau.settings.webhooks)};
    auto const table =
        worker::duty_table(store, bureau.settings, [&] { return bureau.world.desk.book; });
    DutyClerk here{store, "here", bureau.watch};
    DutyClerk there{store, "there", bureau.watch};
    ledger::Credit const gift{.kind = ledger::Kind::bonus,
                              .amount = {10},
                              .expires_at = bureau.world.clock.now() + 40 * day};
    store.transact(jobs::load_for_move("ann", ""), [&](jobs::Batch& batch) {
        jobs::grant(batch, "ann", gift, bureau.settings.rules);
    });
    std::vector<std::size_t> told;
    for (int days = 0; days < 45; ++days) {
        auto& clerk = days % 2 == 0 ? here : there;
        clerk.turn(plan_named(table, "warnings"));
        told.push_back(store.outbox().list({}).size());
        bureau.world.clock.advance(day);
    }
    EXPECT_EQ(told[9], 0U);
    EXPECT_EQ(told[10], 1U);
    EXPECT_EQ(told[32], 1U);
    EXPECT_EQ(told[33], 2U);
    EXPECT_EQ(told[39], 3U);
    EXPECT_EQ(told.back(), 3U);
    auto const last = store.outbox().list({.limit = 1}).front();
    EXPECT_EQ(last.kind, "grant.expiring");
    EXPECT_NE(last.body.find(R"("days":1)"), std::string::npos) << last.body;
}

TEST(Duty, IsRecordedFromBeginningToEnd) {
    Bureau bureau;
    DutyPlan const plan{.name = "tidy", .every = Millis{60'000}, .run = [&] {
                            EXPECT_EQ(bureau.record("tidy").holder, "here");
                            bureau.world.advance(Millis{250});
                            return DutyRun{.result = "3 things tidied"};
                        }};
    auto const began = bureau.world.clock.now();
    EXPECT_TRUE(bureau.here.turn(plan).ran);
    auto const record = bureau.record("tidy");
    EXPECT_EQ(record.holder, "");
    EXPECT_EQ(record.started_at, began);
    EXPECT_EQ(record.finished_at, began + Millis{250});
    EXPECT_EQ(record.cost, Millis{250});
    EXPECT_EQ(record.result, "3 things tidied");
    EXPECT_EQ(record.runs, 1);
    EXPECT_FALSE(record.failed);
}

TEST(Duty, RunsOnOneHostAtATimeAndNoMoreOftenThanItsPace) {
    Bureau bureau;
    bool elsewhere = true;
    DutyPlan const other{
        .name = "tidy", .every = Millis{60'000}, .run = [] { return DutyRun{.result = "tidied"}; }};
    DutyPlan const plan{.name = "tidy", .every = Millis{60'000}, .run = [&] {
                            elsewhere = bureau.there.turn(other).ran;
                            return DutyRun{.result = "tidied"};
                        }};
    EXPECT_TRUE(bureau.here.turn(plan).ran);
    EXPECT_FALSE(elsewhere);
    EXPECT_FALSE(bureau.there.turn(other).ran);
    bureau.world.advance(Millis{60'000});
    EXPECT_TRUE(bureau.there.turn(other).ran);
    EXPECT_EQ(bureau.record("tidy").runs, 2);
}

TEST(Duty, ThatFailsIsRecordedAsFailed) {
    Bureau bureau;
    DutyPlan const plan{.name = "tidy", .every = Millis{1}, .run = []() -> DutyRun {
                            throw adapters::Unavailable{"the disk is full"};
                        }};
    EXPECT_THROW(bureau.here.turn(plan), adapters::Unavailable);
    auto const record = bureau.record("tidy");
    EXPECT_TRUE(record.failed);
    EXPECT_EQ(record.result, "the disk is full");
    EXPECT_EQ(record.holder, "");
}

TEST(LightDuty, IsRecordedWhenItDidSomethingAndOnceAMinute) {
    Bureau bureau;
    DutyRun outcome;
    DutyPlan const plan{
        .name = "look", .every = Millis{200}, .light = true, .run = [&] { return outcome; }};
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(bureau.here.turn(plan).ran);
        bureau.world.advance(Millis{200});
    }
    EXPECT_EQ(bureau.record("look").runs, 1);
    outcome.result = "found one";
    bureau.here.turn(plan);
    EXPECT_EQ(bureau.record("look").runs, 2);
    EXPECT_EQ(bureau.record("look").result, "found one");
    outcome.result = "";
    bureau.here.turn(plan);
    EXPECT_EQ(bureau.record("look").runs, 2);
    bureau.world.advance(Millis{60'000});
    bureau.here.turn(plan);
    EXPECT_EQ(bureau.record("look").runs, 3);
}

TEST(LightDuty, ThatFindsNothingAsksTheStoreForNothingMore) {
    Bureau bureau;
    DutyPlan const plan{
        .name = "look", .every = Millis{50}, .light = true, .run = [] { return DutyRun{}; }};
    bureau.here.turn(plan);
    bureau.world.store.set_down(true);
    EXPECT_TRUE(bureau.here.turn(plan).ran);
    bureau.world.advance(Millis{60'000});
    EXPECT_THROW(bureau.here.turn(plan), adapters::Unavailable) << "once a minute it is recorded";
}

TEST(Table, HasAnInboxOnlyWhereTheStoreHasOne) {
    Bureau bureau;
    EXPECT_EQ(std::ranges::count(bureau.table(), "inbox", &DutyPlan::name), 0);
    bureau.settings.store_url = "postgres://db.example/billing";
    auto const table = bureau.table();
    auto const& plan = plan_named(table, "inbox");
    EXPECT_TRUE(plan.light);
    EXPECT_LE(plan.every, Millis{100});
    EXPECT_EQ(std::ranges::count(table, true, &DutyPlan::workers_too), 1);
}

TEST(Table, ExpiryTakesWhatIsPastItsDateInAllAccounts) {
    Bureau bureau;
    for (int i = 0; i < 3; ++i) {
        bureau.world.desk.give(
            "u" + std::to_string(i),
            {.amount = Credits{40}, .expires_at = bureau.world.clock.now() + Millis{1'000}});
    }
    bureau.world.advance(Millis{1'000});
    auto const turn = bureau.turn("expiry");
    EXPECT_EQ(turn.outcome.result, "3 grants of 3 accounts, 120 credits expired");
    EXPECT_EQ(bureau.record("expiry").result, turn.outcome.result);
    EXPECT_FALSE(bureau.turn("expiry").ran) << "it is not due again";
}

TEST(Table, RescueBringsBackTheJobsOfADeadWorkerAtOnce) {
    Bureau bureau;
    auto const id = bureau.world.submit();
    bureau.world.desk.claim("dead");
    EXPECT_EQ(bureau.turn("rescue").outcome.result, "");
    bureau.world.desk.kill("dead");
    EXPECT_EQ(bureau.turn("rescue").outcome.result, "1 rescued, 0 poison, 0 past their deadline");
    EXPECT_EQ(bureau.world.job(id).state, jobs::State::queued);
}

TEST(Table, WakeMakesDueJobsClaimableAndLooksAgain) {
    Bureau bureau;
    auto later = request("script");
    later.run_at = bureau.world.clock.now() + Millis{5'000};
    bureau.world.desk.submit(later);
    EXPECT_FALSE(bureau.turn("wake").outcome.again);
    bureau.world.advance(Millis{5'000});
    auto const turn = bureau.turn("wake");
    EXPECT_EQ(turn.outcome.result, "1 ready, 0 cancelled");
    EXPECT_TRUE(turn.outcome.again);
}

TEST(Table, RetentionPrunesInputAndResultAndKeepsTheBill) {
    Bureau bureau;
    auto const id = bureau.world.submit();
    bureau.world.hire();
    bureau.world.until_ended(id);
    bureau.world.advance(bureau.settings.retention);
    EXPECT_EQ(bureau.turn("retention").outcome.result, "0 jobs pruned");
    bureau.world.advance(Millis{3'600'000});
    EXPECT_EQ(bureau.turn("retention").outcome.result, "1 jobs pruned");
    auto const job = bureau.world.job(id);
    EXPECT_TRUE(job.pruned);
    EXPECT_EQ(job.input + job.result, "");
    EXPECT_EQ(job.bill.settled, Credits{5});
}

TEST(Cron, FiresOnceForEachOccurrenceOverTwoHosts) {
    Bureau bureau;
    bureau.schedule("0 * * * *");
    auto const table = bureau.table();
    auto const& plan = plan_named(table, "cron");
    bureau.here.turn(plan);
    EXPECT_EQ(bureau.jobs(), 0U) << "nothing was due before it was known";
    for (std::size_t hour = 1; hour <= 3; ++hour) {
        bureau.world.advance(Millis{3'600'000});
        bureau.here.turn(plan);
        bureau.there.turn(plan);
        EXPECT_EQ(bureau.jobs(), hour);
    }
    auto const newest = bureau.world.desk.store->list_jobs({.limit = 1}).front();
    EXPECT_EQ(newest.service, "script");
    EXPECT_EQ(newest.user, "u1");
    EXPECT_EQ(newest.input, R"({"title":"news"})");
}

TEST(Cron, FiresOnceEvenIfBothHostsSawItDue) {
    Bureau bureau;
    bureau.schedule("0 * * * *");
    auto const table = bureau.table();
    auto const& plan = plan_named(table, "cron");
    bureau.here.turn(plan);
    auto const mark = bureau.world.store.schedule_mark("nightly");
    bureau.world.advance(Millis{3'600'000});
    bureau.here.turn(plan);
    bureau.world.store.set_schedule_mark("nightly", mark);  // as the other had read it before
    bureau.there.turn(plan);
    EXPECT_EQ(bureau.jobs(), 1U);
}

TEST(Cron, FoldsWhatWasMissedIntoOne) {
    Bureau bureau;
    bureau.schedule("0 * * * *");
    bureau.turn("cron");
    bureau.world.advance(Millis{5 * 3'600'000 + 60'000});
    bureau.turn("cron");
    bureau.turn("cron");
    EXPECT_EQ(bureau.jobs(), 1U);
}

TEST(Cron, GoesOnWhenAnAccountCanNotPay) {
    Bureau bureau;
    bureau.settings.rules.signup_gift = {};
    bureau.schedule("0 * * * *");
    bureau.turn("cron");
    bureau.world.advance(Millis{3'600'000});
    EXPECT_EQ(bureau.turn("cron").outcome.result,
              "nightly was refused: not enough credits: 5 needed, 0 there; recharge the account");
    EXPECT_EQ(bureau.turn("cron").outcome.result, "");
}

TEST(Cron, IsNotInTheTableWithoutSchedules) {
    Bureau bureau;
    EXPECT_EQ(std::ranges::count(bureau.table(), "cron", &DutyPlan::name), 0);
}

TEST(PriceShelf, TellsWhatASwapChangesAndHandsOutTheNewBook) {
    auto book = desk_book();
    worker::PriceShelf shelf{book};
    EXPECT_TRUE(shelf.swap(book).empty());
    book.services["script"].front().terms.credits = {7};
    book.services.erase("polish");
    book.version = pricing::version_of(book);
    auto const changes = shelf.swap(book);
    EXPECT_EQ(changes.size(), 2U);
    EXPECT_EQ(shelf.current().version, book.version);
    EXPECT_FALSE(shelf.current().services.contains("polish"));
}

TEST(Cron, GoesOnAfterTheClockWasSetBack) {
    Bureau bureau;
    bureau.schedule("0 * * * *");
    bureau.turn("cron");
    auto const ahead = bureau.world.store.now() + Millis{30LL * 24 * 3'600'000};
    bureau.world.store.set_schedule_mark("nightly", ahead);
    bureau.turn("cron");
    bureau.world.advance(Millis{3'600'000});
    bureau.turn("cron");
    EXPECT_EQ(bureau.jobs(), 1U);
}

}  // namespace tests
