#include "adapters/postgres/transactor.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "adapters/postgres/errors.h"
#include "adapters/postgres/write.h"

namespace adapters::postgres {

using Steady = std::chrono::steady_clock;

void Transactor::run(jobs::Load const& load, jobs::Decide const& decide) {
    jobs::Batch batch;
    Loaded loaded;
    if (attempt(load, decide, batch, loaded)) {
        ++transactions_;
        remember(batch, loaded);
    }
}

bool Transactor::attempt(jobs::Load const& load, jobs::Decide const& decide, jobs::Batch& batch,
                         Loaded& loaded) {
    Pool::Lease lease{pool_};
    bool sent = false;
    try {
        Transaction transaction{*lease, Kind::writing};
        Loading loading{
            .transaction = transaction,
            .held = held_,
            .load = load,
            .batch = batch,
            .loaded = loaded,
            .fixed_now = options_.clock ? std::optional{options_.clock()} : std::nullopt,
            .lease_max = options_.lease_max};
        load_batch(loading);
        decide(batch);
        auto const writes = writes_for(*lease, batch, loaded);
        if (writes.empty()) {
            transaction.commit();
            return false;
        }
        if (loaded.xid.empty()) {
            auto const rows = transaction.run({"SELECT pg_current_xact_id()::text"});
            loaded.xid = rows[0][0][0].c_str();
        }
        transaction.commit(writes, sent);
    } catch (Repeat const&) {
        held_.forget(load.jobs);
        throw;
    } catch (Broken const& error) {
        if (!sent || !was_committed(loaded, lease->timeline(), error.what())) {
            throw;
        }
    }
    return true;
}

// What this process has just written of jobs that run is what it will need to finish them.
void Transactor::remember(jobs::Batch& batch, Loaded const& loaded) {
    std::vector<Held::Item> held;
    held.reserve(batch.jobs.size());
    std::vector<base::JobId> gone;
    for (auto& each : batch.jobs) {
        auto const& before = loaded.standing.at(each.job.id);
        if (!each.changed) {
            continue;
        }
        if (each.job.state == jobs::State::processing) {
            held.push_back({.job = std::move(each.job), .rev = before.rev + 1});
        } else if (before.rest.state == jobs::State::processing) {
            gone.push_back(each.job.id);
        }
    }
    held_.keep(std::move(held));
    held_.forget(gone);
}

// The link died at the commit: nothing is known until the server says what became of the
// transaction. Throws Unavailable if it does not say so in time, or if its word is worth nothing: a
// server that has crashed meanwhile, or a replica that was promoted, may have given the same id to
// another transaction, and that one may be committed. A server counts its statistics anew after
// each recovery, and a replica begins a new timeline.
bool Transactor::was_committed(Loaded const& loaded, std::string const& timeline,
                               std::string const& why) {
    constexpr base::Millis clocks_differ{5'000};
    auto const until = Steady::now() + options_.patience;
    for (int tries = 0; Steady::now() < until; ++tries) {
        try {
            Session session{pool_.access()};
            session.learn_timeline();
            auto const rows = session.last_of(session.sql(
                "SELECT coalesce(pg_xact_status(?::xid8), 'unknown'), "
                "coalesce((SELECT extract(epoch FROM stats_reset) * 1000 > ? "
                "FROM pg_stat_wal), true)",
                {literal(loaded.xid), literal(base::to_ms(loaded.asked_at - clocks_differ))}));
            Row row{rows[0]};
            auto const status = row.text();
            bool const tells = timeline.empty() || !session.timeline().empty();  // no replica
            bool const recovered = row.flag() || session.timeline() != timeline;
            if (tells && status == "committed" && recovered) {
                break;
            }
            if (tells && status == "committed") {
                return true;
            }
            if (tells && status == "aborted") {
                return false;
            }
        } catch (std::exception const&) {
            // Not to be reached yet, or it does not know: asked again.
        }
        std::this_thread::sleep_for(
            std::min(base::Millis{20} * (1 << std::min(tries, 5)), base::Millis{500}));
    }
    throw Unavailable{fmt::format(
        "store {}: the connection broke at a commit ({}), and whether it was done can't be "
        "found out yet",
        pool_.access().where, why)};
}

void wait_before_repeat(int tries) {
    static thread_local std::mt19937 random{std::random_device{}()};
    auto const most = std::min(1 << std::min(tries, 7), 100);
    std::uniform_int_distribution<int> any{0, most * 1'000};
    std::this_thread::sleep_for(std::chrono::microseconds{any(random)});
}

}  // namespace adapters::postgres
