// Writes what attempts report, many in one transaction. While one transaction is being written the
// next reports gather; when the store can't be reached they wait and are tried again, so a report
// is answered only when it is durable or refused.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/store.h"
#include "jobs/report.h"
#include "worker/blocking_pool.h"
#include "worker/log.h"

namespace worker {

struct ReporterOptions {
    std::size_t flush_count = 256;
    base::Millis flush_delay{2};
};

class Reporter {
public:
    Reporter(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
             jobs::Rules const& rules, Log& log, ReporterOptions options);

    // Resumes when the report is written or refused.
    boost::asio::awaitable<jobs::Reported> send(jobs::Report report);

    // Many at once, without waiting behind the queue (heartbeats).
    boost::asio::awaitable<std::vector<jobs::Reported>> send_now(std::vector<jobs::Report> reports);

    // Runs until `stop`; everything that was sent before is written first, unless the store can't
    // be reached even then.
    boost::asio::awaitable<void> run();
    void stop();

    // How many attempts could still report; a flush does not wait for company when there is none.
    std::function<std::size_t()> company = [] { return std::size_t{0}; };

private:
    struct Waiting {
        jobs::Report report;
        std::move_only_function<void(jobs::Reported)> answer;
    };

    boost::asio::awaitable<void> wait_for_reports();
    boost::asio::awaitable<void> flush();
    boost::asio::awaitable<std::vector<jobs::Reported>> write(
        std::vector<jobs::Report> const& reports);
    boost::asio::awaitable<void> back_off(std::string const& why, int tries);

    boost::asio::any_io_executor executor_;
    adapters::Store& store_;
    BlockingPool& pool_;
    jobs::Rules const& rules_;
    Log& log_;
    ReporterOptions options_;
    std::deque<Waiting> queue_;
    boost::asio::steady_timer signal_;
    bool stopping_ = false;
};

}  // namespace worker
