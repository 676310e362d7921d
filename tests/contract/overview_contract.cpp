// What an operator looks at first: loads, ages, what is stuck, who works.
#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using adapters::Overview;
using adapters::ServiceLoad;
using base::Millis;
using jobs::State;
using jobs::Wait;
using support::a_job;
using support::ended;
using support::processing;
using support::waiting;

adapters::WorkerSeen const* worker_in(Overview const& view, std::string const& name) {
    auto const found = std::ranges::find(view.workers, name, &adapters::WorkerSeen::name);
    return found == view.workers.end() ? nullptr : &*found;
}

}  // namespace

TEST_P(StoreContract, AnEmptyStoreHasNothingToSee) {
    auto const view = store().overview();
    EXPECT_TRUE(view.services.empty());
    EXPECT_EQ(view.waiting, 0);
    EXPECT_EQ(view.unknown_fates, 0);
    EXPECT_TRUE(view.poison.empty());
    for (auto const& charges : view.charges) {
        EXPECT_EQ(charges, adapters::OpenCharges{});
    }
}

TEST_P(StoreContract, AnOverviewCountsByServiceAndKnowsTheOldest) {
    open("u1");
    auto const first = now() - Millis{5'000};
    add(a_job({.service = "tts", .at = first}));
    add(a_job({.service = "tts", .at = first + Millis{1}}));
    add(waiting(a_job({.service = "tts"}), Wait::time));
    add(waiting(a_job({.service = "video"}), Wait::room));
    add(processing(a_job({.service = "video"}), "w", now() + Millis{1'000}));
    add(ended(a_job({.service = "script"}), State::completed, now()));
    auto const view = store().overview();
    std::vector<ServiceLoad> const expected{
        {.service = "tts", .ready = 2, .oldest_ready = first},
        {.service = "video", .processing = 1},
    };
    EXPECT_EQ(view.services, expected);
    EXPECT_EQ(view.waiting, 2);
}

TEST_P(StoreContract, AnOverviewNamesWhatIsStuck) {
    open("u1");
    auto lost = ended(a_job({.service = "tts"}), State::failed, now());
    auto poisoned = lost;
    poisoned.poison = true;
    add(lost);
    auto const poison = add(poisoned);
    auto seen = processing(a_job({.service = "tts"}), "w", now() + Millis{1'000});
    seen.started_at = now() - Millis{30'000};
    auto unseen = seen;
    unseen.fate_unknown = true;
    add(seen);
    auto const unknown = add(unseen);
    auto const view = store().overview();
    EXPECT_EQ(view.poison, (std::vector<adapters::Sight>{
                               {.job = poison, .service = "tts", .since = *poisoned.finished_at}}));
    EXPECT_EQ(view.unknown_fates, 1);
    EXPECT_EQ(view.unknown, (std::vector<adapters::Sight>{
                                {.job = unknown, .service = "tts", .since = *seen.started_at}}));
}

TEST_P(StoreContract, OpenChargesAreToldByTheirAge) {
    open("u1");
    auto const begun = [&](Millis ago, std::int64_t credits) {
        auto job = processing(a_job({.service = "tts"}), "w", now() + Millis{1'000});
        job.started_at = now() - ago;
        job.bill = {.charge = 1, .open = true, .debited = {credits}, .net = {credits}};
        return job;
    };
    add(begun(Millis{0}, 1));
    add(begun(Millis{30'000}, 2));
    add(begun(Millis{100'000}, 4));
    add(begun(Millis{90'000'000}, 8));
    auto free = begun(Millis{0}, 0);
    free.bill = {};
    add(free);
    auto const view = store().overview();
    EXPECT_EQ(view.charges[0], (adapters::OpenCharges{.jobs = 2, .credits = {3}}));
    EXPECT_EQ(view.charges[1], (adapters::OpenCharges{.jobs = 1, .credits = {4}}));
    EXPECT_EQ(view.charges[2], adapters::OpenCharges{});
    EXPECT_EQ(view.charges[4], (adapters::OpenCharges{.jobs = 1, .credits = {8}}));
}

TEST_P(StoreContract, AnOverviewShowsWhoWorksAndWhoHoldsJobsWithoutLiving) {
    open("u1");
    auto const here = store().enter("here");
    add(processing(a_job({.service = "tts"}), "here", now() + Millis{1'000}));
    add(processing(a_job({.service = "tts"}), "dead", now() + Millis{1'000}));
    auto const view = store().overview();
    auto const* const alive = worker_in(view, "here");
    ASSERT_NE(alive, nullptr);
    EXPECT_TRUE(alive->alive);
    EXPECT_EQ(alive->jobs, 1);
    auto const* const dead = worker_in(view, "dead");
    ASSERT_NE(dead, nullptr);
    EXPECT_FALSE(dead->alive);
    EXPECT_EQ(dead->jobs, 1);
}

TEST_P(StoreContract, AnOverviewTellsWhatAWorkerSaysOfItself) {
    auto const here = store().enter("here");
    auto const silent = store().enter("silent");
    auto const said = [&](std::string const& note) {
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (std::chrono::steady_clock::now() < end) {
            auto const view = store().overview();
            auto const* const worker = worker_in(view, "here");
            if (worker != nullptr && worker->note == note) {
                return worker_in(view, "silent")->note.empty();
            }
            std::this_thread::sleep_for(Millis{20});
        }
        return false;
    };
    EXPECT_TRUE(said(""));
    here->say(R"({"slots":8,"it's":"讲"})");
    EXPECT_TRUE(said(R"({"slots":8,"it's":"讲"})"));
    here->say("shorter");
    EXPECT_TRUE(said("shorter"));
    here->say(std::string(adapters::longest_note + 1, 'x'));
    EXPECT_TRUE(said("shorter"));
    here->say(std::string(adapters::longest_note, 'x'));
    EXPECT_TRUE(said(std::string(adapters::longest_note, 'x')));
}

TEST_P(StoreContract, AListOfJobsLooksNoFurtherBackThanItIsTold) {
    open("u1");
    auto parked = processing(a_job(), "w", now());
    parked.parked = true;
    parked.provider = "p";
    auto const ids =
        add({a_job(), ended(a_job(), State::failed, now()), ended(a_job(), State::completed, now()),
             parked, a_job(), ended(a_job(), State::failed, now()),
             ended(a_job(), State::completed, now()), parked});
    for (std::string const user : {"", "u1"}) {
        for (std::string const service : {"", "tts"}) {
            for (auto const state :
                 {State::queued, State::processing, State::completed, State::failed}) {
                auto const found = store().list_jobs(
                    {.user = user, .service = service, .state = state, .from = ids[4]});
                ASSERT_EQ(found.size(), 1U) << user << service << to_text(state);
                EXPECT_GE(found.front().id, ids[4]);
            }
            EXPECT_EQ(store().list_jobs({.user = user, .service = service, .from = ids[3]}).size(),
                      5U);
            EXPECT_EQ(ids_of(store().list_jobs(
                          {.user = user, .service = service, .from = ids[4], .parked = true})),
                      (std::vector{ids[7]}));
        }
    }
}

TEST_P(StoreContract, AccountsAreListedByTheBeginningOfTheirIdsOrTheNewestFirst) {
    for (std::string const user : {"bob", "ann", "anna", "ann:2", "Ann", "讲-1", "讲-2", "ann%"}) {
        open(user, 7);
    }
    using Users = std::vector<std::string>;
    auto const list = [&](adapters::AccountFilter const& filter) {
        Users users;
        for (auto const& wallet : store().list_accounts(filter)) {
            users.push_back(wallet.account.user);
        }
        return users;
    };
    EXPECT_EQ(list({}), (Users{"Ann", "ann", "ann%", "ann:2", "anna", "bob", "讲-1", "讲-2"}));
    EXPECT_EQ(list({.prefix = "ann"}), (Users{"ann", "ann%", "ann:2", "anna"}));
    EXPECT_EQ(list({.prefix = "ann", .limit = 2}), (Users{"ann", "ann%"}));
    EXPECT_EQ(list({.prefix = "ann", .after = "ann%", .limit = 9}), (Users{"ann:2", "anna"}));
    EXPECT_EQ(list({.prefix = "ann", .after = "anna"}), Users{});
    EXPECT_EQ(list({.prefix = "讲"}), (Users{"讲-1", "讲-2"}));
    EXPECT_EQ(list({.prefix = "zz"}), Users{});
    EXPECT_EQ(list({.prefix = "ann'; --"}), Users{});
    EXPECT_EQ(list({.after = "bob", .limit = 1}), (Users{"讲-1"}));
    EXPECT_EQ(list({.newest_first = true, .limit = 3}), (Users{"ann%", "讲-2", "讲-1"}));
    auto const third = store().find_wallet("讲-1")->account.id;
    EXPECT_EQ(list({.newest_first = true, .before = third, .limit = 2}), (Users{"Ann", "ann:2"}));
}

TEST_P(StoreContract, AListedAccountHasWhatIsLeftOfItsGrants) {
    open("u1", 10);
    auto const found = store().list_accounts({.prefix = "u"});
    ASSERT_EQ(found.size(), 1U);
    auto const known = store().glance("u1");
    expect_same(known->account, found.front().account);
    EXPECT_EQ(found.front().grants, known->grants);
    EXPECT_EQ(ledger::balance(found.front(), now()), base::Credits{10});
}

}  // namespace contract
