// Before a request is submitted whose price is the length of what its input names, that is
// measured, on threads of its own: nobody else's call waits behind somebody's slow server.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "jobs/submit.h"
#include "wire/json.h"
#include "worker/blocking_pool.h"

namespace worker::http {

struct InputRule {
    // Whether a price of the service asks for the length of its input. Cheap.
    std::function<bool(std::string const& service)> asks;
    // Gives the request its measurement, or says why it can't have one. Blocks as long as it takes.
    std::function<std::optional<wire::Refusal>(jobs::Request& request)> measure;
};

// Used on the executor's thread only.
class InputDesk {
public:
    using Refusals = std::vector<std::optional<wire::Refusal>>;

    // Without a rule nothing is ever measured.
    explicit InputDesk(InputRule rule = {}, std::size_t threads = 4,
                       std::size_t most_waiting = 2'000)
        : rule_{std::move(rule)}, threads_{threads}, most_waiting_{most_waiting} {}

    InputDesk(InputDesk const&) = delete;
    InputDesk& operator=(InputDesk const&) = delete;

    ~InputDesk() { join(); }

    // One answer for each request, in order; nothing: it can be submitted. Throws Overloaded, and
    // what measuring throws (adapters::Unavailable).
    boost::asio::awaitable<Refusals> check(std::vector<jobs::Request>& requests);

    // Waits for what is running; nothing may be asked afterwards.
    void join();

private:
    boost::asio::awaitable<void> measure(jobs::Request& request,
                                         std::optional<wire::Refusal>& refusal);

    InputRule rule_;
    std::size_t threads_;
    std::size_t most_waiting_;
    std::size_t waiting_ = 0;
    std::optional<BlockingPool> pool_;  // made when there is something to measure
};

}  // namespace worker::http
