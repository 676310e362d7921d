// The beginning of an attempt: who gets the job, and what is done where nobody knows who has it.
// Another provider is asked, or the same one again, only when it is proven that no task was begun.
#include <algorithm>

#include "jobs/money.h"
#include "worker/attempt.h"

namespace worker {

namespace asio = boost::asio;
using adapters::Blame;
using adapters::Doubt;
using adapters::Fate;
using adapters::Submitted;
using adapters::Verdict;
using jobs::Reported;
using jobs::ReportOutcome;
using jobs::Said;

namespace {

// A refusal that passes so soon is waited for with the job in hand, so many times.
constexpr base::Millis short_wait{10'000};
constexpr int most_rounds = 3;

// A job goes back to the queue for so long at least and at most, whatever its provider says.
constexpr base::Millis shortest_queueing{500};
constexpr base::Millis longest_queueing{60'000};

bool goes_on_after(Reported const& reported) {
    return reported.outcome == ReportOutcome::noted;
}

// Proven that nobody has begun anything, and another one may be asked.
bool may_go_elsewhere(Submitted const& submitted) {
    auto const& verdict = submitted.verdict;
    bool const about_the_job = verdict.blame == Blame::job || verdict.blame == Blame::content;
    bool const not_taken = verdict.fate == Fate::not_taken;
    bool const refused_us =
        (verdict.fate == Fate::failed_retryable || verdict.fate == Fate::failed_final) &&
        verdict.blame == Blame::provider;
    return submitted.task.empty() && !about_the_job && (not_taken || refused_us);
}

// Of this submit; after a doubt that says nothing of the one before.
bool is_refused(Submitted const& submitted) {
    return submitted.task.empty() && submitted.verdict.fate == Fate::not_taken;
}

std::string refused_again(Submitted const& submitted) {
    return "may have been submitted before, and was refused when it was submitted again: " +
           submitted.verdict.message;
}

bool is_in_doubt(Submitted const& submitted) {
    auto const fate = submitted.verdict.fate;
    return submitted.task.empty() && (fate == Fate::unknown || fate == Fate::running);
}

}  // namespace

void Attempt::be_at(adapters::Provider* provider, std::string const& name) {
    if (provider_ != nullptr && !parked_) {
        router_.left(at_);
    }
    provider_ = provider;
    at_ = name;
    if (provider_ != nullptr && !parked_) {
        router_.came(at_);
    }
}

Verdict Attempt::no_provider() const {
    auto const message =
        job_.provider.empty()
            ? "no provider is configured for service " + job_.service + " and such an input"
            : "no provider named `" + job_.provider + "` is configured for service " + job_.service;
    return {.fate = Fate::failed_final, .code = "no_provider", .message = message};
}

asio::awaitable<Reported> Attempt::begin() {
    auto lanes = router_.lanes_for(job_);
    while (true) {
        auto ended = co_await try_lanes(lanes);
        if (ended) {
            co_return std::move(*ended);
        }
    }
}

// One step on: a submit to one of them, a pause, or the end.
asio::awaitable<std::optional<Reported>> Attempt::try_lanes(std::vector<Lane>& lanes) {
    auto choice = co_await router_.choose(lanes, job_);
    if (stopping()) {
        co_return co_await let_go({});
    }
    switch (choice.kind) {
        case Choice::Kind::go:
            co_return co_await try_lane(lanes[choice.lane]);
        case Choice::Kind::wait:
            co_return co_await wait_in_queue(std::move(choice));
        case Choice::Kind::exhausted:
            break;
        case Choice::Kind::nobody:
            co_return co_await conclude(no_provider());
    }
    rounds_ += 1;
    bool const soon = refusal_->ask_again <= short_wait && refusal_->blame == Blame::moment;
    if (!soon || rounds_ >= most_rounds) {
        co_return co_await give_up_for_now();
    }
    if (router_.is_routed(job_.service)) {
        Reported const answer = co_await send(report(Said::routed));  // to nobody, meanwhile
        if (!goes_on_after(answer)) {
            co_return co_await let_go(answer);
        }
    }
    co_await pause(refusal_->ask_again);
    lanes = router_.lanes_for(job_);
    co_return std::nullopt;
}

asio::awaitable<std::optional<Reported>> Attempt::try_lane(Lane& lane) {
    call_.model = lane.model;
    if (router_.is_routed(job_.service)) {
        auto ended = co_await route_to(lane);
        if (ended || lane.closed_for.count() > 0) {
            co_return ended;
        }
    }
    be_at(router_.find(lane.provider), lane.provider);
    auto submitted = co_await submit();
    if (is_in_doubt(submitted)) {
        Reported last;
        bool const current = co_await note(submitted.verdict, last);
        if (!current) {
            co_return co_await let_go(last);
        }
        auto const doubt = provider_->in_doubt();
        if (doubt != Doubt::park && doubt != Doubt::refund) {
            co_await pause(submitted.verdict.ask_again);
        }
        if (stopping()) {
            co_return co_await let_go(last);
        }
        co_return co_await recover();
    }
    if (!may_go_elsewhere(submitted)) {
        co_return co_await follow(std::move(submitted));
    }
    be_at(nullptr, "");
    lane.refused = true;
    refusal_ = std::move(submitted.verdict);
    co_return std::nullopt;
}

// The intent, committed before the call.
asio::awaitable<std::optional<Reported>> Attempt::route_to(Lane& lane) {
    auto routed = report(Said::routed);
    routed.provider = lane.provider;
    routed.model = lane.model;
    routed.most = router_.concurrency_of(lane.provider);
    Reported const answer = co_await send(std::move(routed));
    if (answer.outcome == ReportOutcome::full) {
        router_.full(lane.provider);
        lane.closed_for = shortest_queueing;
        lane.why = "has as many as it may";
        co_return std::nullopt;
    }
    if (!goes_on_after(answer) || stopping()) {
        co_return co_await let_go(answer);
    }
    co_return std::nullopt;
}

asio::awaitable<Submitted> Attempt::submit() {
    Submitted submitted = co_await provider_->submit(call_);
    router_.heard(at_, submitted);
    note_call(submitted.verdict);
    co_return submitted;
}

asio::awaitable<Reported> Attempt::wait_in_queue(Choice choice) {
    waited_ = true;
    auto waiting = report(Said::waiting);
    waiting.again_in = std::clamp(choice.wait, shortest_queueing, longest_queueing);
    waiting.note = std::move(choice.why);
    co_return co_await send(std::move(waiting));
}

// Everybody has refused it. Where that is about us, it waits until somebody has acted.
asio::awaitable<Reported> Attempt::give_up_for_now() {
    if (refusal_->blame == Blame::provider) {
        co_return co_await wait_in_queue({.wait = longest_queueing, .why = refusal_->message});
    }
    auto failed = report(Said::failed);
    auto const& code = refusal_->code;
    failed.error = jobs::Error{.code = code.empty() ? "provider_unavailable" : code,
                               .message = refusal_->message,
                               .retryable = true};
    failed.again_in = refusal_->ask_again;
    co_return co_await send(std::move(failed));
}

// It may have been submitted, and there is no task to ask about.
asio::awaitable<Reported> Attempt::recover() {
    switch (provider_->in_doubt()) {
        case Doubt::resubmit:
            co_return co_await submit_again();
        case Doubt::look_up:
            co_return co_await look_up();
        case Doubt::resubmit_once:
            co_return co_await submit_once_more();
        case Doubt::park:
            co_return co_await park("may have been submitted before");
        case Doubt::refund:
            co_return co_await refund();
    }
    CHECK(false);
}

// With the same key, which tells the provider that it is the same. A refusal now says nothing of
// the first time.
asio::awaitable<Reported> Attempt::submit_again() {
    Reported last;
    bool current = co_await begin_doubting_anew(last);
    while (current && !stopping()) {
        auto submitted = co_await submit();
        if (!is_in_doubt(submitted) && !may_go_elsewhere(submitted)) {
            co_return co_await follow_second(std::move(submitted));
        }
        current = co_await keep_doubting(std::move(submitted.verdict), last);
    }
    co_return co_await let_go(last);
}

// Recorded before the submit, so that nobody does it a third time.
asio::awaitable<Reported> Attempt::submit_once_more() {
    if (job_.resubmitted) {
        co_return co_await park("was submitted a second time, and its fate is unknown again");
    }
    Reported last = co_await send(report(Said::resubmit));
    job_.resubmitted = true;
    while (goes_on_after(last) && !stopping()) {
        auto submitted = co_await submit();
        if (is_in_doubt(submitted)) {
            co_return co_await park("was submitted a second time, and its fate is unknown again");
        }
        if (!may_go_elsewhere(submitted)) {
            co_return co_await follow_second(std::move(submitted));
        }
        bool const current = co_await keep_doubting(std::move(submitted.verdict), last);
        if (!current) {
            break;
        }
    }
    co_return co_await let_go(last);
}

// Its refusal is no verdict on the first one, unless nothing of that can have survived.
asio::awaitable<Reported> Attempt::follow_second(Submitted submitted) {
    if (is_refused(submitted) && !provider_->tasks_are_local()) {
        co_return co_await park(refused_again(submitted));
    }
    co_return co_await follow(std::move(submitted));
}

// A job that was parked is no longer: somebody who decided meanwhile that it be submitted would
// have it submitted twice. False: the job is no longer this attempt's.
asio::awaitable<bool> Attempt::begin_doubting_anew(Reported& last) {
    if (!job_.parked) {
        co_return true;
    }
    auto again = report(Said::unknown);
    again.note = "its provider is asked again";
    last = co_await send(std::move(again));
    co_return goes_on_after(last);
}

asio::awaitable<Reported> Attempt::look_up() {
    Reported last;
    bool current = co_await begin_doubting_anew(last);
    while (current && !stopping()) {
        Submitted found = co_await provider_->look_up(call_);
        if (found.task.empty() && found.verdict.fate == Fate::not_taken) {
            job_.fate_unknown = false;
            co_return co_await begin();
        }
        if (!is_in_doubt(found)) {
            note_call(found.verdict);
            co_return co_await follow(std::move(found));
        }
        current = co_await keep_doubting(std::move(found.verdict), last);
    }
    co_return co_await let_go(last);
}

// A pause before it is tried again; false: the job is no longer this attempt's.
asio::awaitable<bool> Attempt::keep_doubting(Verdict verdict, Reported& last) {
    verdict.fate = Fate::unknown;
    bool const current = co_await note(verdict, last);
    if (current) {
        co_await pause(verdict.ask_again);
    }
    co_return current;
}

asio::awaitable<Reported> Attempt::refund() {
    auto failed = report(Said::failed);
    failed.error = jobs::unknown_fate();
    co_return co_await send(std::move(failed));
}

// It was taken, or its end is known at once.
asio::awaitable<Reported> Attempt::follow(Submitted submitted) {
    if (submitted.task.empty()) {
        bool const refused = submitted.verdict.fate == Fate::not_taken;
        submitted.verdict.fate = refused ? Fate::failed_final : submitted.verdict.fate;
        co_return co_await conclude(std::move(submitted.verdict));
    }
    task_ = submitted.task;
    unknown_ = false;
    auto taken = report(Said::submitted);
    taken.task = task_;
    Reported const answer = co_await send(std::move(taken));
    if (!goes_on_after(answer)) {
        co_return co_await let_go(answer);
    }
    co_return co_await ask_until_verdict();
}

}  // namespace worker
