// The measuring.
#include "worker/bench.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "adapters/providers/simulated.h"
#include "base/rethrow.h"
#include "jobs/accounts.h"
#include "jobs/submit.h"
#include "wire/audit_json.h"
#include "worker/blocking_pool.h"
#include "worker/log.h"
#include "worker/runner.h"

namespace worker {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::string_view service = "bench";
constexpr base::Credits price{3};

std::int64_t per_second(std::int64_t count, Clock::duration time) {
    auto const us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    return us == 0 ? 0 : count * 1'000'000 / us;
}

pricing::Book bench_book() {
    pricing::Book book;
    book.services[std::string{service}] = {
        {.terms = {.mode = pricing::Mode::fixed, .credits = price}}};
    book.version = pricing::version_of(book);
    return book;
}

config::Settings bench_settings(BenchPlan const& plan) {
    config::Settings settings;
    settings.worker.slots = plan.slots;
    // Half, so that one half is run while the other is written.
    settings.worker.flush_count = plan.slots / 2;
    settings.rules.signup_gift = {1'000'000'000};
    config::Service bench;
    bench.provider = "bench";
    bench.rules.provider = "bench";
    settings.rules.services.emplace(service, bench.rules);
    settings.services.emplace(service, std::move(bench));
    return settings;
}

// One worker: a runner on a thread of its own.
class BenchWorker {
public:
    BenchWorker(adapters::Store& store, MakeWakeup const& make_wakeup,
                config::Settings const& settings, std::string const& name,
                std::function<void(jobs::Job const&)> on_start, std::function<void()> on_end)
        : presence_{store.enter(name)},
          log_{Log::silent()},
          wakeup_{make_wakeup(io_.get_executor())} {
        providers_.emplace("bench",
                           std::make_unique<adapters::providers::Simulated>(
                               io_.get_executor(), adapters::providers::SimulatedOptions{}));
        runner_ = std::make_unique<Runner>(
            io_.get_executor(), store, pool_, providers_, *wakeup_, settings, *log_,
            RunnerOptions{.name = name, .services = {std::string{service}}});
        runner_->on_start = std::move(on_start);
        runner_->on_end = [on_end = std::move(on_end)](jobs::Reported const&) { on_end(); };
        asio::co_spawn(io_, runner_->claim_jobs(), base::rethrow);
        asio::co_spawn(io_, runner_->keep_leases(), base::rethrow);
        asio::co_spawn(io_, runner_->write_reports(), base::rethrow);
        thread_ = std::thread{[this] { io_.run(); }};
    }

    BenchWorker(BenchWorker const&) = delete;
    BenchWorker& operator=(BenchWorker const&) = delete;

    ~BenchWorker() {
        asio::post(io_, [this] {
            runner_->quiet();
            runner_->stop();
        });
        thread_.join();
    }

private:
    std::unique_ptr<adapters::Presence> presence_;
    std::unique_ptr<Log> log_;
    asio::io_context io_{1};
    BlockingPool pool_{2};
    std::unique_ptr<adapters::Wakeup> wakeup_;
    Providers providers_;
    std::unique_ptr<Runner> runner_;
    std::thread thread_;
};

jobs::Request request_of(std::string user) {
    return {.user = std::move(user),
            .service = std::string{service},
            .input = R"({"text":"a line of text to be spoken, sixty bytes of it"})"};
}

class Bench {
public:
    Bench(adapters::Store& store, MakeWakeup const& make_wakeup, BenchPlan const& plan,
          std::function<void(std::string const&, int)> const& progress)
        : store_{store}, make_wakeup_{make_wakeup}, plan_{plan}, progress_{progress} {}

    BenchFigures run() {
        open_accounts();
        figures_.enqueue_per_s = per_second(plan_.jobs, time([&] { enqueue(); }));
        figures_.processed_per_s = per_second(plan_.jobs, time([&] { process([] {}); }));
        auto const before = store_.work();
        auto const life = time([&] { process([&] { enqueue(); }); });
        auto const after = store_.work();
        figures_.billed_per_s = per_second(plan_.jobs, life);
        count(before, after);
        pick_up();
        audit();
        return figures_;
    }

private:
    template <typename Function>
    static Clock::duration time(Function function) {
        auto const start = Clock::now();
        function();
        return Clock::now() - start;
    }

    void count(adapters::Work const& before, adapters::Work const& after) {
        figures_.round_trips_per_1000_jobs =
            (after.round_trips - before.round_trips) * 1000 / plan_.jobs;
        figures_.commits_per_1000_jobs =
            (after.transactions - before.transactions) * 1000 / plan_.jobs;
        if (before.log_position && after.log_position) {
            figures_.log_bytes_per_job = (*after.log_position - *before.log_position) / plan_.jobs;
        }
    }

    [[nodiscard]] std::string user(int number) const {
        return run_ + std::to_string(number % plan_.users);
    }

    jobs::Job submit(std::vector<jobs::Request> const& requests) {
        std::vector<jobs::Submission> answers;
        store_.transact(jobs::load_for_submit(requests, settings_.rules), [&](jobs::Batch& batch) {
            answers = jobs::submit(batch, requests, book_, settings_.rules);
        });
        for (auto const& answer : answers) {
            CHECK(answer.outcome == jobs::SubmitOutcome::created);
        }
        return std::move(*answers.back().job);
    }

    // Accounts exist in real life; their opening is not what is measured.
    void open_accounts() {
        for (int i = 0; i < plan_.users; i += plan_.batch) {
            jobs::Load load{.new_accounts = plan_.batch};
            std::vector<std::string> users;
            for (int k = i; k < std::min(i + plan_.batch, plan_.users); ++k) {
                users.push_back(user(k));
            }
            load.users = users;
            store_.transact(load, [&](jobs::Batch& batch) {
                for (auto const& name : users) {
                    jobs::wallet_for(batch, name, settings_.rules);
                }
            });
            progress_("opening accounts", i * 100 / plan_.users);
        }
    }

    // Several programs enqueue; each takes its share.
    void enqueue() {
        std::atomic<int> next = 0;
        std::vector<std::future<void>> programs;
        for (int program = 0; program < plan_.programs; ++program) {
            programs.push_back(std::async(std::launch::async, [this, &next, program] {
                std::mt19937 random{static_cast<unsigned>(42 + program)};
                std::uniform_int_distribution<int> any{0, plan_.users - 1};
                for (int i = next.fetch_add(plan_.batch); i < plan_.jobs;
                     i = next.fetch_add(plan_.batch)) {
                    std::vector<jobs::Request> requests;
                    for (int k = i; k < std::min(i + plan_.batch, plan_.jobs); ++k) {
                        requests.push_back(request_of(user(any(random))));
                    }
                    submit(requests);
                }
            }));
        }
        for (auto& program : programs) {
            program.get();
        }
        progress_("enqueueing", 100);
    }

    void start_workers(std::function<void(jobs::Job const&)> const& on_start) {
        for (int i = 0; i < plan_.workers; ++i) {
            workers_.push_back(std::make_unique<BenchWorker>(store_, make_wakeup_, settings_,
                                                             run_ + "worker-" + std::to_string(i),
                                                             on_start, [this] { ended_ += 1; }));
        }
    }

    // All jobs, those that `meanwhile` adds too.
    void process(std::function<void()> const& meanwhile) {
        ended_ = 0;
        start_workers({});
        meanwhile();
        while (ended_ < plan_.jobs) {
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
            progress_("processing", static_cast<int>(ended_ * 100 / plan_.jobs));
        }
        workers_.clear();
    }

    void pick_up() {
        std::mutex mutex;
        std::condition_variable started;
        std::map<base::JobId, Clock::time_point> at;
        start_workers([&](jobs::Job const& job) {
            std::scoped_lock const lock{mutex};
            at[job.id] = Clock::now();
            started.notify_one();
        });
        std::vector<std::int64_t> waits;
        for (int i = 0; i < plan_.pickups; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
            auto const id = submit({request_of(user(i))}).id;
            auto const committed = Clock::now();
            std::unique_lock lock{mutex};
            started.wait(lock, [&] { return at.contains(id); });
            auto const wait = at[id] - committed;
            waits.push_back(
                std::max(std::int64_t{0},
                         std::chrono::duration_cast<std::chrono::microseconds>(wait).count()));
            progress_("picking up", i * 100 / plan_.pickups);
        }
        workers_.clear();
        figures_.pickup = percentiles(std::move(waits));
    }

    static Percentiles percentiles(std::vector<std::int64_t> values) {
        if (values.empty()) {
            return {};
        }
        std::ranges::sort(values);
        auto const at = [&](std::size_t percent) {
            return values[std::min(values.size() - 1, values.size() * percent / 100)];
        };
        return {.p50_us = at(50), .p95_us = at(95), .p99_us = at(99)};
    }

    void audit() {
        progress_("auditing", 0);
        wire::Audited audited;
        auto const took = time([&] { audited = wire::audit(store_, std::nullopt); });
        figures_.findings += std::ssize(audited.findings);
        figures_.audited_entries_per_s = per_second(audited.entries, took);
    }

    adapters::Store& store_;
    MakeWakeup const& make_wakeup_;
    BenchPlan const& plan_;
    std::function<void(std::string const&, int)> const& progress_;
    config::Settings settings_ = bench_settings(plan_);
    pricing::Book book_ = bench_book();
    std::string run_ = "bench-" + std::to_string(base::to_ms(store_.now())) + "-";
    std::vector<std::unique_ptr<BenchWorker>> workers_;
    std::atomic<std::int64_t> ended_ = 0;
    BenchFigures figures_;
};

}  // namespace

BenchFigures bench(adapters::Store& store, MakeWakeup const& make_wakeup, BenchPlan const& plan,
                   std::function<void(std::string const&, int)> const& progress) {
    return Bench{store, make_wakeup, plan, progress}.run();
}

}  // namespace worker
