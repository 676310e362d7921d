// An attempt's course. Nothing is submitted twice: with a stored task it only asks; without one,
// but with a doubt whether an earlier attempt submitted, it submits only where that is safe.
#include "worker/attempt.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "worker/call_of.h"
#include "worker/made_note.h"
#include "worker/output_length.h"

namespace worker {

namespace asio = boost::asio;
using adapters::Fate;
using adapters::Verdict;
using jobs::Reported;
using jobs::ReportOutcome;
using jobs::Said;

namespace {

// How near to its deadline a heartbeat loads the charge, so that the store may end the job.
constexpr base::Millis near_deadline{60'000};

// What a verdict says that does not care when it is asked for again.
constexpr base::Millis usual_pause{1'000};

// How often at most a provider is asked about a task that it does not know.
constexpr base::Millis parked_look{30'000};

std::string const moderation = "moderation";

bool goes_on(Reported const& reported) {
    return reported.outcome == ReportOutcome::noted;
}

// Whether another try may tell how long its result is.
bool is_open(OutputLength const& found, jobs::Job const& job) {
    return !found.measured &&
           meaning_of(found.measured.error().code, job.terms.measure) == Unmeasured::try_again;
}

}  // namespace

Attempt::Attempt(asio::any_io_executor executor, jobs::Job job, Router& router, adapters::Call call,
                 Reporter& reporter, Log& log, OutputMeter* meter, ResultKeeper* keeper)
    : job_{std::move(job)},
      router_{router},
      call_{std::move(call)},
      reporter_{reporter},
      log_{log},
      meter_{meter},
      keeper_{keeper},
      timer_{executor},
      task_{job_.task},
      told_progress_{job_.progress},
      told_note_{job_.progress_note},
      unknown_{job_.fate_unknown && !job_.task.empty()} {}

Attempt::~Attempt() {
    be_at(nullptr, "");
}

void Attempt::abandon(Reported why) {
    taken_ = std::move(why);
    fetching_.halt = true;
    timer_.cancel();
}

void Attempt::release() {
    released_ = true;
    if (stopping()) {
        fetching_.halt = true;
        timer_.cancel();
    }
}

void Attempt::give_up() {
    out_of_time_ = true;
    release();
}

jobs::Report Attempt::report(Said said) const {
    return {.job = job_.id,
            .attempt = job_.attempt,
            .said = said,
            .needs_charge = jobs::needs_charge(job_, said)};
}

bool Attempt::has_news(base::Timestamp now) {
    see_fetching();
    bool const got_on = progress_ >= 0 && progress_ != told_progress_;
    bool const says_else = !note_.empty() && note_ != told_note_;
    bool const time_is_up = job_.deadline_at && *job_.deadline_at <= now;
    return got_on || says_else || time_is_up;
}

jobs::Report Attempt::heartbeat(base::Timestamp now) {
    auto beat = report(Said::alive);
    beat.progress = told_progress_ = progress_;
    beat.note = told_note_ = note_;
    beat.needs_charge =
        job_.bill.open && job_.deadline_at && *job_.deadline_at - near_deadline <= now;
    return beat;
}

// What a call cost is told with the next report of its attempt.
asio::awaitable<Reported> Attempt::send(jobs::Report report) {
    report.calls = std::exchange(calls_, {});
    Reported answer = co_await reporter_.send(std::move(report));
    co_return answer;
}

void Attempt::note_call(Verdict const& verdict) {
    if (auto call = call_of(at_, call_.model, verdict, router_.cost_of(at_))) {
        calls_.push_back(std::move(*call));
    }
}

asio::awaitable<Reported> Attempt::run() {
    Reported last = co_await course();
    set_parked(false);
    co_return last;
}

asio::awaitable<Reported> Attempt::course() {
    if (stopping()) {
        co_return co_await let_go({});
    }
    bool const in_doubt = job_.fate_unknown && !job_.provider.empty();
    if (task_.empty() && !in_doubt) {
        co_return co_await begin();
    }
    call_.model = job_.model;
    be_at(router_.find(job_.provider), job_.provider);
    if (provider_ == nullptr) {
        co_return co_await park("its provider " + job_.provider + " is not configured any more");
    }
    if (auto made = noted(task_)) {
        task_.clear();
        noted_ = true;
        co_return co_await complete(std::move(*made));
    }
    set_parked(job_.parked && !task_.empty());  // until its task is seen again
    co_return co_await (task_.empty() ? recover() : ask_until_verdict());
}

asio::awaitable<Reported> Attempt::ask_until_verdict() {
    Reported last;
    while (!stopping()) {
        Verdict verdict = co_await poll();
        bool const missing = verdict.fate == Fate::gone && !provider_->tasks_are_local();
        bool const undecided = verdict.fate == Fate::running || verdict.fate == Fate::unknown;
        if (!undecided && !missing) {
            note_call(verdict);
            co_return co_await conclude(std::move(verdict));
        }
        bool const current =
            co_await (missing ? say_parked(verdict.message, last) : note(verdict, last));
        if (!current) {
            break;
        }
        co_await pause(parked_ ? std::max(verdict.ask_again, parked_look) : verdict.ask_again);
    }
    co_return co_await let_go(last);
}

// A provider that no longer knows the task for its age says nothing about what became of it.
asio::awaitable<Verdict> Attempt::poll() {
    Verdict verdict = co_await provider_->poll(call_, task_);
    router_.heard(at_, verdict);
    auto const kept = provider_->retention();
    bool const too_old = kept.count() > 0 && std::chrono::steady_clock::now() - begun_ > kept;
    bool const negative = verdict.fate != Fate::running && verdict.fate != Fate::completed;
    if (verdict.fate == Fate::not_taken || (too_old && negative)) {
        verdict.fate = Fate::unknown;
    }
    co_return verdict;
}

// Keeps what the provider said for the next heartbeat; a change between seen and unseen is written
// at once. False: the job is no longer this attempt's.
asio::awaitable<bool> Attempt::note(Verdict const& verdict, Reported& last) {
    bool const unknown = verdict.fate == Fate::unknown;
    if (verdict.progress >= 0) {
        progress_ = verdict.progress;
    }
    if (!verdict.note.empty()) {
        note_ = verdict.note;
    }
    bool const seen_again = unknown_ && !unknown && !task_.empty();
    if (!unknown && parked_) {
        set_parked(false);
        note_ = verdict.note.empty() ? "its provider knows the task" : verdict.note;
    }
    if (unknown != unknown_ || seen_again) {
        auto news = report(unknown ? Said::unknown : Said::submitted);
        news.note = !unknown ? note_ : verdict.message.empty() ? verdict.note : verdict.message;
        news.task = task_;
        unknown_ = unknown;
        last = co_await send(std::move(news));
        co_return goes_on(last);
    }
    co_return true;
}

asio::awaitable<Reported> Attempt::conclude(Verdict verdict) {
    if (verdict.fate == Fate::completed) {
        co_return co_await complete(std::move(verdict));
    }
    if (verdict.fate == Fate::gone && !provider_->tasks_are_local()) {
        co_return co_await park(std::move(verdict.message));
    }
    if (verdict.fate == Fate::gone) {
        auto gone = report(Said::gone);
        gone.note = std::move(verdict.message);
        co_return co_await send(std::move(gone));
    }
    auto failed = report(Said::failed);
    failed.moderated = verdict.blame == adapters::Blame::content || verdict.code == moderation;
    bool const final = failed.moderated || verdict.fate == Fate::failed_final;
    auto const code = failed.moderated       ? moderation
                      : verdict.code.empty() ? "provider_failed"
                                             : verdict.code;
    failed.error =
        jobs::Error{.code = code, .message = std::move(verdict.message), .retryable = !final};
    failed.again_in = verdict.ask_again > usual_pause ? verdict.ask_again : base::Millis{};
    co_return co_await send(std::move(failed));
}

// A result is a result only when it is there, and is charged for what there is of it.
asio::awaitable<Reported> Attempt::complete(Verdict verdict) {
    bool const can_ask = !task_.empty() && !provider_->tasks_are_local();
    take_in_hand(!can_ask && !noted_);
    if (auto over = co_await keep(verdict)) {
        co_return std::move(*over);
    }
    auto done = report(Said::completed);
    done.result = std::move(verdict.result);
    done.duration = verdict.duration;
    if (done.duration && done.duration->count() < 0) {
        log_.warning("provider", "gave a negative duration, which is ignored",
                     traced({{"job", job_.id.value}, {"provider", at_}}, job_.trace));
        done.duration.reset();
    }
    if (meter_ != nullptr && OutputMeter::concerns(job_)) {
        auto found = co_await measure(done.result);
        if (is_open(found, job_) && released_ && !taken_ && !in_hand_) {
            co_return co_await let_go({});  // whoever resumes it has the time to try again
        }
        done = judged(std::move(found), std::move(done));
    }
    Reported const last = co_await send(std::move(done));
    if (keeper_ != nullptr && last.outcome == ReportOutcome::ended) {
        co_await keeper_->tidy(last.job, call_.result_dir);
    }
    co_return last;
}

// Whoever is told to stop finishes what is in hand first, as long as there is time.
void Attempt::take_in_hand(bool is) {
    in_hand_ = is;
    fetching_.halt = stopping();
}

asio::awaitable<OutputLength> Attempt::measure(std::string const& result) {
    auto found = co_await meter_->measure(job_, result, call_.result_dir);
    for (auto const wait : meter_->pauses()) {
        if (!is_open(found, job_) || stopping()) {
            break;
        }
        co_await pause(wait);
        found = co_await meter_->measure(job_, result, call_.result_dir);
    }
    co_return found;
}

// The report of a completed attempt, with what its result turned out to be.
jobs::Report Attempt::judged(OutputLength found, jobs::Report done) {
    if (found.name.empty()) {
        return done;
    }
    if (found.measured) {
        charge_measured(done, std::move(*found.measured), done.duration);
    } else if (meaning_of(found.measured.error().code, job_.terms.measure) ==
               Unmeasured::no_result) {
        auto failed = report(Said::failed);
        failed.error = bad_result(found.name, found.measured.error());
        return failed;
    } else {
        charge_unmeasured(done, found.name, found.measured.error(), done.duration);
    }
    if (!done.remark.empty()) {
        log_.warning(
            "media", done.remark,
            traced({{"job", job_.id.value}, {"provider", at_}, {"why", done.note}}, job_.trace));
    }
    return done;
}

// The attempt ends without a verdict: the job was taken away from it, or the worker stops.
asio::awaitable<Reported> Attempt::let_go(Reported last) {
    if (goes_on(last) && taken_) {
        last = *taken_;
    }
    // Whoever resumes its task is told once more of a completed call that cost once.
    if (!noted_ && !in_hand_) {
        std::erase_if(calls_, [](jobs::ProviderCall const& call) { return call.completed; });
    }
    bool const cancellable = provider_ != nullptr && !task_.empty();
    bool const local = cancellable && provider_->tasks_are_local();
    if (local) {
        co_await provider_->cancel(call_, task_);
    }
    if (goes_on(last)) {
        last = co_await hand_back();
    }
    // The next attempt resumes the task that is stored; a task of no use any more is cancelled.
    bool const resumed = !jobs::ended(last.job->state) && last.job->task == task_;
    if (cancellable && !local && !resumed) {
        co_await provider_->cancel(call_, task_);
    }
    co_return last;
}

// What was in hand is lost with this attempt. Without a task, that it may have been paid for is all
// that the next one can know.
asio::awaitable<Reported> Attempt::hand_back() {
    if (in_hand_ && task_.empty()) {
        auto lost = report(Said::unknown);
        lost.note = "it was made, and the worker had to stop before it could be kept";
        log_.error("results", "what was made is lost by a stop",
                   traced({{"job", job_.id.value}, {"provider", at_}}, job_.trace));
        Reported last = co_await send(std::move(lost));
        if (!goes_on(last)) {
            co_return last;
        }
    }
    Reported last = co_await send(report(Said::released));
    co_return last;
}

asio::awaitable<void> Attempt::pause(base::Millis wait) {
    if (stopping()) {
        co_return;
    }
    boost::system::error_code cancelled;
    timer_.expires_after(hinted_ ? base::Millis{} : wait);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    hinted_ = false;
}

}  // namespace worker
