// Group commit of enqueues: requests that arrive while a transaction is on its way go into the next
// one together.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <stdexcept>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/store.h"
#include "jobs/submit.h"
#include "pricing/book.h"
#include "worker/blocking_pool.h"

namespace worker::http {

// Too many requests wait for the store already.
struct Overloaded : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct CollectorOptions {
    std::size_t at_once = 512;          // requests of one transaction; a larger group goes alone
    int in_flight = 2;                  // transactions at the same time
    std::size_t most_waiting = 20'000;  // requests; beyond, new ones are turned away
};

class Collector {
public:
    // All of it must outlive this; used on the executor's thread only.
    Collector(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
              jobs::Rules const& rules, std::function<pricing::Book()> book,
              CollectorOptions options = {});
    Collector(Collector const&) = delete;
    Collector& operator=(Collector const&) = delete;
    ~Collector() = default;

    // One answer for each request, in order, when they are committed. Throws Overloaded, and
    // adapters::Unavailable: then they may or may not have been taken.
    boost::asio::awaitable<std::vector<jobs::Submission>> submit(
        std::vector<jobs::Request> requests);

private:
    using Answers = std::vector<jobs::Submission>;
    using Done = std::move_only_function<void(std::exception_ptr, Answers)>;

    struct Group {
        std::vector<jobs::Request> requests;
        Done done;
    };

    void start_flights();
    boost::asio::awaitable<void> fly();
    boost::asio::awaitable<void> write(std::vector<Group> groups);
    std::vector<Group> take();
    Answers transact(std::vector<jobs::Request> const& requests);

    boost::asio::any_io_executor executor_;
    adapters::Store& store_;
    BlockingPool& pool_;
    jobs::Rules const& rules_;
    std::function<pricing::Book()> book_;
    CollectorOptions options_;
    std::deque<Group> waiting_;
    std::size_t requests_waiting_ = 0;
    int flights_ = 0;
};

}  // namespace worker::http
