// Nothing waits for company on purpose: while one transaction is written the next one gathers.
#include "worker/http/collector.h"

#include <iterator>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.h"
#include "base/rethrow.h"

namespace worker::http {

namespace asio = boost::asio;

Collector::Collector(asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
                     jobs::Rules const& rules, std::function<pricing::Book()> book,
                     CollectorOptions options)
    : executor_{std::move(executor)},
      store_{store},
      pool_{pool},
      rules_{rules},
      book_{std::move(book)},
      options_{options} {}

asio::awaitable<std::vector<jobs::Submission>> Collector::submit(
    std::vector<jobs::Request> requests) {
    if (requests_waiting_ + requests.size() > options_.most_waiting) {
        throw Overloaded{"too many requests wait for the store"};
    }
    auto enqueue = [this](auto handler, std::vector<jobs::Request>&& what) {
        requests_waiting_ += what.size();
        waiting_.push_back({.requests = std::move(what), .done = std::move(handler)});
        start_flights();
    };
    Answers answers = co_await asio::async_initiate<asio::use_awaitable_t<> const,
                                                    void(std::exception_ptr, Answers)>(
        std::move(enqueue), asio::use_awaitable, std::move(requests));
    co_return answers;
}

void Collector::start_flights() {
    if (flights_ < options_.in_flight) {
        flights_ += 1;
        asio::co_spawn(executor_, fly(), base::rethrow);
    }
}

asio::awaitable<void> Collector::fly() {
    while (!waiting_.empty()) {
        auto groups = take();
        co_await write(std::move(groups));
    }
    flights_ -= 1;
}

std::vector<Collector::Group> Collector::take() {
    std::vector<Group> groups;
    std::size_t requests = 0;
    while (!waiting_.empty()) {
        auto const more = waiting_.front().requests.size();
        if (!groups.empty() && requests + more > options_.at_once) {
            break;
        }
        requests += more;
        groups.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    requests_waiting_ -= requests;
    return groups;
}

asio::awaitable<void> Collector::write(std::vector<Group> groups) {
    std::vector<jobs::Request> requests;
    std::vector<std::size_t> sizes;
    for (auto& group : groups) {
        sizes.push_back(group.requests.size());
        std::ranges::move(group.requests, std::back_inserter(requests));
    }
    Answers answers;
    std::exception_ptr trouble;
    try {
        answers = co_await pool_.run([&] { return transact(requests); });
        CHECK(answers.size() == requests.size());
    } catch (...) {  // whoever asked decides what it means
        trouble = std::current_exception();
    }
    auto next = answers.begin();
    for (std::size_t at = 0; at < groups.size(); ++at) {
        Answers own;
        if (!trouble) {
            auto const end = next + static_cast<std::ptrdiff_t>(sizes[at]);
            own.assign(std::make_move_iterator(next), std::make_move_iterator(end));
            next = end;
        }
        asio::post(executor_, [done = std::move(groups[at].done), trouble,
                               own = std::move(own)]() mutable { done(trouble, std::move(own)); });
    }
}

Collector::Answers Collector::transact(std::vector<jobs::Request> const& requests) {
    auto const book = book_();
    Answers answers;
    store_.transact(jobs::load_for_submit(requests, rules_), [&](jobs::Batch& batch) {
        answers = jobs::submit(batch, requests, book, rules_);
    });
    return answers;
}

}  // namespace worker::http
