// Group commit of what is asked of accounts by hand.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "adapters/store.h"
#include "jobs/till.h"
#include "pricing/book.h"
#include "worker/http/group_commit.h"

namespace worker::http {

class Till {
public:
    // All of it must outlive this; used on the executor's thread only.
    Till(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
         jobs::Rules const& rules, std::function<pricing::Book()> book, GroupOptions options = {})
        : group_{std::move(executor), pool,
                 [&store, &rules, book = std::move(book)](std::vector<jobs::Ask> const& asks) {
                     auto const prices = book();
                     std::vector<jobs::PointsPaid> answers;
                     store.transact(jobs::load_for(asks, rules), [&](jobs::Batch& batch) {
                         answers = jobs::serve(batch, asks, prices, rules);
                     });
                     return answers;
                 },
                 options} {}

    // The answer when it is committed. Throws as GroupCommit::submit does.
    boost::asio::awaitable<jobs::PointsPaid> ask(jobs::Ask what) {
        std::vector<jobs::Ask> one;
        one.push_back(std::move(what));
        auto answers = co_await group_.submit(std::move(one));
        co_return std::move(answers.front());
    }

private:
    GroupCommit<jobs::Ask, jobs::PointsPaid> group_;
};

}  // namespace worker::http
