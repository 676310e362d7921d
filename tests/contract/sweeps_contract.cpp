// What sweeps find: due, freed, without room, lost, old enough to be pruned; and who is alive.

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

jobs::Job due_at(base::Timestamp at) {
    auto job = waiting(a_job(), Wait::time);
    job.run_at = at;
    return job;
}

jobs::Job child_of(Ids parents) {
    auto job = waiting(a_job(), Wait::parents);
    job.after = std::move(parents);
    return job;
}

}  // namespace

TEST_P(StoreContract, FindsJobsWhoseTimeHasComeSoonestFirst) {
    open("u1");
    auto const ids = add({due_at(now() + Millis{1}), due_at(now()), due_at(now() - Millis{5}),
                          due_at(now() - Millis{9}), a_job()});

    EXPECT_EQ(ids_of(load({.sweep = jobs::Sweep{.due = 9}}).jobs), (Ids{ids[3], ids[2], ids[1]}));
    EXPECT_EQ(ids_of(load({.sweep = jobs::Sweep{.due = 1}}).jobs), (Ids{ids[3]}));
    clock_.advance(Millis{1});
    EXPECT_EQ(load({.sweep = jobs::Sweep{.due = 9}}).jobs.size(), 4U);
}

TEST_P(StoreContract, FindsAChildOnceAllItsParentsHaveEnded) {
    open("u1");
    auto const parents = add({a_job(), a_job()});
    auto const child = add(child_of(parents));
    jobs::Load const sweep{.sweep = jobs::Sweep{.dependent = 9}};
    EXPECT_TRUE(load(sweep).jobs.empty());

    change_job(parents[0], [&](jobs::Job& job) { job = ended(job, State::completed, now()); });
    EXPECT_TRUE(load(sweep).jobs.empty());

    change_job(parents[1], [&](jobs::Job& job) { job = ended(job, State::completed, now()); });
    auto const batch = load(sweep);
    ASSERT_EQ(ids_of(batch.jobs), (Ids{child}));
    EXPECT_EQ(batch.jobs[0].parents, (std::vector{State::completed, State::completed}));
    EXPECT_EQ(ids_of(load(sweep).jobs), (Ids{child})) << "it was not dealt with yet";
}

TEST_P(StoreContract, FindsAChildAsSoonAsOneParentHasFailed) {
    open("u1");
    for (State const how : {State::failed, State::cancelled}) {
        auto const parents = add({a_job(), a_job()});
        auto const child = add(child_of(parents));
        change_job(parents[1], [&](jobs::Job& job) { job = ended(job, how, now()); });

        auto const batch = load({.sweep = jobs::Sweep{.dependent = 9}});

        ASSERT_EQ(ids_of(batch.jobs), (Ids{child}));
        EXPECT_EQ(batch.jobs[0].parents, (std::vector{State::queued, how}));
        change_job(child, [&](jobs::Job& job) { job = ended(job, State::cancelled, now()); });
    }
}

TEST_P(StoreContract, FindsAChildWhoseParentsHadEndedBeforeItCame) {
    open("u1");
    auto const parent = add(ended(a_job(), State::completed, now()));
    auto const child = add(child_of({parent}));

    EXPECT_EQ(ids_of(load({.sweep = jobs::Sweep{.dependent = 9}}).jobs), (Ids{child}));
}

TEST_P(StoreContract, FindsNoChildOfAParentThatIsTriedAgain) {
    open("u1");
    auto const parent = add(a_job());
    auto const child = add(child_of({parent}));
    jobs::Load const sweep{.sweep = jobs::Sweep{.dependent = 9}};
    change_job(parent, [&](jobs::Job& job) { job = ended(job, State::failed, now()); });
    change_job(parent, [&](jobs::Job& job) {
        job.state = State::queued;
        job.finished_at.reset();
    });
    EXPECT_TRUE(load(sweep).jobs.empty());

    change_job(parent, [&](jobs::Job& job) { job = ended(job, State::completed, now()); });
    EXPECT_EQ(ids_of(load(sweep).jobs), (Ids{child}));
}

TEST_P(StoreContract, FindsNoMoreChildrenThanAskedForAndTheRestNextTime) {
    open("u1");
    auto const parent = add(ended(a_job(), State::completed, now()));
    auto const ids = add({child_of({parent}), child_of({parent}), child_of({parent})});
    jobs::Load const sweep{.sweep = jobs::Sweep{.dependent = 2}};

    change(sweep, [&](jobs::Batch& batch) {
        ASSERT_EQ(ids_of(batch.jobs), (Ids{ids[0], ids[1]}));
        for (jobs::LoadedJob& loaded : batch.jobs) {
            loaded.job.wait = Wait::none;
            loaded.changed = true;
        }
    });

    EXPECT_EQ(ids_of(load(sweep).jobs), (Ids{ids[2]}));
}

TEST_P(StoreContract, MarksTheParentsOfNewJobs) {
    open("u1");
    auto const parent = add(a_job());
    EXPECT_FALSE(store().find_job(parent)->has_children);
    auto const child = add(child_of({parent}));
    EXPECT_TRUE(store().find_job(parent)->has_children);
    EXPECT_FALSE(store().find_job(child)->has_children);
    EXPECT_EQ(store().find_job(child)->after, (Ids{parent}));
}

TEST_P(StoreContract, FindsTheOldestJobWithoutRoomOfEachAccount) {
    open("u1");
    open("u2");
    open("u3");
    auto const roomless = [](std::string const& user) {
        return waiting(a_job({.user = user}), Wait::room);
    };
    auto const ids = add({roomless("u2"), roomless("u1"), roomless("u1"), roomless("u2"), a_job()});

    auto found = ids_of(load({.sweep = jobs::Sweep{.roomless = 9}}).jobs);
    std::ranges::sort(found);

    EXPECT_EQ(found, (Ids{ids[0], ids[1]}));
    EXPECT_EQ(load({.sweep = jobs::Sweep{.roomless = 1}}).jobs.size(), 1U);
}

TEST_P(StoreContract, FindsAllThatWaitForRoomOfOneUser) {
    open("u1");
    open("u2");
    auto const roomless = [](std::string const& user, int priority) {
        auto job = a_job({.user = user});
        job.wait = jobs::Wait::room;
        job.priority = priority;
        return job;
    };
    auto const ids = add({roomless("u1", 0), roomless("u2", 0), roomless("u1", 5),
                          a_job({.user = "u1"}), roomless("u1", 0)});
    auto const freed = [&](std::string const& user, int most) {
        return ids_of(load({.sweep = jobs::Sweep{.freed = user, .freed_most = most}}).jobs);
    };
    EXPECT_EQ(freed("u1", 9), (std::vector{ids[2], ids[0], ids[4]}));
    EXPECT_EQ(freed("u1", 2), (std::vector{ids[2], ids[0]}));
    EXPECT_TRUE(freed("u3", 9).empty());
}

TEST_P(StoreContract, FindsJobsWhoseLeaseIsOverOrAbsurdlyFarOff) {
    open("u1");
    auto const here = store().enter("w");
    auto const ids =
        add({processing(a_job(), "w", now()), processing(a_job(), "w", now() + Millis{1}),
             processing(a_job(), "w", now() + 2 * lease_max + Millis{1}),
             processing(a_job(), "w", now() + 2 * lease_max)});

    auto batch = load({.sweep = jobs::Sweep{.lost = 9}});

    auto found = ids_of(batch.jobs);
    std::ranges::sort(found);
    EXPECT_EQ(found, (Ids{ids[0], ids[2]}));
    EXPECT_FALSE(batch.jobs[0].holder_gone);
    EXPECT_EQ(load({.sweep = jobs::Sweep{.lost = 1}}).jobs.size(), 1U);
}

TEST_P(StoreContract, NoticesAtOnceThatAWorkerHasLeft) {
    open("u1");
    auto stays = store().enter("stays");
    auto leaves = store().enter("leaves");
    auto const lease = now() + Millis{10'000};
    add(processing(a_job(), "stays", lease));
    auto const id = add(processing(a_job(), "leaves", lease));
    EXPECT_TRUE(load({.sweep = jobs::Sweep{.lost = 9}}).jobs.empty());

    leaves.reset();

    auto const batch = load({.sweep = jobs::Sweep{.lost = 9}});
    ASSERT_EQ(ids_of(batch.jobs), (Ids{id}));
    EXPECT_TRUE(batch.jobs[0].holder_gone);
    leaves = store().enter("leaves");
    EXPECT_TRUE(load({.sweep = jobs::Sweep{.lost = 9}}).jobs.empty());
}

TEST_P(StoreContract, GoesOnNoticingUntilEveryJobOfADeadWorkerIsRescued) {
    open("u1");
    store().enter("w").reset();
    add({processing(a_job(), "w", now() + Millis{10'000}),
         processing(a_job(), "w", now() + Millis{10'000})});
    for (int i = 0; i < 2; ++i) {
        change({.sweep = jobs::Sweep{.lost = 1}}, [&](jobs::Batch& batch) {
            ASSERT_EQ(batch.jobs.size(), 1U);
            batch.jobs[0].job = ended(batch.jobs[0].job, State::failed, batch.now);
            batch.jobs[0].changed = true;
        });
    }
    EXPECT_TRUE(load({.sweep = jobs::Sweep{.lost = 9}}).jobs.empty());
}

TEST_P(StoreContract, FindsJobsThatEndedLongAgoAndPrunesThem) {
    open("u1");
    auto const old = now() - Millis{1'000};
    auto const pruned = [&] {
        auto job = ended(a_job(), State::completed, old);
        job.pruned = true;
        return job;
    }();
    auto const ids = add({ended(a_job(), State::completed, old), ended(a_job(), State::failed, old),
                          ended(a_job(), State::completed, now()), pruned, a_job()});
    jobs::Load const sweep{.sweep = jobs::Sweep{.prunable = 9, .prune_before = now()}};

    change(sweep, [&](jobs::Batch& batch) {
        EXPECT_EQ(ids_of(batch.jobs), (Ids{ids[0], ids[1]}));
        for (jobs::LoadedJob& loaded : batch.jobs) {
            loaded.job.input.clear();
            loaded.job.result.clear();
            loaded.job.pruned = true;
            loaded.changed = true;
        }
    });

    EXPECT_TRUE(load(sweep).jobs.empty());
    EXPECT_TRUE(store().find_job(ids[0])->pruned);
    EXPECT_EQ(store().find_job(ids[0])->input, "");
    EXPECT_EQ(store().find_job(ids[2])->input, "{}");
}

TEST_P(StoreContract, DoesNotPruneAJobThatChildrenWaitFor) {
    open("u1");
    auto const parent = add(ended(a_job(), State::completed, now() - Millis{1'000}));
    auto const child = add(child_of({parent}));
    jobs::Load const sweep{.sweep = jobs::Sweep{.prunable = 9, .prune_before = now()}};
    EXPECT_TRUE(load(sweep).jobs.empty());

    change_job(child, [&](jobs::Job& job) { job = ended(job, State::completed, now()); });
    EXPECT_EQ(ids_of(load(sweep).jobs), (Ids{parent}));
}

}  // namespace contract
