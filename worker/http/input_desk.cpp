// Those of one call are measured side by side, as far as there are threads.
#include "worker/http/input_desk.h"

#include <exception>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "worker/http/collector.h"

namespace worker::http {

namespace asio = boost::asio;

namespace {

// Whoever waits for several at once.
struct Gathering {
    void one_is_there(std::exception_ptr const& what) {
        trouble = what ? what : trouble;
        missing -= 1;
        if (missing == 0) {  // not from here: whoever waits takes this down
            asio::post(executor, [then = std::move(done), all = trouble]() mutable { then(all); });
        }
    }

    asio::any_io_executor executor;
    std::move_only_function<void(std::exception_ptr)> done;
    std::size_t missing = 0;
    std::exception_ptr trouble;
};

}  // namespace

asio::awaitable<InputDesk::Refusals> InputDesk::check(std::vector<jobs::Request>& requests) {
    Refusals refusals(requests.size());
    std::vector<std::size_t> asked;
    for (std::size_t at = 0; rule_.asks && at < requests.size(); ++at) {
        if (rule_.asks(requests[at].service)) {
            asked.push_back(at);
        }
    }
    if (asked.empty()) {
        co_return refusals;
    }
    if (waiting_ + asked.size() > most_waiting_) {
        throw Overloaded{"too many inputs wait to be measured"};
    }
    auto const executor = co_await asio::this_coro::executor;
    Gathering gathering{.executor = executor, .done = {}, .missing = asked.size(), .trouble = {}};
    // What is begun refers to this frame, so the wait for it can't be cut short.
    auto begin = [&](auto handler) {
        gathering.done = std::move(handler);
        for (auto const at : asked) {
            asio::co_spawn(
                executor, measure(requests[at], refusals[at]),
                [&gathering](std::exception_ptr const& what) { gathering.one_is_there(what); });
        }
    };
    co_await asio::async_initiate<asio::use_awaitable_t<> const, void(std::exception_ptr)>(
        std::move(begin), asio::use_awaitable);
    co_return refusals;
}

asio::awaitable<void> InputDesk::measure(jobs::Request& request,
                                         std::optional<wire::Refusal>& refusal) {
    if (!pool_) {
        pool_.emplace(threads_);
    }
    waiting_ += 1;
    std::exception_ptr trouble;
    try {
        auto work = [this, &request] { return rule_.measure(request); };
        refusal = co_await pool_->run(std::move(work));
    } catch (...) {
        trouble = std::current_exception();
    }
    waiting_ -= 1;
    if (trouble) {
        std::rethrow_exception(trouble);
    }
}

void InputDesk::join() {
    if (pool_) {
        pool_->join();
    }
}

}  // namespace worker::http
