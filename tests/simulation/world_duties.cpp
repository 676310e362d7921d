// What has to happen now and then: some host does it, sometimes two do.
#include "jobs/accounts.h"
#include "jobs/rescue.h"
#include "jobs/wake.h"
#include "tests/simulation/world.h"

namespace simulation {

void World::wake() {
    auto const done = transact(jobs::load_for_wake(1'000),
                               [&](jobs::Batch& batch) { jobs::wake(batch, rules_); });
    if (done.done) {
        model_.wake();
        tell("waiting jobs are looked at");
    }
}

void World::rescue() {
    std::set<std::string> present;
    for (auto const& worker : workers_) {
        present.insert(worker.name);
    }
    auto const done = transact(jobs::load_for_rescue(1'000),
                               [&](jobs::Batch& batch) { jobs::rescue(batch, rules_); });
    if (done.done) {
        model_.rescue(present);
        tell("lost jobs are looked for");
    }
}

void World::sweep() {
    for (int host = dice_.chance(20) ? 2 : 1; host > 0; --host) {
        auto const done =
            transact(jobs::load_for_expiry(100), [&](jobs::Batch& batch) { jobs::expire(batch); });
        if (done.done) {
            model_.sweep();
            tell("what has expired is recorded");
        }
    }
}

void World::pass() {
    static std::vector<Int> const spans{1,     900,    2'000,  2'000,  6'000,
                                        6'000, 16'000, 16'000, 61'000, 310'000};
    now_ += dice_.of(spans);
    tell("time goes by");
}

}  // namespace simulation
