#include "adapters/sqlite/calls.h"

#include "adapters/sqlite/migrations.h"

namespace adapters::sqlite {

char const calls_schema[] = R"sql(
CREATE TABLE provider_calls (
    n INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    service TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    request_id TEXT NOT NULL,
    word TEXT NOT NULL,
    micros INTEGER NOT NULL,
    currency TEXT NOT NULL,
    usage TEXT NOT NULL,
    credits INTEGER NOT NULL,
    completed INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_calls_job ON provider_calls (job);
CREATE INDEX provider_calls_at ON provider_calls (at);
CREATE TABLE watches (
    job INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    task TEXT NOT NULL,
    since INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (job, attempt)
) STRICT;
CREATE INDEX watches_next ON watches (next_at);
)sql";

namespace {

std::map<std::string, int> count_at_work(Database& database) {
    std::map<std::string, int> at_work;
    Query query{database, "SELECT provider FROM jobs INDEXED BY jobs_processing WHERE state = 1"};
    while (query.step()) {
        jobs::Job job;
        jobs::read_runner(query.view(), job);
        if (!job.parked) {
            at_work[job.provider] += 1;
        }
    }
    at_work.erase("");
    return at_work;
}

void load_due(Loading& loading) {
    Query query{loading.database,
                "SELECT job, attempt, provider, model, task, since, next_at FROM watches WHERE "
                "next_at <= ? ORDER BY next_at LIMIT ?"};
    query.bind(loading.batch.now, loading.load.watches);
    while (query.step()) {
        jobs::Watch watch;
        watch.job = {query.integer()};
        watch.attempt = query.small();
        watch.provider = query.text();
        watch.model = query.text();
        watch.task = query.text();
        watch.since = query.time();
        watch.next_at = query.time();
        loading.batch.due.push_back(std::move(watch));
    }
}

}  // namespace

std::vector<jobs::ProviderCall> calls_of(Database& database, base::JobId job) {
    std::vector<jobs::ProviderCall> calls;
    Query query{database,
                "SELECT attempt, at, service, provider, model, request_id, word, micros, currency, "
                "usage, credits, completed FROM provider_calls WHERE job = ? ORDER BY n"};
    query.bind(job);
    while (query.step()) {
        jobs::ProviderCall call{.job = job};
        call.attempt = query.small();
        call.at = query.time();
        call.service = query.text();
        call.provider = query.text();
        call.model = query.text();
        call.request_id = query.text();
        call.word = query.text();
        call.micros = query.integer();
        call.currency = query.text();
        call.usage = query.text();
        call.credits = query.credits();
        call.completed = query.flag();
        calls.push_back(std::move(call));
    }
    return calls;
}

std::vector<jobs::ProviderCall> Calls::of(base::JobId job) {
    std::vector<jobs::ProviderCall> calls;
    read_([&](Database& database) { calls = calls_of(database, job); });
    return calls;
}

std::vector<CostSum> Calls::costs(base::Timestamp from, base::Timestamp to, base::Millis span) {
    std::vector<CostSum> sums;
    read_([&](Database& database) {
        sums.clear();
        Query query{database,
                    "SELECT CASE ?3 WHEN 0 THEN ?1 ELSE at - at % ?3 END AS span, provider, model, "
                    "service, currency, count(*), sum(completed), sum(micros), sum(credits) FROM "
                    "provider_calls WHERE at >= ?1 AND at < ?2 GROUP BY 1, 2, 3, 4, 5"};
        query.bind(from, to, span);
        while (query.step()) {
            CostSum sum;
            sum.from = query.time();
            sum.provider = query.text();
            sum.model = query.text();
            sum.service = query.text();
            sum.currency = query.text();
            sum.calls = query.integer();
            sum.completed = query.integer();
            sum.micros = query.integer();
            sum.credits = query.credits();
            sums.push_back(std::move(sum));
        }
    });
    return sums;
}

std::map<std::string, int> Calls::at_work() {
    std::map<std::string, int> at_work;
    read_([&](Database& database) { at_work = count_at_work(database); });
    return at_work;
}

void load_calls(Loading& loading) {
    if (!loading.load.at_work.empty()) {
        auto const all = count_at_work(loading.database);
        for (auto const& provider : loading.load.at_work) {
            auto const found = all.find(provider);
            loading.batch.at_work[provider] = found == all.end() ? 0 : found->second;
        }
    }
    if (loading.load.watches > 0) {
        load_due(loading);
    }
}

void write_calls(Database& database, jobs::Batch const& batch) {
    for (auto const& call : batch.calls) {
        Query{database,
              "INSERT INTO provider_calls (job, attempt, at, service, provider, model, request_id, "
              "word, micros, currency, usage, credits, completed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
              "?, ?, ?, ?, ?)"}
            .bind(call.job, call.attempt, call.at, call.service, call.provider, call.model,
                  call.request_id, call.word, call.micros, call.currency, call.usage, call.credits,
                  call.completed)
            .run();
    }
    for (auto const& watch : batch.watches) {
        Query{database,
              "INSERT OR REPLACE INTO watches (job, attempt, provider, model, task, since, "
              "next_at) VALUES (?, ?, ?, ?, ?, ?, ?)"}
            .bind(watch.job, watch.attempt, watch.provider, watch.model, watch.task, watch.since,
                  watch.next_at)
            .run();
    }
    for (auto const& watch : batch.unwatched) {
        Query{database, "DELETE FROM watches WHERE job = ? AND attempt = ?"}
            .bind(watch.job, watch.attempt)
            .run();
    }
}

}  // namespace adapters::sqlite
