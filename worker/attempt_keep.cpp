// An attempt whose provider is done: what was made is kept before the job is completed. It was paid
// for, so it is tried for long before it counts as lost.
#include <algorithm>

#include "worker/attempt.h"
#include "worker/made_note.h"

namespace worker {

namespace asio = boost::asio;
using adapters::Fate;
using adapters::Verdict;
using jobs::Reported;
using jobs::ReportOutcome;
using jobs::Said;

namespace {

using Clock = std::chrono::steady_clock;

constexpr base::Millis first_pause{1'000};
constexpr base::Millis longest_pause{60'000};
constexpr base::Millis between_hints{1'000};
constexpr int most_gone = 4;  // links, one after another, that say that it is gone

}  // namespace

// Nothing: the verdict's result names what was kept. Otherwise the attempt is over with this.
asio::awaitable<std::optional<Reported>> Attempt::keep(Verdict& verdict) {
    if (keeper_ == nullptr || verdict.made.empty()) {
        co_return std::nullopt;
    }
    Reported const written = co_await write_down(verdict);
    if (written.outcome != ReportOutcome::noted) {
        co_return co_await let_go(written);
    }
    take_in_hand(in_hand_ && !noted_);
    auto const until = Clock::now() + keeper_->retry_for();
    auto wait = first_pause;
    int gone = 0;
    for (;;) {
        auto kept = co_await keeper_->keep(job_, at_, call_, verdict, fetching_);
        if (kept) {
            verdict.result = std::move(*kept);
            co_return std::nullopt;
        }
        if (stopping()) {
            co_return co_await let_go({});
        }
        NotKept const why = std::move(kept.error());
        gone = why.kind == NotKept::Kind::gone ? gone + 1 : 0;
        if (why.kind == NotKept::Kind::lost || gone == most_gone || Clock::now() >= until) {
            co_return co_await lose(why);
        }
        note_ = "the result can't be fetched yet: " + why.message;
        log_.warning("results", "not fetched yet", facts_of(why));
        co_await pause(wait);
        wait = std::min(2 * wait, longest_pause);
        co_await ask_for_links(verdict);
    }
}

// Where no task could be asked about after a crash, what was made stands in the task's place.
asio::awaitable<Reported> Attempt::write_down(Verdict const& verdict) {
    bool const can_ask = !task_.empty() && !provider_->tasks_are_local();
    bool const far = std::ranges::any_of(
        verdict.made, [](adapters::Made const& made) { return !made.url.empty(); });
    auto const text = can_ask || !far || noted_ ? std::string{} : made_note(verdict);
    if (text.empty()) {
        co_return Reported{};
    }
    noted_ = true;
    auto taken = report(Said::submitted);
    taken.task = text;
    co_return co_await send(std::move(taken));
}

// Some providers sign their links anew when they are asked again. What else they say now is no
// news: the task was completed.
asio::awaitable<void> Attempt::ask_for_links(Verdict& verdict) {
    if (stopping() || noted_ || task_.empty()) {
        co_return;
    }
    Verdict again = co_await provider_->poll(call_, task_);
    if (again.fate == Fate::completed && !again.made.empty()) {
        verdict = std::move(again);
    }
}

asio::awaitable<Reported> Attempt::lose(NotKept const& why) {
    log_.error("results", "what a provider made, and is paid for, is lost", facts_of(why));
    auto failed = report(Said::failed);
    failed.error = jobs::Error{.code = why.code, .message = why.message, .retryable = false};
    co_return co_await send(std::move(failed));
}

// Percent of the provider's work end where fetching begins, so that is told in words.
void Attempt::see_fetching() {
    if (int const percent = fetching_.percent; percent >= 0) {
        note_ = "fetching " + std::to_string(percent) + " %";
    }
}

void Attempt::hint() {
    auto const now = Clock::now();
    if (now - hint_taken_ >= between_hints) {
        hint_taken_ = now;
        hinted_ = true;
        timer_.cancel();
    }
}

Log::Fields Attempt::facts_of(NotKept const& why) const {
    return traced({{"job", job_.id.value}, {"provider", at_}, {"why", why.message}}, job_.trace);
}

}  // namespace worker
