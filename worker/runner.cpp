// The loop of a worker.
#include "worker/runner.h"

#include <algorithm>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"
#include "base/trace.h"
#include "worker/tell_of_brake.h"

namespace worker {

namespace asio = boost::asio;

namespace {

constexpr std::size_t beats_in_one_write = 500;
constexpr base::Millis look_for_stale_every{500};
constexpr std::size_t fewest_to_look_at = 500;

// The same until the provider has failed the job for certain, for providers that take an
// idempotency key: what was lost is asked for by it, what failed is not handed back by it. The time
// keeps two installations apart that share an account there and both have a job of this number.
std::string key_of(jobs::Job const& job) {
    return "tallyman-" + base::to_text(job.id) + "-" + std::to_string(job.bill.charge) + "-" +
           std::to_string(job.failures) + "-" + std::to_string(base::to_ms(job.created_at));
}

// Names an attempt among all that belong to one trace.
std::string span_of(jobs::Job const& job) {
    return "tallyman job " + base::to_text(job.id) + " attempt " + std::to_string(job.attempt);
}

}  // namespace

Runner::Runner(asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
               Providers& providers, adapters::Wakeup& wakeup, config::Settings const& settings,
               Log& log, RunnerOptions options)
    : executor_{executor},
      store_{store},
      pool_{pool},
      wakeup_{wakeup},
      settings_{settings},
      log_{log},
      options_{std::move(options)},
      router_{settings, providers, pool, options_.rate},
      reporter_{executor,
                store,
                pool,
                settings.rules,
                log,
                {.flush_count = static_cast<std::size_t>(settings.worker.flush_count),
                 .flush_delay = settings.worker.flush_delay}},
      beat_timer_{executor} {
    reporter_.company = [this] { return attempts_.size(); };
}

void Runner::quiet() {
    quiet_ = true;
    wakeup_.poke();
}

void Runner::stop() {
    stopped_ = true;
    beat_timer_.cancel();
    reporter_.stop();
}

jobs::Claim Runner::room() const {
    auto const free = settings_.worker.slots - static_cast<int>(attempts_.size()) + parked_;
    jobs::Claim claim{.limit = std::max(free, 0)};
    for (auto const& service : options_.services) {
        int const most = config::service_for(settings_, service).concurrency;
        auto const found = running_of_.find(service);
        int const used = found == running_of_.end() ? 0 : found->second;
        int const slots = router_.room_for(service, most == 0 ? free : std::min(free, most - used));
        if (slots > 0) {
            claim.rooms.push_back({.service = service, .slots = slots});
        }
    }
    return claim;
}

asio::awaitable<void> Runner::claim_jobs() {
    while (!quiet_) {
        bool more = false;
        std::string why;
        claiming_ = true;
        try {
            more = co_await claim_once();
        } catch (adapters::Unavailable const& error) {
            why = error.what();
            claim_in_doubt_ = true;
        }
        claiming_ = false;
        if (!why.empty()) {
            log_.error("store", "no jobs can be claimed", {{"why", why}});
        }
        if (!more && !quiet_) {
            co_await wakeup_.wait(settings_.worker.poll);
        }
    }
}

// Whether asking again at once may bring more.
asio::awaitable<bool> Runner::claim_once() {
    if (claim_in_doubt_) {
        co_await release_strays();
        claim_in_doubt_ = false;
    }
    auto const claim = room();
    if (claim.rooms.empty()) {
        co_return false;
    }
    std::vector<jobs::Start> starts;
    std::vector<std::string> waiting;
    auto work = [&] {
        std::vector<std::string> services;
        for (auto const& open : claim.rooms) {
            services.push_back(open.service);
        }
        // Where the last claim found jobs there are likely more: claiming at once saves the
        // question.
        if (!more_waits_ && !store_.anything_ready(services)) {
            waiting = store_.services_ready();
            return;
        }
        store_.transact(jobs::load_for_start(claim, settings_.rules), [&](jobs::Batch& batch) {
            starts = jobs::start(batch, options_.name, settings_.rules);
        });
    };
    co_await pool_.run(work);
    more_waits_ = !starts.empty() && std::ssize(starts) >= claim.limit;
    if (learn(waiting)) {
        co_return true;
    }
    auto const left_room = std::ranges::any_of(starts, [](jobs::Start const& started) {
        return started.outcome != jobs::StartOutcome::started;
    });
    bool const more = left_room || more_waits_;
    for (auto& started : starts) {
        begin(std::move(started));
    }
    co_return more;
}

// Jobs of a service that has left the price book are still to be finished: their price is frozen on
// them. Whether there was one that was not known.
bool Runner::learn(std::vector<std::string> const& waiting) {
    bool learned = false;
    for (auto const& service : waiting) {
        if (std::ranges::find(options_.services, service) == options_.services.end()) {
            options_.services.push_back(service);
            learned = true;
        }
    }
    return learned;
}

// A claim whose commit was in doubt may have left jobs in our name that nobody runs.
asio::awaitable<void> Runner::release_strays() {
    std::set<Key> mine;  // a copy: attempts end while the store is asked on another thread
    for (auto const& [key, attempt] : attempts_) {
        mine.insert(key);
    }
    std::vector<jobs::Report> reports;
    auto work = [&] {
        store_.transact({.live_of = options_.name}, [&](jobs::Batch& batch) {
            reports.clear();
            for (auto const& loaded : batch.jobs) {
                if (!mine.contains({loaded.job.id, loaded.job.attempt})) {
                    reports.push_back({.job = loaded.job.id,
                                       .attempt = loaded.job.attempt,
                                       .said = jobs::Said::released,
                                       .note = "the claim's commit was in doubt"});
                }
            }
        });
    };
    co_await pool_.run(work);
    if (!reports.empty()) {
        co_await reporter_.send_now(std::move(reports));
    }
}

void Runner::begin(jobs::Start started) {
    jobs::Job& job = started.job;
    if (started.outcome != jobs::StartOutcome::started) {
        tell_of_brake(log_, job.user, started.why);
        if (jobs::ended(job.state)) {
            log_.business("job.failed", traced({{"job", job.id.value},
                                                {"user", job.user},
                                                {"service", job.service},
                                                {"code", job.error ? job.error->code : ""}},
                                               job.trace));
        }
        return;
    }
    if (!log_.quiet()) {
        log_.business("job.started", traced({{"job", job.id.value},
                                             {"user", job.user},
                                             {"service", job.service},
                                             {"attempt", job.attempt},
                                             {"debited", job.bill.debited.value}},
                                            job.trace));
    }
    if (on_start) {
        on_start(job);
    }
    adapters::Call call{.job = job.id,
                        .attempt = job.attempt,
                        .key = key_of(job),
                        .user = job.user,
                        .service = job.service,
                        .input = job.input,
                        .result_dir = settings_.data_dir / "results" / base::to_text(job.id),
                        .timeout = config::service_for(settings_, job.service).timeout,
                        .trace = base::child_of(job.trace, span_of(job)),
                        .since = job.created_at};
    if (options_.hint_url) {
        call.hint_url = options_.hint_url(job.id);
    }
    Key const key{job.id, job.attempt};
    running_of_[job.service] += 1;
    auto attempt = std::make_unique<Attempt>(executor_, std::move(job), router_, std::move(call),
                                             reporter_, log_, options_.meter, options_.keeper);
    Attempt& running = *attempt;
    running.on_parked = [this, service = running.job().service](bool is) {
        running_of_[service] -= is ? 1 : -1;
        parked_ += is ? 1 : -1;
    };
    bool const fresh = attempts_.emplace(key, std::move(attempt)).second;
    CHECK(fresh);
    if (releasing_) {
        running.release();
    }
    asio::co_spawn(executor_, run_attempt(running), base::rethrow);
}

asio::awaitable<void> Runner::run_attempt(Attempt& attempt) {
    Key const key{attempt.job().id, attempt.job().attempt};
    jobs::Reported const reported = co_await attempt.run();
    finish(key, reported);
}

void Runner::finish(Key key, jobs::Reported const& reported) {
    auto const found = attempts_.find(key);
    CHECK(found != attempts_.end());
    running_of_[found->second->job().service] -= 1;
    // The next job would have to wait as well, for as long as it does not free a slot for others.
    bool const was_full = std::ssize(attempts_) - parked_ >= settings_.worker.slots;
    bool const look_again = was_full || !found->second->waited();
    attempts_.erase(found);
    jobs::Job const& job = reported.job;
    if (!log_.quiet()) {
        auto const event = reported.outcome == jobs::ReportOutcome::ended
                               ? "job." + std::string{jobs::to_text(job.state)}
                           : reported.outcome == jobs::ReportOutcome::requeued ? "job.requeued"
                                                                               : "job.stale";
        Log::Fields fields{{"job", key.first.value},
                           {"user", job.user},
                           {"service", job.service},
                           {"attempt", key.second},
                           {"net", job.bill.net.value}};
        if (job.error) {
            fields.emplace_back("code", job.error->code);
        }
        log_.business(event, traced(std::move(fields), job.trace));
    }
    if (on_end) {
        on_end(reported);
    }
    if (look_again) {
        wakeup_.poke();
    }
}

asio::awaitable<void> Runner::keep_leases() {
    boost::system::error_code cancelled;
    base::Millis since_beat{};
    while (!stopped_) {
        auto const wait = std::min(look_for_stale_every, settings_.worker.heartbeat);
        beat_timer_.expires_after(wait);
        co_await beat_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        since_beat += wait;
        if (stopped_) {
            continue;
        }
        try {
            co_await router_.look_at_costs(store_);
            if (attempts_.empty()) {
                continue;
            }
            if (since_beat >= settings_.worker.heartbeat) {
                co_await beat();
                since_beat = {};
            }
            co_await drop_stale();
        } catch (adapters::Unavailable const& error) {
            log_.error("store", "leases can't be looked after", {{"why", error.what()}});
        }
    }
}

// All leases are renewed by one statement. While a claim is in doubt there may be jobs in our name
// that nobody runs, whose leases must run out, so those that do run are renewed one by one.
asio::awaitable<void> Runner::beat() {
    bool const one_by_one = claim_in_doubt_;
    auto renew = [&] {
        if (!one_by_one) {
            store_.renew(options_.name, settings_.rules.lease);
        }
        return store_.now();
    };
    auto const now = co_await pool_.run(renew);
    std::vector<jobs::Report> beats;
    for (auto const& [key, attempt] : attempts_) {
        if (one_by_one || attempt->has_news(now)) {
            beats.push_back(attempt->heartbeat(now));
        }
    }
    for (std::size_t i = 0; i < beats.size(); i += beats_in_one_write) {
        auto const end = std::min(i + beats_in_one_write, beats.size());
        std::vector<jobs::Report> part(beats.begin() + static_cast<std::ptrdiff_t>(i),
                                       beats.begin() + static_cast<std::ptrdiff_t>(end));
        auto const answers = co_await reporter_.send_now(part);
        for (std::size_t k = 0; k < answers.size(); ++k) {
            if (answers[k].outcome != jobs::ReportOutcome::noted) {
                abandon({part[k].job, part[k].attempt}, answers[k]);
            }
        }
    }
}

// So many at a time that each is looked at once a heartbeat at least, however many run.
std::vector<Runner::Key> Runner::next_to_look_at() {
    auto const rounds = std::max(settings_.worker.heartbeat / look_for_stale_every, 1L);
    auto const count = std::min(
        attempts_.size(),
        std::max(fewest_to_look_at, attempts_.size() / static_cast<std::size_t>(rounds) + 1));
    std::vector<Key> keys;
    keys.reserve(count);
    auto next = attempts_.upper_bound(last_looked_at_);
    while (keys.size() < count) {
        next = next == attempts_.end() ? attempts_.begin() : next;
        keys.push_back(next->first);
        ++next;
    }
    last_looked_at_ = keys.empty() ? Key{} : keys.back();
    return keys;
}

// A cancelled job should stop costing soon, not only at the next heartbeat.
asio::awaitable<void> Runner::drop_stale() {
    auto const held = next_to_look_at();
    auto const gone = co_await pool_.run([&] {
        std::vector<jobs::Job> list;
        for (auto const id : store_.stale(held)) {
            list.push_back(store_.find_job(id).value_or(jobs::Job{.id = id}));
        }
        return list;
    });
    for (auto const& job : gone) {
        for (auto const& key : held) {
            bool const current = job.state == jobs::State::processing && job.attempt == key.second;
            if (key.first == job.id && !current) {
                abandon(key, {.outcome = jobs::ReportOutcome::stale, .job = job});
            }
        }
    }
}

void Runner::abandon(Key key, jobs::Reported const& why) {
    auto const found = attempts_.find(key);
    if (found != attempts_.end()) {
        found->second->abandon(why);
    }
}

void Runner::hint(base::JobId job) {
    for (auto at = attempts_.lower_bound({job, 0}); at != attempts_.end() && at->first.first == job;
         ++at) {
        at->second->hint();
    }
}

void Runner::release_all(bool at_once) {
    releasing_ = true;
    for (auto const& [key, attempt] : attempts_) {
        at_once ? attempt->give_up() : attempt->release();
    }
}

}  // namespace worker
