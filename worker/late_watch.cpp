#include "worker/late_watch.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "worker/call_of.h"
#include "worker/made_note.h"
#include "worker/result_keeper.h"

namespace worker {

namespace asio = boost::asio;
using adapters::Fate;
using adapters::Verdict;

namespace {

constexpr base::Millis late_look_every{15'000};
constexpr int at_a_time = 50;

// Of a provider that keeps its tasks for ever, as it says.
constexpr base::Millis longest_watch{7LL * 24 * 3600 * 1000};

config::CallCost const* usual_cost(config::Settings const& settings, std::string const& provider) {
    auto const found = settings.providers.find(provider);
    bool const told = found != settings.providers.end() && found->second.cost;
    return told ? &*found->second.cost : nullptr;
}

}  // namespace

LateWatch::LateWatch(asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
                     Providers& providers, config::Settings const& settings, Log& log)
    : timer_{executor},
      store_{store},
      pool_{pool},
      providers_{providers},
      settings_{settings},
      log_{log} {}

asio::awaitable<void> LateWatch::run() {
    boost::system::error_code cancelled;
    while (!stopped_) {
        timer_.expires_after(late_look_every);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (stopped_) {
            co_return;
        }
        looking_ = true;
        try {
            co_await look();
        } catch (adapters::Unavailable const& error) {
            log_.error("store", "late tasks can't be looked after", {{"why", error.what()}});
        }
        looking_ = false;
    }
}

void LateWatch::stop() {
    stopped_ = true;
    timer_.cancel();
}

asio::awaitable<void> LateWatch::look() {
    auto take = [this] {
        std::vector<jobs::Watch> due;
        store_.transact(jobs::load_for_watches(at_a_time),
                        [&](jobs::Batch& batch) { due = jobs::take_watches(batch); });
        return due;
    };
    auto const due = co_await pool_.run(take);
    for (auto const& watch : due) {
        if (stopped_) {
            co_return;
        }
        co_await ask_about(watch);
    }
}

// A provider that is not configured any more may be so again; till then there is nobody to ask.
asio::awaitable<void> LateWatch::ask_about(jobs::Watch watch) {
    auto const found = providers_.find(watch.provider);
    adapters::Provider* const provider = found == providers_.end() ? nullptr : found->second.get();
    auto now_of = [this] { return store_.now(); };
    auto const now = co_await pool_.run(now_of);
    auto const kept = provider == nullptr ? base::Millis{} : provider->retention();
    bool const local = provider != nullptr && provider->tasks_are_local();
    bool const over = now - watch.since > (kept.count() > 0 ? kept : longest_watch);
    if (local || over) {
        jobs::LateVerdict verdict;
        verdict.note = "nothing came of it as long as it could be asked about";
        co_await conclude(std::move(watch), std::move(verdict));
        co_return;
    }
    if (provider == nullptr) {
        co_return;
    }
    Verdict const said = co_await poll(*provider, watch);
    bool const open =
        said.fate == Fate::running || said.fate == Fate::unknown || said.fate == Fate::not_taken;
    if (open) {
        co_return;
    }
    jobs::LateVerdict verdict;
    verdict.completed = said.fate == Fate::completed;
    verdict.result = said.made.empty() ? said.result : with_links(said);
    verdict.note = said.code.empty() ? said.message : said.code + ": " + said.message;
    // What was noted instead of a task was told with its call when it was made.
    auto const call = noted(watch.task) ? std::nullopt
                                        : call_of(watch.provider, watch.model, said,
                                                  usual_cost(settings_, watch.provider));
    if (call) {
        verdict.calls.push_back(*call);
    }
    co_await conclude(std::move(watch), std::move(verdict));
}

asio::awaitable<Verdict> LateWatch::poll(adapters::Provider& provider, jobs::Watch const& watch) {
    auto find = [&] { return store_.find_job(watch.job); };
    auto const job = co_await pool_.run(find);
    if (!job) {
        co_return Verdict{.fate = Fate::gone};
    }
    if (auto made = noted(watch.task)) {
        co_return std::move(*made);
    }
    adapters::Call call{
        .job = watch.job,
        .attempt = watch.attempt,
        .user = job->user,
        .service = job->service,
        .model = watch.model,
        .input = job->input,
        .result_dir = settings_.data_dir / "results" / base::to_text(watch.job) / "late",
        .timeout = config::service_for(settings_, job->service).timeout};
    Verdict verdict = co_await provider.poll(std::move(call), watch.task);
    co_return verdict;
}

asio::awaitable<void> LateWatch::conclude(jobs::Watch watch, jobs::LateVerdict verdict) {
    log_.business(verdict.completed ? "job.late_result" : "job.late_end",
                  {{"job", watch.job.value}, {"provider", watch.provider}, {"why", verdict.note}});
    auto write = [&] {
        store_.transact(jobs::load_for_late(watch),
                        [&](jobs::Batch& batch) { jobs::take_late(batch, watch, verdict); });
    };
    co_await pool_.run(write);
}

}  // namespace worker
