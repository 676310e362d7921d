// The one bridge between coroutines and blocking libraries: runs a function on a small pool of
// threads and resumes the caller, on its own executor, with what it returned or threw.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace worker {

class BlockingPool {
public:
    explicit BlockingPool(std::size_t threads) : threads_{threads} {}

    template <typename Function>
    boost::asio::awaitable<std::invoke_result_t<Function&>> run(Function function) {
        using Result = std::invoke_result_t<Function&>;
        auto work = [&function]() -> boost::asio::awaitable<Result> { co_return function(); };
        co_return co_await boost::asio::co_spawn(threads_, std::move(work),
                                                 boost::asio::use_awaitable);
    }

    // Waits for what is running; nothing may be started afterwards.
    void join() { threads_.join(); }

private:
    boost::asio::thread_pool threads_;
};

}  // namespace worker
