// Calls to providers: added up, counted at work, and tasks that outlive their jobs.
#include <algorithm>

#include "jobs/report.h"
#include "jobs/watch.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

jobs::Job at_provider(base::AccountId account, std::string const& user, std::string const& provider,
                      base::Timestamp now, std::string const& model = "") {
    jobs::Job job;
    job.account = account;
    job.user = user;
    job.service = "script";
    job.state = jobs::State::processing;
    job.attempt = 1;
    job.worker = "w";
    job.started_at = now;
    job.lease_until = now + base::Millis{10'000};
    job.provider = provider;
    job.model = model;
    return job;
}

jobs::ProviderCall a_call(base::JobId job, base::Timestamp at) {
    return {.job = job,
            .attempt = 2,
            .at = at,
            .service = "script",
            .provider = "kling",
            .model = "v2|5",
            .request_id = "r'1",
            .word = "succeed",
            .micros = 70'000,
            .currency = "CNY",
            .usage = R"({"seconds":5})",
            .credits = {5},
            .completed = true};
}

}  // namespace

TEST_P(StoreContract, KeepsWhatAJobRemembersOfItsProvider) {
    auto const id = add(at_provider(open("ann1"), "ann1", "kling", now(), "v2|5"));
    change_job(id, [](jobs::Job& job) {
        job.parked = true;
        job.resubmitted = true;
        job.fate_unknown = true;
    });
    auto const job = store().find_job(id).value();
    EXPECT_EQ(job.provider, "kling");
    EXPECT_EQ(job.model, "v2|5");
    EXPECT_TRUE(job.parked);
    EXPECT_TRUE(job.resubmitted);
    auto const view = store().overview();
    EXPECT_EQ(view.parked, 1);
    ASSERT_EQ(view.parked_jobs.size(), 1U);
    EXPECT_EQ(view.parked_jobs[0].job, id);
}

TEST_P(StoreContract, ListsParkedJobs) {
    add(at_provider(open("ann1"), "ann1", "kling", now(), "p"));
    auto const id = add(at_provider(open("ann2"), "ann2", "kling", now()));
    change_job(id, [](jobs::Job& job) { job.parked = true; });
    for (std::string const service : {"", "script"}) {
        auto const listed = store().list_jobs({.service = service, .parked = true});
        ASSERT_EQ(listed.size(), 1U);
        EXPECT_EQ(listed[0].id, id);
    }
    EXPECT_TRUE(store().list_jobs({.service = "tts", .parked = true}).empty());
    EXPECT_TRUE(store().list_jobs({.user = "ann1", .parked = true}).empty());
    EXPECT_EQ(store().list_jobs({.user = "ann2", .parked = true}).size(), 1U);
}

TEST_P(StoreContract, CountsWhatProvidersHaveAtWork) {
    add(at_provider(open("ann1"), "ann1", "kling", now(), "v1"));
    add(at_provider(open("ann2"), "ann2", "kling", now()));
    add(at_provider(open("ann3"), "ann3", "runway", now()));
    add(at_provider(open("ann4"), "ann4", "", now()));
    auto const parked = add(at_provider(open("ann5"), "ann5", "kling", now(), "v1"));
    auto const other = add(at_provider(open("ann6"), "ann6", "ark", now()));
    for (auto const id : {parked, other}) {
        change_job(id, [](jobs::Job& job) { job.parked = true; });
    }
    auto const all = store().calls().at_work();
    EXPECT_EQ(all, (std::map<std::string, int>{{"kling", 2}, {"runway", 1}}));
    auto const batch = load({.at_work = {"runway", "kling", "ark"}});
    EXPECT_EQ(batch.at_work.at("kling"), 2);
    EXPECT_EQ(batch.at_work.at("runway"), 1);
    EXPECT_EQ(batch.at_work.at("ark"), 0);
}

TEST_P(StoreContract, KeepsCallsAndTellsThemWithTheirJob) {
    auto const id = add(at_provider(open("ann1"), "ann1", "kling", now()));
    auto const call = a_call(id, now());
    change({}, [&](jobs::Batch& batch) { batch.calls.push_back(call); });
    EXPECT_EQ(store().calls().of(id), std::vector{call});
    EXPECT_EQ(store().story_of(id).value().calls, std::vector{call});
    EXPECT_TRUE(store().calls().of({99}).empty());
}

TEST_P(StoreContract, AddsUpCostsByWhatTheyWereForAndBySpansOfTime) {
    auto const id = add(at_provider(open("ann1"), "ann1", "kling", now()));
    auto const start = base::from_ms(1'700'000'100'000);
    auto call = a_call(id, start);
    change({}, [&](jobs::Batch& batch) { batch.calls.push_back(call); });
    change({}, [&](jobs::Batch& batch) { batch.calls.push_back(call); });
    call.at = start + base::Millis{900'000};
    call.completed = false;
    call.credits = {};
    call.currency = "";
    call.micros = 0;
    change({}, [&](jobs::Batch& batch) { batch.calls.push_back(call); });
    auto sums = store().calls().costs(start, start + base::Millis{900'001}, {});
    std::ranges::sort(sums, {}, &adapters::CostSum::currency);
    ASSERT_EQ(sums.size(), 2U);
    EXPECT_EQ(sums[0].calls, 1);
    EXPECT_EQ(sums[0].completed, 0);
    EXPECT_EQ(sums[1].from, start);
    EXPECT_EQ(sums[1].model, "v2|5");
    EXPECT_EQ(sums[1].service, "script");
    EXPECT_EQ(sums[1].calls, 2);
    EXPECT_EQ(sums[1].completed, 2);
    EXPECT_EQ(sums[1].micros, 140'000);
    EXPECT_EQ(sums[1].credits, base::Credits{10});
    EXPECT_EQ(store().calls().costs(start, start + base::Millis{900'000}, {}).size(), 1U);
    auto spans = store().calls().costs(start, start + base::Millis{900'001}, base::Millis{900'000});
    std::ranges::sort(spans, {}, &adapters::CostSum::from);
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].from, base::from_ms(1'700'000'100'000 - 1'700'000'100'000 % 900'000));
    EXPECT_EQ(spans[1].from, spans[0].from + base::Millis{900'000});
}

TEST_P(StoreContract, GivesAWatchedTaskToOneAtATimeUntilItIsDealtWith) {
    auto const id = add(at_provider(open("ann1"), "ann1", "kling", now()));
    jobs::Watch const watch{.job = id,
                            .attempt = 1,
                            .provider = "kling",
                            .model = "v1",
                            .task = "t'1",
                            .since = now(),
                            .next_at = now() + base::Millis{1'000}};
    change({}, [&](jobs::Batch& batch) { batch.watches.push_back(watch); });
    EXPECT_TRUE(load({.watches = 10}).due.empty());
    clock_.advance(base::Millis{1'000});
    std::vector<jobs::Watch> taken;
    change(jobs::load_for_watches(10),
           [&](jobs::Batch& batch) { taken = jobs::take_watches(batch); });
    EXPECT_EQ(taken, std::vector{watch});
    EXPECT_TRUE(load({.watches = 10}).due.empty());
    clock_.advance(base::Millis{3'600'000});
    EXPECT_EQ(load({.watches = 10}).due.size(), 1U);
    change({}, [&](jobs::Batch& batch) { batch.unwatched.push_back(watch); });
    EXPECT_TRUE(load({.watches = 10}).due.empty());
}

}  // namespace contract
