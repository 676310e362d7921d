// Reading: jobs, stories, lists and cursors, entries, balances, the audit; duties and schedules.
#include <algorithm>

#include "jobs/audit.h"
#include "ledger/credit.h"
#include "ledger/debit.h"
#include "ledger/expire.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using base::Millis;
using jobs::State;
using jobs::Wait;
using support::a_job;
using support::ended;
using support::processing;
using support::waiting;

using Ids = std::vector<base::JobId>;

jobs::Job job_with_everything(base::Timestamp now) {
    auto job = processing(a_job({.service = "video", .priority = -3, .turn = -9, .key = "k"}),
                          "w 1", now + Millis{7});
    job.failures = 2;
    job.losses = 1;
    job.progress = 42;
    job.progress_note = "讲";
    job.run_at = now + Millis{2};
    job.finished_at = now + Millis{3};
    job.deadline_at = now + Millis{4};
    job.input = R"({"text":"it's \u0000 \"quoted\""})";
    job.body_hash.fill(0xfe);
    job.webhook = "https://example.com/?a=b";
    job.trace = "00-1-2-03";
    job.terms = {.mode = pricing::Mode::duration,
                 .per_second = {250'000},
                 .multiplier = {800'000},
                 .measure = pricing::Measure::output,
                 .minimum = {2},
                 .estimate = {3'000'000},
                 .overrun = pricing::Overrun::charge,
                 .on_cancel = pricing::CancelRule::none,
                 .members_free = true};
    job.version = "abc";
    job.quoted = {9'007'199'254'740'993};
    job.bill = {.charge = 2,
                .open = true,
                .debited = {1},
                .settled = {2},
                .refunded = {3},
                .waived = {4},
                .absorbed = {5},
                .net = {-6}};
    job.provider = "p";
    job.task = "t";
    job.fate_unknown = true;
    job.duration = Millis{12'345};
    job.measurement = jobs::Measurement{.samples = 544'414,
                                        .rate = 44'100,
                                        .basis = jobs::Basis::trimmed,
                                        .codec = "mp3",
                                        .exact = false,
                                        .truncated = true,
                                        .note = "it's \\ \"odd\""};
    job.result = std::string("{\"bytes\":\"\x01\"}");
    job.error = jobs::Error{.code = "c", .message = "m", .retryable = true};
    job.late_result = true;
    job.poison = true;
    return job;
}

}  // namespace

TEST_P(StoreContract, KeepsEveryFieldOfANewJob) {
    auto const account = open("u1");
    auto job = job_with_everything(now());
    job.account = account;
    job.id = add(job);

    auto const found = store().find_job(job.id);

    ASSERT_TRUE(found.has_value());
    expect_same(job, *found);
    expect_same(job, load({.jobs = {job.id}}).jobs.at(0).job);
    EXPECT_FALSE(store().find_job({987'654}).has_value());
}

TEST_P(StoreContract, KeepsATraceFromTheRequestToEveryAttempt) {
    std::string const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    auto const account = open("u1");
    auto job = a_job({.service = "tts"});
    job.account = account;
    job.trace = trace;
    auto const id = add(job);
    auto const other = add(a_job({.service = "tts", .turn = 9}));

    jobs::Claim const both{.limit = 2, .rooms = {{.service = "tts", .slots = 2}}};
    auto const claimed = load({.claim = both}).jobs;

    ASSERT_EQ(ids_of(claimed), (std::vector{id, other}));
    EXPECT_EQ(claimed[0].job.trace, trace);
    EXPECT_EQ(claimed[1].job.trace, "");
    change_job(id, [&](jobs::Job& kept) { kept = processing(kept, "w1", now()); });
    EXPECT_EQ(store().find_job(id)->trace, trace);
    EXPECT_EQ(store().list_jobs({.state = State::processing}).at(0).trace, trace);
    EXPECT_EQ(store().story_of(id)->job.trace, trace);
}

TEST_P(StoreContract, FindsManyJobsEachOnceAndLeavesOutWhatThereIsNot) {
    open("u1");
    auto const ids = add({a_job(), a_job({.service = "video", .key = "k"}), a_job()});

    auto found = store().find_jobs({ids[2], {987'654}, ids[0], ids[2], ids[1]});

    std::ranges::sort(found, {}, &jobs::Job::id);
    ASSERT_EQ(ids_of(found), ids);
    expect_same(*store().find_job(ids[1]), found[1]);
    EXPECT_TRUE(store().find_jobs({}).empty());
}

TEST_P(StoreContract, KeepsEveryFieldOfAChangedJob) {
    auto const account = open("u1");
    auto const id = add(a_job({.service = "video", .key = "k"}));
    auto job = job_with_everything(now());
    change_job(id, [&](jobs::Job& kept) {
        job.id = id;
        job.account = account;
        job.input = kept.input;
        job.body_hash = kept.body_hash;
        job.webhook = kept.webhook;
        job.trace = kept.trace;
        job.terms = kept.terms;
        job.version = kept.version;
        job.quoted = kept.quoted;
        kept = job;
    });
    expect_same(job, *store().find_job(id));

    change_job(id, [&](jobs::Job& kept) {
        job = ended(kept, State::completed, now());
        job.error.reset();
        job.duration.reset();
        job.measurement.reset();
        job.deadline_at.reset();
        job.started_at.reset();
        kept = job;
    });
    expect_same(job, *store().find_job(id));
}

TEST_P(StoreContract, WritesOnlyJobsThatSayTheyChanged) {
    open("u1");
    auto const id = add(a_job());
    change({.jobs = {id}}, [](jobs::Batch& batch) { batch.jobs.at(0).job.progress = 77; });
    EXPECT_EQ(store().find_job(id)->progress, 0);
}

TEST_P(StoreContract, ListsJobsNewestFirstByEveryFilter) {
    open("u1");
    open("u2");
    auto const ids =
        add({a_job(), a_job({.service = "video"}), a_job({.user = "u2"}),
             ended(a_job(), State::failed, now()), ended(a_job(), State::completed, now()),
             ended(a_job({.service = "video"}), State::cancelled, now()),
             processing(a_job(), "w", now()), waiting(a_job(), Wait::time),
             waiting(a_job({.user = "u2"}), Wait::room), waiting(a_job(), Wait::parents)});
    auto const list = [&](adapters::JobFilter const& filter) {
        return ids_of(store().list_jobs(filter));
    };
    auto all = ids;
    std::ranges::reverse(all);

    EXPECT_EQ(list({}), all);
    EXPECT_EQ(list({.user = "u2"}), (Ids{ids[8], ids[2]}));
    EXPECT_EQ(list({.service = "video"}), (Ids{ids[5], ids[1]}));
    EXPECT_EQ(list({.state = State::queued}),
              (Ids{ids[9], ids[8], ids[7], ids[2], ids[1], ids[0]}));
    EXPECT_EQ(list({.state = State::processing}), (Ids{ids[6]}));
    EXPECT_EQ(list({.state = State::completed}), (Ids{ids[4]}));
    EXPECT_EQ(list({.state = State::failed}), (Ids{ids[3]}));
    EXPECT_EQ(list({.state = State::cancelled}), (Ids{ids[5]}));
    EXPECT_EQ(list({.service = "video", .state = State::queued}), (Ids{ids[1]}));
    EXPECT_EQ(list({.service = "video", .state = State::failed}), Ids{});
    EXPECT_EQ(list({.user = "u2", .service = "tts", .state = State::queued}),
              (Ids{ids[8], ids[2]}));
    EXPECT_EQ(list({.user = "nobody"}), Ids{});
}

TEST_P(StoreContract, ListsPageByPage) {
    open("u1");
    auto const ids = add({a_job(), a_job(), a_job(), a_job(), a_job()});
    auto const page = [&](std::optional<base::JobId> before, std::string user,
                          std::optional<State> state) {
        return ids_of(store().list_jobs(
            {.user = std::move(user), .state = state, .before = before, .limit = 2}));
    };
    for (std::string const user : {"", "u1"}) {
        for (auto const state : {std::optional<State>{}, std::optional{State::queued}}) {
            EXPECT_EQ(page({}, user, state), (Ids{ids[4], ids[3]}));
            EXPECT_EQ(page(ids[3], user, state), (Ids{ids[2], ids[1]}));
            EXPECT_EQ(page(ids[1], user, state), (Ids{ids[0]}));
            EXPECT_EQ(page(ids[0], user, state), Ids{});
        }
    }
}

TEST_P(StoreContract, TellsTheWholeStoryOfAJob) {
    open("u1", 10);
    change({.users = {"u1"}}, [](jobs::Batch& batch) {
        ledger::credit(*batch.wallet_of("u1"), {.amount = {10}}, batch.now);
    });
    auto const ids = add({processing(a_job(), "w", now()), processing(a_job(), "w", now())});
    charge(ids[1], 1);
    charge(ids[0], 4);
    charge(ids[0], 3);
    std::vector<jobs::Event> const events{
        {.job = ids[0], .at = now(), .kind = "retry", .attempt = 1, .detail = "later"},
        {.job = ids[0], .at = now(), .kind = "lost", .attempt = 2, .detail = "积"}};
    change({}, [&](jobs::Batch& batch) {
        batch.events = events;
        batch.events.push_back({.job = ids[1], .at = batch.now, .kind = "other"});
    });

    auto const story = store().story_of(ids[0]);

    ASSERT_TRUE(story.has_value());
    EXPECT_EQ(story->job.id, ids[0]);
    ASSERT_EQ(story->entries.size(), 2U);
    EXPECT_EQ(story->entries[0].amount, base::Credits{-4});
    EXPECT_EQ(story->entries[1].amount, base::Credits{-3});
    EXPECT_EQ(numbers_of(story->grants), (std::vector<std::int64_t>{1}));
    EXPECT_EQ(story->events, events);
    EXPECT_FALSE(store().story_of({987'654}).has_value());
}

TEST_P(StoreContract, ListsEntriesNewestFirstWithinTimesAndByPages) {
    auto const u1 = open("u1", 1);
    auto const start = now();
    for (std::int64_t amount = 2; amount <= 5; ++amount) {
        clock_.advance(Millis{10});
        change({.users = {"u1"}}, [&](jobs::Batch& batch) {
            ledger::credit(*batch.wallet_of("u1"), {.amount = {amount}}, batch.now);
        });
    }
    auto const amounts = [&](adapters::EntryFilter const& filter) {
        std::vector<std::int64_t> list;
        for (ledger::Entry const& entry : store().entries_of(u1, filter)) {
            list.push_back(entry.amount.value);
        }
        return list;
    };
    using List = std::vector<std::int64_t>;

    EXPECT_EQ(amounts({}), (List{5, 4, 3, 2, 1}));
    EXPECT_EQ(amounts({.limit = 2}), (List{5, 4}));
    EXPECT_EQ(amounts({.before = 4, .limit = 2}), (List{3, 2}));
    EXPECT_EQ(amounts({.from = start + Millis{20}}), (List{5, 4, 3}));
    EXPECT_EQ(amounts({.to = start + Millis{20}}), (List{2, 1}));
    EXPECT_EQ(amounts({.from = start + Millis{10}, .to = start + Millis{30}}), (List{3, 2}));
}

TEST_P(StoreContract, SumsUpEntriesByKindAndActionWithinATime) {
    auto const u1 = open("u1", 100);
    open("u2", 50);
    auto const opened = now();
    clock_.advance(Millis{10});
    change({.users = {"u1"}}, [](jobs::Batch& batch) {
        auto& wallet = *batch.wallet_of("u1");
        ledger::debit(wallet, {.amount = {3}, .service = "tts"}, batch.now);
        ledger::debit(wallet, {.amount = {4}, .service = "tts"}, batch.now);
        ledger::debit(wallet, {.amount = {5}, .action = "polish"}, batch.now);
        ledger::debit(wallet, {.kind = ledger::Kind::adjust, .amount = {6}}, batch.now);
        ledger::credit(wallet, {.kind = ledger::Kind::adjust, .amount = {2}}, batch.now);
    });

    using Sums = std::vector<adapters::Sum>;
    using ledger::Kind;
    EXPECT_EQ(store().sums_of(u1, opened + Millis{1}, opened + Millis{11}),
              (Sums{{Kind::consume, "polish", 1, {0}, {5}},
                    {Kind::consume, "tts", 2, {0}, {7}},
                    {Kind::adjust, "", 2, {2}, {6}}}));
    EXPECT_EQ(store().sums_of(u1, opened, opened + Millis{10}).size(), 1U);
    EXPECT_TRUE(store().sums_of(u1, opened + Millis{11}, opened + Millis{20}).empty());
}

TEST_P(StoreContract, ABalanceAtAPastTimeGoesByEffect) {
    auto const u1 = open("u1", 10);
    auto const opened = now();
    change({.users = {"u1"}}, [](jobs::Batch& batch) {
        ledger::credit(*batch.wallet_of("u1"),
                       {.amount = {7}, .expires_at = batch.now + Millis{100}}, batch.now);
    });
    clock_.advance(Millis{500});
    change({.users = {"u1"}},
           [](jobs::Batch& batch) { ledger::expire(*batch.wallet_of("u1"), batch.now); });

    EXPECT_EQ(store().balance_at(u1, opened - Millis{1}), base::Credits{0});
    EXPECT_EQ(store().balance_at(u1, opened), base::Credits{17});
    EXPECT_EQ(store().balance_at(u1, opened + Millis{99}), base::Credits{17});
    EXPECT_EQ(store().balance_at(u1, opened + Millis{100}), base::Credits{10});
}

TEST_P(StoreContract, ReadsNothingWhereThereIsNothing) {
    EXPECT_FALSE(store().find_wallet("nobody").has_value());
    EXPECT_FALSE(store().glance("nobody").has_value());
    EXPECT_FALSE(store().find_job({1}).has_value());
    EXPECT_TRUE(store().list_jobs({}).empty());
    EXPECT_TRUE(store().duties().empty());
}

TEST_P(StoreContract, AuditVisitsEveryAccountWithAllThatIsItsOwn) {
    auto const u1 = open("u1", 100);
    auto const u2 = open("u2", 0);
    auto const ids = add({processing(a_job(), "w", now()), a_job({.user = "u2"}), a_job()});
    charge(ids[0], 30);
    std::map<base::AccountId, adapters::AuditPage> pages;
    auto const visit = [&](adapters::AuditPage const& page) {
        pages[page.books.account.id] = page;
        EXPECT_TRUE(ledger::audit(page.books, now()).empty());
    };

    EXPECT_TRUE(store().audit({}, visit).empty());

    ASSERT_EQ(pages.size(), 2U);
    EXPECT_EQ(ids_of(pages[u1].jobs), (Ids{ids[0], ids[2]}));
    EXPECT_EQ(ids_of(pages[u2].jobs), (Ids{ids[1]}));
    ASSERT_EQ(pages[u1].books.entries.size(), 2U);
    EXPECT_EQ(pages[u1].books.entries[1].job, ids[0]);
    EXPECT_EQ(numbers_of(pages[u1].books.grants), (std::vector<std::int64_t>{1}));
    EXPECT_EQ(pages[u1].jobs[0].bill.debited, base::Credits{30});

    pages.clear();
    EXPECT_TRUE(store().audit({.user = "u2"}, visit).empty());
    ASSERT_EQ(pages.size(), 1U);
    EXPECT_TRUE(pages.contains(u2));
}

TEST_P(StoreContract, ADutyIsHeldByOneAtATimeAndNotTooOften) {
    Millis const every{1'000};
    Millis const lease{300};
    EXPECT_TRUE(store().begin_duty("expiry", "a", every, lease));
    EXPECT_FALSE(store().begin_duty("expiry", "b", every, lease));
    EXPECT_TRUE(store().begin_duty("prune", "b", every, lease));
    clock_.advance(Millis{100});
    store().end_duty("expiry", "b", "not mine", true);
    store().end_duty("expiry", "a", "3 grants", false);
    EXPECT_FALSE(store().begin_duty("expiry", "b", every, lease)) << "its time has not come";
    clock_.advance(Millis{899});
    EXPECT_FALSE(store().begin_duty("expiry", "b", every, lease));
    clock_.advance(Millis{1});
    EXPECT_TRUE(store().begin_duty("expiry", "b", every, lease));
}

TEST_P(StoreContract, ADutyWhoseHolderIsSilentGoesToAnother) {
    EXPECT_TRUE(store().begin_duty("expiry", "a", Millis{10}, Millis{300}));
    clock_.advance(Millis{299});
    EXPECT_FALSE(store().begin_duty("expiry", "b", Millis{10}, Millis{300}));
    clock_.advance(Millis{1});
    EXPECT_TRUE(store().begin_duty("expiry", "b", Millis{10}, Millis{300}));
    store().end_duty("expiry", "a", "too late", false);
    EXPECT_EQ(store().duties().at(0).holder, "b");
    EXPECT_EQ(store().duties().at(0).runs, 0);
}

TEST_P(StoreContract, TellsHowDutiesWent) {
    auto const begun = now();
    store().begin_duty("expiry", "a", Millis{10}, Millis{300});
    auto running = store().duties().at(0);
    EXPECT_EQ(running.holder, "a");
    EXPECT_EQ(running.started_at, begun);
    EXPECT_FALSE(running.finished_at.has_value());
    clock_.advance(Millis{40});

    store().end_duty("expiry", "a", "disk full", true);

    auto const duty = store().duties().at(0);
    EXPECT_EQ(duty.name, "expiry");
    EXPECT_EQ(duty.holder, "");
    EXPECT_EQ(duty.finished_at, now());
    EXPECT_EQ(duty.result, "disk full");
    EXPECT_EQ(duty.cost, Millis{40});
    EXPECT_EQ(duty.runs, 1);
    EXPECT_TRUE(duty.failed);
}

TEST_P(StoreContract, RemembersWhenAScheduleFired) {
    auto const first = now();
    EXPECT_EQ(store().schedule_mark("nightly"), first);
    clock_.advance(Millis{1'000});
    EXPECT_EQ(store().schedule_mark("nightly"), first);
    store().set_schedule_mark("nightly", now());
    EXPECT_EQ(store().schedule_mark("nightly"), now());
    store().set_schedule_mark("new", first);
    EXPECT_EQ(store().schedule_mark("new"), first);
}

}  // namespace contract
