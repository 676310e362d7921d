#include "adapters/postgres/calls.h"

#include <algorithm>

namespace adapters::postgres {

namespace {

// See jobs::runner_of.
constexpr char const* count_at_work =
    "SELECT split_part(provider, '|', 1), count(*) FROM {s}.running WHERE provider <> '' AND "
    "position('p' IN split_part(provider, '|', 2)) = 0 GROUP BY 1";

std::map<std::string, int> read_at_work(pqxx::result const& rows) {
    std::map<std::string, int> at_work;
    for (auto const& source : rows) {
        Row row{source};
        auto provider = row.text();
        at_work[std::move(provider)] = row.small();
    }
    return at_work;
}

jobs::Watch read_watch(pqxx::row const& source) {
    Row row{source};
    jobs::Watch watch;
    watch.job = {row.integer()};
    watch.attempt = row.small();
    watch.provider = row.text();
    watch.model = row.text();
    watch.task = row.text();
    watch.since = row.time();
    watch.next_at = row.time();
    return watch;
}

}  // namespace

std::string calls_of(Session const& session, base::JobId job) {
    return session.sql(
        "SELECT attempt, at, service, provider, model, request_id, word, micros, currency, usage, "
        "credits, completed FROM {s}.provider_calls WHERE job = ? ORDER BY n",
        {literal(job)});
}

std::vector<jobs::ProviderCall> read_calls(pqxx::result const& rows, base::JobId job) {
    std::vector<jobs::ProviderCall> calls;
    for (auto const& source : rows) {
        Row row{source};
        jobs::ProviderCall call{.job = job};
        call.attempt = row.small();
        call.at = row.time();
        call.service = row.text();
        call.provider = row.text();
        call.model = row.text();
        call.request_id = row.text();
        call.word = row.text();
        call.micros = row.integer();
        call.currency = row.text();
        call.usage = row.text();
        call.credits = row.credits();
        call.completed = row.flag();
        calls.push_back(std::move(call));
    }
    return calls;
}

std::vector<jobs::ProviderCall> Calls::of(base::JobId job) {
    std::vector<jobs::ProviderCall> calls;
    run_([&](Session& session) { calls = read_calls(session.look(calls_of(session, job)), job); });
    return calls;
}

std::vector<CostSum> Calls::costs(base::Timestamp from, base::Timestamp to, base::Millis span) {
    std::vector<CostSum> sums;
    run_([&](Session& session) {
        sums.clear();
        auto const length = literal(static_cast<std::int64_t>(span.count()));
        auto const results = session.read({session.sql(
            "SELECT CASE ? WHEN 0 THEN ? ELSE at - at % nullif(?::bigint, 0) END, provider, model, "
            "service, currency, count(*), count(*) FILTER (WHERE completed), sum(micros)::bigint, "
            "sum(credits)::bigint FROM {s}.provider_calls WHERE at >= ? AND at < ? "
            "GROUP BY 1, 2, 3, 4, 5",
            {length, literal(from), length, literal(from), literal(to)})});
        for (auto const& source : results[0]) {
            Row row{source};
            CostSum sum;
            sum.from = row.time();
            sum.provider = row.text();
            sum.model = row.text();
            sum.service = row.text();
            sum.currency = row.text();
            sum.calls = row.integer();
            sum.completed = row.integer();
            sum.micros = row.integer();
            sum.credits = row.credits();
            sums.push_back(std::move(sum));
        }
    });
    return sums;
}

std::map<std::string, int> Calls::at_work() {
    std::map<std::string, int> at_work;
    run_([&](Session& session) {
        at_work = read_at_work(session.look(session.sql(count_at_work)));
    });
    return at_work;
}

void lock_counts(Loading& loading) {
    auto providers = loading.load.at_work;
    std::ranges::sort(providers);
    Trip trip{loading.transaction};
    for (auto const& provider : providers) {
        trip.ask("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))",
                 {literal(loading.transaction.session().sql("{s}.at_work ") + provider)},
                 [](pqxx::result const&) {});
    }
    trip.go();
}

void ask_for_calls(Loading& loading, Trip& trip) {
    if (!loading.load.at_work.empty()) {
        trip.ask(count_at_work, {}, [&loading](pqxx::result const& rows) {
            auto const all = read_at_work(rows);
            for (auto const& provider : loading.load.at_work) {
                auto const found = all.find(provider);
                loading.batch.at_work[provider] = found == all.end() ? 0 : found->second;
            }
        });
    }
    if (loading.load.watches > 0) {
        trip.ask(
            "SELECT job, attempt, provider, model, task, since, next_at FROM {s}.watches "
            "WHERE next_at <= " +
                now_expression(loading) + " ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED",
            {literal(loading.load.watches)}, [&loading](pqxx::result const& rows) {
                for (auto const& row : rows) {
                    loading.batch.due.push_back(read_watch(row));
                }
            });
    }
}

void write_calls(Session const& session, jobs::Batch const& batch, Writes& out) {
    for (auto const& call : batch.calls) {
        out.statements.push_back(session.sql(
            "INSERT INTO {s}.provider_calls (job, attempt, at, service, provider, model, "
            "request_id, word, micros, currency, usage, credits, completed) VALUES (?, ?, ?, ?, ?, "
            "?, ?, ?, ?, ?, ?, ?, ?)",
            {literal(call.job), literal(call.attempt), literal(call.at), literal(call.service),
             literal(call.provider), literal(call.model), literal(call.request_id),
             literal(call.word), literal(call.micros), literal(call.currency), literal(call.usage),
             literal(call.credits.value), call.completed ? "true" : "false"}));
    }
    for (auto const& watch : batch.watches) {
        out.statements.push_back(session.sql(
            "INSERT INTO {s}.watches (job, attempt, provider, model, task, since, next_at) VALUES "
            "(?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job, attempt) DO UPDATE SET "
            "next_at = excluded.next_at",
            {literal(watch.job), literal(watch.attempt), literal(watch.provider),
             literal(watch.model), literal(watch.task), literal(watch.since),
             literal(watch.next_at)}));
    }
    for (auto const& watch : batch.unwatched) {
        out.statements.push_back(
            session.sql("DELETE FROM {s}.watches WHERE job = ? AND attempt = ?",
                        {literal(watch.job), literal(watch.attempt)}));
    }
}

}  // namespace adapters::postgres
