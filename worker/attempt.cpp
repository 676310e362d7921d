// An attempt's course. Nothing is submitted twice: with a stored task it only asks; without one,
// but with a doubt whether an earlier attempt submitted, it submits only where that is safe.
#include "worker/attempt.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

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

bool goes_on(Reported const& reported) {
    return reported.outcome == ReportOutcome::noted;
}

// Whether another try may tell how long its result is.
bool is_open(OutputLength const& found, jobs::Job const& job) {
    return !found.measured &&
           meaning_of(found.measured.error().code, job.terms.measure) == Unmeasured::try_again;
}

}  // namespace

Attempt::Attempt(asio::any_io_executor executor, jobs::Job job, adapters::Provider* provider,
                 adapters::Call call, Reporter& reporter, Log& log, OutputMeter* meter,
                 ResultKeeper* keeper)
    : job_{std::move(job)},
      provider_{provider},
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

void Attempt::abandon(Reported why) {
    taken_ = std::move(why);
    fetching_.halt = true;
    timer_.cancel();
}

void Attempt::release() {
    released_ = true;
    fetching_.halt = true;
    timer_.cancel();
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

asio::awaitable<Reported> Attempt::run() {
    if (stopping()) {
        co_return co_await let_go({});
    }
    if (provider_ == nullptr) {
        Verdict const verdict{.fate = Fate::failed_final,
                              .code = "no_provider",
                              .message = "no provider named `" + job_.provider +
                                         "` is configured for service " + job_.service};
        co_return co_await conclude(verdict);
    }
    if (auto made = noted(task_)) {
        task_.clear();
        noted_ = true;
        co_return co_await complete(std::move(*made));
    }
    if (!task_.empty()) {
        co_return co_await ask_until_verdict();
    }
    if (job_.fate_unknown && provider_->in_doubt() != adapters::Doubt::resubmit) {
        co_return co_await park();
    }
    co_return co_await begin();
}

asio::awaitable<Reported> Attempt::begin() {
    adapters::Submitted submitted = co_await provider_->submit(call_);
    while (submitted.task.empty() && submitted.verdict.fate == Fate::unknown) {
        if (provider_->in_doubt() != adapters::Doubt::resubmit) {
            co_return co_await park();
        }
        Reported last;
        bool const current = co_await note(submitted.verdict, last);
        if (current) {
            co_await pause(submitted.verdict.ask_again);
        }
        if (!current || stopping()) {
            co_return co_await let_go(last);
        }
        submitted = co_await provider_->submit(call_);
    }
    if (submitted.task.empty()) {
        co_return co_await conclude(std::move(submitted.verdict));
    }
    task_ = submitted.task;
    unknown_ = false;
    auto taken = report(Said::submitted);
    taken.task = task_;
    Reported const answer = co_await reporter_.send(std::move(taken));
    if (!goes_on(answer)) {
        co_return co_await let_go(answer);
    }
    co_return co_await ask_until_verdict();
}

asio::awaitable<Reported> Attempt::ask_until_verdict() {
    Reported last;
    while (!stopping()) {
        Verdict verdict = co_await provider_->poll(call_, task_);
        bool const undecided = verdict.fate == Fate::running || verdict.fate == Fate::unknown;
        if (!undecided) {
            co_return co_await conclude(std::move(verdict));
        }
        bool const current = co_await note(verdict, last);
        if (!current) {
            break;
        }
        co_await pause(verdict.ask_again);
    }
    co_return co_await let_go(last);
}

// An earlier attempt may have been submitted and can't be asked about. The charge is kept, and the
// operator sees it, until someone decides or the deadline passes.
asio::awaitable<Reported> Attempt::park() {
    Reported last;
    Verdict const parked{.fate = Fate::unknown,
                         .note = "may have been submitted before; parked until its deadline"};
    bool current = co_await note(parked, last);
    while (current && !stopping()) {
        co_await pause(near_deadline / 2);
        Reported const answer = co_await reporter_.send(report(Said::unknown));
        last = answer;
        current = goes_on(answer);
    }
    co_return co_await let_go(last);
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
    if (unknown != unknown_ || seen_again) {
        auto news = report(unknown ? Said::unknown : Said::submitted);
        news.note = unknown && !verdict.message.empty() ? verdict.message : verdict.note;
        news.task = task_;
        unknown_ = unknown;
        last = co_await reporter_.send(std::move(news));
        co_return goes_on(last);
    }
    co_return true;
}

asio::awaitable<Reported> Attempt::conclude(Verdict verdict) {
    if (verdict.fate == Fate::completed) {
        co_return co_await complete(std::move(verdict));
    }
    if (verdict.fate == Fate::gone) {
        auto gone = report(Said::gone);
        gone.note = std::move(verdict.message);
        co_return co_await reporter_.send(std::move(gone));
    }
    auto failed = report(Said::failed);
    failed.error = jobs::Error{.code = verdict.code.empty() ? "provider_failed" : verdict.code,
                               .message = std::move(verdict.message),
                               .retryable = verdict.fate == Fate::failed_retryable};
    co_return co_await reporter_.send(std::move(failed));
}

// A result is a result only when it is there, and is charged for what there is of it.
asio::awaitable<Reported> Attempt::complete(Verdict verdict) {
    if (auto over = co_await keep(verdict)) {
        co_return std::move(*over);
    }
    auto done = report(Said::completed);
    done.result = std::move(verdict.result);
    done.duration = verdict.duration;
    if (done.duration && done.duration->count() < 0) {
        log_.warning("provider", "gave a negative duration, which is ignored",
                     traced({{"job", job_.id.value}, {"provider", job_.provider}}, job_.trace));
        done.duration.reset();
    }
    if (meter_ != nullptr && OutputMeter::concerns(job_)) {
        auto found = co_await measure(done.result);
        if (is_open(found, job_) && released_ && !taken_) {
            co_return co_await let_go({});  // whoever resumes it has the time to try again
        }
        done = judged(std::move(found), std::move(done));
    }
    Reported const last = co_await reporter_.send(std::move(done));
    if (keeper_ != nullptr && last.outcome == ReportOutcome::ended) {
        co_await keeper_->tidy(last.job, call_.result_dir);
    }
    co_return last;
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
            traced({{"job", job_.id.value}, {"provider", job_.provider}, {"why", done.note}},
                   job_.trace));
    }
    return done;
}

// The attempt ends without a verdict: the job was taken away from it, or the worker stops.
asio::awaitable<Reported> Attempt::let_go(Reported last) {
    if (goes_on(last) && taken_) {
        last = *taken_;
    }
    bool const cancellable = provider_ != nullptr && !task_.empty();
    bool const local = cancellable && provider_->tasks_are_local();
    if (local) {
        co_await provider_->cancel(call_, task_);
    }
    if (goes_on(last)) {
        last = co_await reporter_.send(report(Said::released));
    }
    // The next attempt resumes the task that is stored; a task of no use any more is cancelled.
    bool const resumed = !jobs::ended(last.job.state) && last.job.task == task_;
    if (cancellable && !local && !resumed) {
        co_await provider_->cancel(call_, task_);
    }
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
