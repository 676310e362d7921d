// Questions about tasks that run: none of their failures is a verdict.
#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "adapters/providers/http/provider.h"
#include "adapters/providers/text.h"
#include "base/lower.h"

namespace adapters::providers::http {

namespace asio = boost::asio;
using dialect::As;
using dialect::During;
using dialect::State;

namespace {

constexpr base::Millis question_time{30'000};

// 40, "40", "40%" and 0.4 are all forty.
int percent_in(dialect::Pointers const& pointers, Json const& body) {
    auto const* found = first_of(body, pointers);
    auto text = found == nullptr ? std::string{} : plain(*found);
    if (text.ends_with('%')) {
        text.pop_back();
    }
    auto const rate = base::parse_rate(text);
    if (!rate) {
        return -1;
    }
    bool const fraction = text.contains('.') && *rate <= base::one;
    auto const percent = fraction ? rate->micros / 10'000 : rate->micros / base::one.micros;
    return static_cast<int>(std::clamp<std::int64_t>(percent, 0, 100));
}

}  // namespace

Doubt Http::in_doubt() const {
    using dialect::OnDoubt;
    auto const& dialect = options_.account.dialect;
    switch (dialect.on_doubt) {
        case OnDoubt::by_idempotency:
            break;
        case OnDoubt::park:
            return Doubt::park;
        case OnDoubt::resubmit:
            return Doubt::resubmit;
        case OnDoubt::resubmit_once:
            return Doubt::resubmit_once;
        case OnDoubt::refund:
            return Doubt::refund;
    }
    if (dialect.idempotency == dialect::Idempotency::honoured) {
        return Doubt::resubmit;
    }
    return dialect.lookup ? Doubt::look_up : Doubt::park;
}

base::Millis Http::retention() const {
    auto const& poll = options_.account.dialect.poll;
    return poll ? poll->retention : base::Millis{};
}

Verdict Http::unseen(std::string const& task, std::string why, std::optional<base::Millis> wish) {
    Verdict verdict{.fate = Fate::unknown, .message = std::move(why)};
    verdict.ask_again = pace_.next(task, wish);
    return verdict;
}

Verdict Http::not_found(std::string const& task, std::string why) {
    if (!pace_.lose(task)) {
        return unseen(task, std::move(why));
    }
    pace_.forget(task);
    return {.fate = Fate::gone, .message = "the provider does not know the task: " + why};
}

asio::awaitable<Verdict> Http::poll(Call call, std::string task) {
    auto const& poll = options_.account.dialect.poll;
    if (!poll) {
        co_return Verdict{.fate = Fate::gone, .message = "this provider has no tasks"};
    }
    auto const room = pace_.room();
    if (!room) {
        Verdict later{.fate = Fate::running};
        later.ask_again = pace_.next(task, {});
        co_return later;
    }
    if (room->count() > 0) {
        asio::steady_timer timer{executor_, *room};
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    auto values = values_of(options_.account, call);
    values.task = task;
    auto reply =
        co_await ask(poll->request, values, poll->request.timeout.value_or(question_time), false);
    if (!reply) {
        co_return unseen(task, reply.error().message);
    }
    auto verdict = co_await read_task(values, std::move(*reply));
    if (verdict.fate != Fate::running && verdict.fate != Fate::unknown) {
        pace_.forget(task);
    }
    co_return verdict;
}

asio::awaitable<Verdict> Http::read_task(Values& values, Reply reply) {
    auto const& dialect = options_.account.dialect;
    auto const& heard = reply.heard;
    if (heard.answer.status == 404 || heard.answer.status == 410) {
        co_return not_found(values.task, message_of(heard, values));
    }
    auto const* said =
        heard.is_good() && heard.body ? first_of(*heard.body, dialect.poll->status) : nullptr;
    if (said == nullptr) {
        auto const refusal = refusal_in(heard, values, During::poll, wall_clock());
        if (!heard.is_good() || !heard.body) {
            co_return unseen(values.task, refusal.message, refusal.wait);
        }
        if (refusal.listed && refusal.as == As::content) {
            co_return failed(refusal);
        }
        co_return unseen(values.task, "its answer says nothing of the task: " + refusal.message,
                         refusal.wait);
    }
    auto const word = one_line(plain(*said), 80);
    auto const wait = wait_in(dialect.poll->wait, heard, wall_clock());
    auto const known = dialect.poll->words.find(base::lower(word));
    Verdict verdict{.fate = Fate::running};
    if (known == dialect.poll->words.end()) {
        verdict.note = fmt::format("the provider says `{}`, a word nobody knows here", word);
        verdict.ask_again = pace_.next(values.task, wait);
    } else if (known->second == State::lost) {
        verdict = not_found(values.task, fmt::format("it says `{}`", word));
    } else if (known->second == State::completed) {
        pace_.found(values.task);
        verdict = co_await finish(values, std::move(reply));
    } else if (known->second == State::running) {
        pace_.found(values.task);
        verdict.progress = percent_in(dialect.poll->progress, *heard.body);
        verdict.ask_again = pace_.next(values.task, wait);
    } else {
        verdict = failed(refusal_in(heard, values, During::task, wall_clock()));
        verdict.message = known->second == State::cancelled
                              ? "the task was cancelled at the provider"
                              : verdict.message;
        verdict.cost = cost_of(heard, values, {}, {});
    }
    verdict.word = word;
    co_return verdict;
}

asio::awaitable<void> Http::cancel(Call call, std::string task) {
    auto const& dialect = options_.account.dialect;
    pace_.forget(task);
    if (!dialect.cancel) {
        co_return;
    }
    auto values = values_of(options_.account, call);
    values.task = task;
    if (!dialect.cancel->only_when.empty()) {
        // Where only some tasks can be stopped, the same call may do something else to others.
        auto const reply = co_await ask(dialect.poll->request, values, question_time, false);
        auto const* said = reply && reply->heard.body
                               ? first_of(*reply->heard.body, dialect.poll->status)
                               : nullptr;
        auto const& words = dialect.cancel->only_when;
        if (said == nullptr || std::ranges::find(words, base::lower(plain(*said))) == words.end()) {
            co_return;
        }
    }
    co_await ask(dialect.cancel->request, values, question_time, false);
}

}  // namespace adapters::providers::http
