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

}  // namespace contract
