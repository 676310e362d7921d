// Group commit of enqueues.
#pragma once

#include <functional>
#include <vector>

#include "adapters/store.h"
#include "jobs/submit.h"
#include "pricing/book.h"
#include "worker/http/group_commit.h"

namespace worker::http {

using CollectorOptions = GroupOptions;

class Collector {
public:
    // All of it must outlive this; used on the executor's thread only.
    Collector(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
              jobs::Rules const& rules, std::function<pricing::Book()> book,
              CollectorOptions options = {});

    // One answer for each request, in order, when they are committed. Throws Overloaded, and
    // adapters::Unavailable: then they may or may not have been taken.
    boost::asio::awaitable<std::vector<jobs::Submission>> submit(
        std::vector<jobs::Request> requests) {
        return group_.submit(std::move(requests));
    }

private:
    GroupCommit<jobs::Request, jobs::Submission> group_;
};

}  // namespace worker::http
