// Waiting jobs become claimable.
#include "jobs/wake.h"

#include <algorithm>

#include "jobs/fairness.h"
#include "jobs/guards.h"
#include "jobs/money.h"

namespace jobs {

namespace {

void make_ready(Batch& batch, LoadedJob& loaded, Rules const& rules, Woken& woken) {
    Job& job = loaded.job;
    loaded.changed = true;
    bool const keeps_turn = job.attempt > 0 && job.wait != Wait::parents;
    if (job.run_at > batch.now) {
        job.wait = Wait::time;
        return;
    }
    job.wait = Wait::none;
    woken.ready += 1;
    if (!keeps_turn) {
        ledger::Wallet const* const wallet = batch.wallet_of(job.account);
        CHECK(wallet != nullptr);
        job.turn = next_turn(batch.turns, job, wallet->account.tier, rules);
    }
}

void look_at_parents(Batch& batch, LoadedJob& loaded, Rules const& rules, Woken& woken) {
    auto const failed = std::ranges::any_of(
        loaded.parents, [](State state) { return ended(state) && state != State::completed; });
    if (failed) {
        loaded.job.error = Error{.code = "parent_failed",
                                 .message = "a job that it comes after ended without a result"};
        end(loaded, State::cancelled, batch.now);
        woken.cancelled += 1;
        return;
    }
    auto const completed =
        std::ranges::all_of(loaded.parents, [](State state) { return state == State::completed; });
    if (completed) {
        make_ready(batch, loaded, rules, woken);
    }
}

void look_for_room(Batch& batch, LoadedJob& loaded, Rules const& rules, Woken& woken) {
    ledger::Wallet const* const wallet = batch.wallet_of(loaded.job.account);
    CHECK(wallet != nullptr);
    int const limit = caps_of(rules, &wallet->account).in_flight;
    int& in_flight = batch.in_flight[loaded.job.account];
    if (loaded.job.deadline_at && *loaded.job.deadline_at <= batch.now) {
        fail_at_deadline(batch, loaded, rules);
        woken.cancelled += 1;
        return;
    }
    bool const stopped =
        wallet->account.frozen || ledger::braked(wallet->account.standing, batch.now);
    if (!stopped && (limit == 0 || in_flight < limit)) {
        in_flight += 1;
        make_ready(batch, loaded, rules, woken);
    }
}

}  // namespace

Load load_for_wake(int limit) {
    return {.sweep = Sweep{.due = limit, .dependent = limit, .roomless = limit},
            .wallets_of_jobs = true,
            .charges_of_all = true,
            .fairness_of_jobs = true,
            .in_flight = true};
}

Woken wake(Batch& batch, Rules const& rules) {
    Woken woken;
    for (LoadedJob& loaded : batch.jobs) {
        if (loaded.job.state != State::queued) {
            continue;
        }
        switch (loaded.job.wait) {
            case Wait::none:
                break;
            case Wait::time:
                if (loaded.job.run_at <= batch.now) {
                    make_ready(batch, loaded, rules, woken);
                }
                break;
            case Wait::parents:
                look_at_parents(batch, loaded, rules, woken);
                break;
            case Wait::room:
                look_for_room(batch, loaded, rules, woken);
                break;
        }
    }
    return woken;
}

}  // namespace jobs
