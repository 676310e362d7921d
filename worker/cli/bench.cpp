// bench: how fast this machine bills, on a store of the user's own choice.
#include "worker/bench.h"

#include <filesystem>

#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/redis_parts.h"
#include "worker/wakeups.h"

namespace worker::cli {

namespace {

// A store file for one run, removed with everything beside it. Ledger entries are for ever, so a
// bench does not leave its own in a store that is used for anything else.
class ScratchStore {
public:
    explicit ScratchStore(std::filesystem::path const& data_dir)
        : folder_{data_dir / ("bench-" + std::to_string(getpid()))} {}

    ScratchStore(ScratchStore const&) = delete;
    ScratchStore& operator=(ScratchStore const&) = delete;

    ~ScratchStore() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::filesystem::path const& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

std::string in_ms(std::int64_t us) {
    return fmt::format("{}.{:03} ms", us / 1000, us % 1000);
}

double ms(std::int64_t us) {
    return static_cast<double>(us) / 1000.0;
}

double per_job(std::int64_t per_1000_jobs) {
    return static_cast<double>(per_1000_jobs) / 1000.0;
}

class Bench final : public Verb {
public:
    void declare(Options& options) override {
        options.number("--jobs", jobs_, 100, 100'000'000, "how many jobs (default 50000)");
        options.number("--users", users_, 1, 10'000'000, "spread over so many accounts (1000)");
        options.number("--workers", workers_, 1, 64, "workers, a thread each (2, on SQLite 1)");
        options.text("--store", "URL", url_,
                     "the store to measure (default: a fresh embedded one, removed afterwards; the "
                     "ledger of a store that is named here keeps the bench's accounts)");
        options.example("  tallyman bench --jobs 100000 --users 1000");
    }

    int run(Context& context) override {
        auto settings = context.settings();
        ScratchStore const scratch{settings.data_dir};
        if (url_.empty()) {
            settings.data_dir = scratch.folder();
            settings.store_url.clear();
        } else {
            settings.store_url = url_;
        }
        auto const silence = Log::silent();
        RedisParts redis{settings, *silence};
        auto const store = redis.announcing(open_store(settings, Opening::create));
        // A server works on several transactions at once, a file on one.
        bool const server = uses_postgres(settings);
        if (workers_ == 0) {
            workers_ = server ? 2 : 1;
        }
        BenchPlan const plan{.jobs = static_cast<int>(jobs_),
                             .users = static_cast<int>(users_),
                             .workers = static_cast<int>(workers_),
                             .programs = server ? 2 : 1};
        auto const wakeup = [&](boost::asio::any_io_executor executor) {
            return make_wakeup(settings, std::move(executor), redis);
        };
        auto const figures = bench(*store, wakeup, plan, progress(context.json()));
        context.json() ? print_json(figures, shown_store_url(settings)) : print(figures);
        return figures.findings == 0 ? done : answer_is_no;
    }

private:
    static std::function<void(std::string const&, int)> progress(bool json) {
        if (json || !on_terminal()) {
            return [](std::string const&, int) {};
        }
        return [last = std::string{}](std::string const& what, int percent) mutable {
            auto line = fmt::format("{} {}%", what, percent);
            if (line != last) {
                fmt::print("\r\x1b[2K{}", line);
                std::fflush(stdout);
                last = std::move(line);
            }
        };
    }

    void print(BenchFigures const& figures) const {
        if (on_terminal()) {
            fmt::print("\r\x1b[2K");
        }
        Table table{{{.title = "measured"}, {.title = "", .align = Table::Align::right}}};
        table.row({"billed jobs a second, whole life", fmt::format("{}", figures.billed_per_s)});
        table.row({"  enqueued a second", fmt::format("{}", figures.enqueue_per_s)});
        table.row({"  processed and billed a second", fmt::format("{}", figures.processed_per_s)});
        table.row({"pickup when idle, half of the jobs", in_ms(figures.pickup.p50_us)});
        table.row({"  95 of 100", in_ms(figures.pickup.p95_us)});
        table.row({"  99 of 100", in_ms(figures.pickup.p99_us)});
        table.row({"commits for 1000 jobs", fmt::format("{}", figures.commits_per_1000_jobs)});
        table.row(
            {"statements for 1000 jobs", fmt::format("{}", figures.round_trips_per_1000_jobs)});
        if (figures.log_bytes_per_job) {
            table.row({"bytes of log for a job", fmt::format("{}", *figures.log_bytes_per_job)});
        }
        table.row({"entries audited a second", fmt::format("{}", figures.audited_entries_per_s)});
        table.row({"audit", verdict(figures)});
        table.print();
    }

    void print_json(BenchFigures const& figures, std::string const& store) const {
        boost::json::object all{{"store", store},
                                {"jobs", jobs_},
                                {"accounts", users_},
                                {"workers", workers_},
                                {"enqueue_per_s", figures.enqueue_per_s},
                                {"processed_per_s", figures.processed_per_s},
                                {"billed_per_s", figures.billed_per_s},
                                {"pickup_ms",
                                 {{"p50", ms(figures.pickup.p50_us)},
                                  {"p95", ms(figures.pickup.p95_us)},
                                  {"p99", ms(figures.pickup.p99_us)}}},
                                {"round_trips_per_job", per_job(figures.round_trips_per_1000_jobs)},
                                {"commits_per_job", per_job(figures.commits_per_1000_jobs)},
                                {"audited_entries_per_s", figures.audited_entries_per_s},
                                {"audit", verdict(figures)}};
        if (figures.log_bytes_per_job) {
            all["wal_bytes_per_job"] = *figures.log_bytes_per_job;
        }
        Context::print(all);
    }

    static std::string verdict(BenchFigures const& figures) {
        return figures.findings == 0 ? "clean" : fmt::format("{} findings", figures.findings);
    }

    std::int64_t jobs_ = 50'000;
    std::int64_t users_ = 1'000;
    std::int64_t workers_ = 0;
    std::string url_;
};

}  // namespace

std::unique_ptr<Verb> make_bench() {
    return std::make_unique<Bench>();
}

}  // namespace worker::cli
