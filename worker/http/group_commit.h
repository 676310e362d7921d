// Group commit: what is asked for while a transaction is on its way goes into the next one
// together. Nothing waits for company on purpose: while one transaction is written the next one
// gathers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.h"
#include "base/rethrow.h"
#include "worker/blocking_pool.h"

namespace worker::http {

// Too many requests wait for the store already.
struct Overloaded : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct GroupOptions {
    std::size_t at_once = 512;          // items of one transaction; a larger group goes alone
    int in_flight = 2;                  // transactions at the same time
    std::size_t most_waiting = 20'000;  // items; beyond, new ones are turned away
};

// Used on the executor's thread only.
template <typename Item, typename Answer>
class GroupCommit {
public:
    // One answer for each item, in order, from one transaction. Called on the pool, which must
    // outlive this.
    using Transact = std::function<std::vector<Answer>(std::vector<Item> const&)>;

    GroupCommit(boost::asio::any_io_executor executor, BlockingPool& pool, Transact transact,
                GroupOptions options = {})
        : executor_{std::move(executor)},
          pool_{pool},
          transact_{std::move(transact)},
          options_{options} {}

    GroupCommit(GroupCommit const&) = delete;
    GroupCommit& operator=(GroupCommit const&) = delete;
    ~GroupCommit() = default;

    // One answer for each item, in order, when they are committed. Throws Overloaded, and what
    // `transact` throws: then they may or may not have been done.
    boost::asio::awaitable<std::vector<Answer>> submit(std::vector<Item> items) {
        namespace asio = boost::asio;
        if (items_waiting_ + items.size() > options_.most_waiting) {
            throw Overloaded{"too many requests wait for the store"};
        }
        auto enqueue = [this](auto handler, std::vector<Item>&& what) {
            items_waiting_ += what.size();
            waiting_.push_back({.items = std::move(what), .done = std::move(handler)});
            start_flights();
        };
        Answers answers = co_await asio::async_initiate<asio::use_awaitable_t<> const,
                                                        void(std::exception_ptr, Answers)>(
            std::move(enqueue), asio::use_awaitable, std::move(items));
        co_return answers;
    }

private:
    using Answers = std::vector<Answer>;
    using Done = std::move_only_function<void(std::exception_ptr, Answers)>;

    struct Group {
        std::vector<Item> items;
        Done done;
    };

    void start_flights() {
        if (flights_ < options_.in_flight) {
            flights_ += 1;
            boost::asio::co_spawn(executor_, fly(), base::rethrow);
        }
    }

    boost::asio::awaitable<void> fly() {
        while (!waiting_.empty()) {
            auto groups = take();
            co_await write(std::move(groups));
        }
        flights_ -= 1;
    }

    std::vector<Group> take() {
        std::vector<Group> groups;
        std::size_t items = 0;
        while (!waiting_.empty()) {
            auto const more = waiting_.front().items.size();
            if (!groups.empty() && items + more > options_.at_once) {
                break;
            }
            items += more;
            groups.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
        }
        items_waiting_ -= items;
        return groups;
    }

    boost::asio::awaitable<void> write(std::vector<Group> groups) {
        std::vector<Item> items;
        std::vector<std::size_t> sizes;
        for (auto& group : groups) {
            sizes.push_back(group.items.size());
            std::ranges::move(group.items, std::back_inserter(items));
        }
        Answers answers;
        std::exception_ptr trouble;
        try {
            answers = co_await pool_.run([&] { return transact_(items); });
            CHECK(answers.size() == items.size());
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
            boost::asio::post(executor_,
                              [done = std::move(groups[at].done), trouble,
                               own = std::move(own)]() mutable { done(trouble, std::move(own)); });
        }
    }

    boost::asio::any_io_executor executor_;
    BlockingPool& pool_;
    Transact transact_;
    GroupOptions options_;
    std::deque<Group> waiting_;
    std::size_t items_waiting_ = 0;
    int flights_ = 0;
};

}  // namespace worker::http
