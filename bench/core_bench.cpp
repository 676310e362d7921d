// Micro-benchmarks of the decisions: what one core can do when the store takes no time at all.
// Every entry is chained by its hash as it is in a store.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "jobs/report.h"
#include "jobs/start.h"
#include "jobs/submit.h"
#include "ledger/charge.h"
#include "ledger/credit.h"
#include "ledger/debit.h"
#include "ledger/post.h"
#include "pricing/price.h"

namespace {

using base::Credits;

constexpr base::Timestamp now = base::from_ms(1'800'000'000'000);
constexpr base::Millis week{7LL * 24 * 3600 * 1000};
constexpr int grants = 10;
constexpr int accounts_each = 50;  // of a batch
constexpr Credits plenty{1'000'000'000'000};

// An account whose credits came in by so many grants, each of `amount`, that expire one after the
// other.
ledger::Wallet a_wallet(base::AccountId id, std::string const& user, Credits amount) {
    auto wallet = ledger::open_account(id, user, {}, now);
    for (int i = 0; i < grants; ++i) {
        ledger::credit(wallet, {.amount = amount, .expires_at = now + (grants - i) * week}, now);
    }
    wallet.posted.clear();
    return wallet;
}

void debit_of_one_grant(benchmark::State& state) {
    auto wallet = a_wallet({1}, "u1", plenty);
    for (auto _ : state) {
        auto const outcome = ledger::debit(
            wallet, {.amount = {3}, .service = "tts", .job = {1}, .charge = 1, .note = "tts job 1"},
            now);
        CHECK(outcome == ledger::DebitOutcome::debited);
        wallet.posted.clear();
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(debit_of_one_grant)->Name("debit/10 grants, 1 drawn");

// One charge takes everything there is, and gives it back.
void debit_and_refund_of_all_grants(benchmark::State& state) {
    auto wallet = a_wallet({1}, "u1", {7});
    for (auto _ : state) {
        auto const outcome = ledger::debit(
            wallet, {.amount = {7 * grants}, .service = "tts", .job = {1}, .charge = 1}, now);
        CHECK(outcome == ledger::DebitOutcome::debited);
        auto const charge = ledger::charge_of(wallet.posted, {1}, 1);
        ledger::give_back(wallet, charge, {.amount = charge.taken, .grace = week}, now);
        wallet.posted.clear();
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(debit_and_refund_of_all_grants)->Name("debit and refund/10 grants, all drawn");

void refund_of_one_grant(benchmark::State& state) {
    auto wallet = a_wallet({1}, "u1", plenty);
    for (auto _ : state) {
        ledger::debit(wallet, {.amount = {3}, .service = "tts", .job = {1}, .charge = 1}, now);
        auto const charge = ledger::charge_of(wallet.posted, {1}, 1);
        ledger::give_back(wallet, charge, {.amount = charge.taken, .grace = week}, now);
        wallet.posted.clear();
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(refund_of_one_grant)->Name("debit and refund/10 grants, 1 drawn");

void hash_of_an_entry(benchmark::State& state) {
    auto wallet = a_wallet({1}, "u1", plenty);
    ledger::debit(wallet, {.amount = {3}, .service = "tts", .job = {1}, .note = "tts job 1"}, now);
    auto hash = wallet.account.head;
    for (auto _ : state) {
        hash = ledger::chain(hash, wallet.posted.front(), nullptr);
    }
    benchmark::DoNotOptimize(hash);
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(hash_of_an_entry)->Name("hash of an entry");

pricing::Terms speech() {
    return {.mode = pricing::Mode::duration,
            .per_second = {250'000},
            .multiplier = {800'000},
            .measure = pricing::Measure::output,
            .estimate = {3'000'000}};
}

void quote_of_speech(benchmark::State& state) {
    auto const terms = speech();
    std::int64_t characters = 1;
    for (auto _ : state) {
        auto const quote = pricing::quote(terms, {.characters = characters});
        benchmark::DoNotOptimize(quote);
        characters = characters % 1'000 + 1;
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(quote_of_speech)->Name("quote/speech by its text");

// A batch of jobs of at most fifty accounts, as a store would load it.
class Shop {
public:
    explicit Shop(int count) {
        book_.services["tts"] = {{.terms = speech()}};
        book_.version = pricing::version_of(book_);
        empty_.now = now;
        for (int i = 1; i <= count; ++i) {
            empty_.job_ids.push_back({i});
        }
        int const accounts = std::min(count, accounts_each);
        for (int i = 1; i <= accounts; ++i) {
            empty_.wallets.push_back(a_wallet({i}, "user-" + std::to_string(i), plenty));
        }
        for (int i = 0; i < count; ++i) {
            requests_.push_back({.user = "user-" + std::to_string(i % accounts + 1),
                                 .service = "tts",
                                 .input = R"({"text":"a line of text to be spoken"})",
                                 .usage = {.characters = 27},
                                 .key = "key-" + std::to_string(i)});
        }
    }

    [[nodiscard]] jobs::Batch const& empty() const { return empty_; }

    void submit(jobs::Batch& batch) const {
        auto const answers = jobs::submit(batch, requests_, book_, rules_);
        CHECK(answers.back().outcome == jobs::SubmitOutcome::created);
    }

    // What is loaded when those that were submitted are claimed.
    [[nodiscard]] jobs::Batch claimed() const {
        auto batch = empty_;
        submit(batch);
        auto next = empty_;
        for (auto& job : batch.new_jobs) {
            next.jobs.push_back({.job = std::move(job)});
        }
        return next;
    }

    void start(jobs::Batch& batch) const {
        auto const starts = jobs::start(batch, "worker", rules_);
        CHECK(starts.back().outcome == jobs::StartOutcome::started);
    }

    // What is loaded when those that were started report their end.
    [[nodiscard]] jobs::Batch reporting() const {
        auto batch = claimed();
        start(batch);
        for (auto& wallet : batch.wallets) {
            for (auto const& entry : wallet.posted) {
                batch.find(entry.job)->charge.push_back(entry);
            }
            wallet.posted.clear();
        }
        return batch;
    }

    void complete(jobs::Batch& batch, base::Millis duration) const {
        std::vector<jobs::Report> reports;
        reports.reserve(batch.jobs.size());
        for (auto const& loaded : batch.jobs) {
            reports.push_back({.job = loaded.job.id,
                               .attempt = loaded.job.attempt,
                               .said = jobs::Said::completed,
                               .result = R"({"file":"speech.wav"})",
                               .duration = duration});
        }
        auto const answers = jobs::report(batch, reports, rules_);
        CHECK(answers.back().outcome == jobs::ReportOutcome::ended);
    }

private:
    jobs::Rules rules_;
    pricing::Book book_;
    jobs::Batch empty_;
    std::vector<jobs::Request> requests_;
};

// Runs `decide` over copies of a batch; making the copies is not measured.
template <typename Decide>
void measure(benchmark::State& state, jobs::Batch const& loaded, Decide decide) {
    for (auto _ : state) {
        state.PauseTiming();
        auto batch = std::make_unique<jobs::Batch>(loaded);
        state.ResumeTiming();
        decide(*batch);
        state.PauseTiming();
        batch.reset();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void submit_jobs(benchmark::State& state) {
    Shop const shop{static_cast<int>(state.range(0))};
    measure(state, shop.empty(), [&](jobs::Batch& batch) { shop.submit(batch); });
}

void start_jobs(benchmark::State& state) {
    Shop const shop{static_cast<int>(state.range(0))};
    measure(state, shop.claimed(), [&](jobs::Batch& batch) { shop.start(batch); });
}

void settle_jobs(benchmark::State& state) {
    Shop const shop{static_cast<int>(state.range(0))};
    measure(state, shop.reporting(),
            [&](jobs::Batch& batch) { shop.complete(batch, base::Millis{4'000}); });
}

BENCHMARK(submit_jobs)->Name("submit/jobs in a batch")->Arg(1)->Arg(500);
BENCHMARK(start_jobs)->Name("start and debit/jobs in a batch")->Arg(1)->Arg(500);
BENCHMARK(settle_jobs)->Name("finish and settle/jobs in a batch")->Arg(1)->Arg(500);

}  // namespace
