// Group commit of reports.
#include "worker/reporter.h"

#include <algorithm>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace worker {

namespace asio = boost::asio;

namespace {

constexpr int tries_when_stopping = 5;  // about a second and a half

}  // namespace

Reporter::Reporter(asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
                   jobs::Rules const& rules, Log& log, ReporterOptions options)
    : executor_{executor},
      store_{store},
      pool_{pool},
      rules_{rules},
      log_{log},
      options_{options},
      signal_{executor, asio::steady_timer::time_point::max()} {}

asio::awaitable<jobs::Reported> Reporter::send(jobs::Report report) {
    auto enqueue = [this](auto handler, jobs::Report&& what) {
        queue_.push_back({.report = std::move(what), .answer = std::move(handler)});
        signal_.cancel();
    };
    jobs::Reported answer =
        co_await asio::async_initiate<asio::use_awaitable_t<> const, void(jobs::Reported)>(
            std::move(enqueue), asio::use_awaitable, std::move(report));
    co_return answer;
}

asio::awaitable<std::vector<jobs::Reported>> Reporter::send_now(std::vector<jobs::Report> reports) {
    co_return co_await write(reports);
}

asio::awaitable<void> Reporter::run() {
    while (true) {
        co_await wait_for_reports();
        if (queue_.empty()) {
            co_return;
        }
        try {
            co_await flush();
        } catch (adapters::Unavailable const& error) {
            log_.error("store", "stopped with reports unwritten; their jobs will be rescued",
                       {{"why", error.what()}});
            co_return;
        }
    }
}

void Reporter::stop() {
    stopping_ = true;
    signal_.cancel();
}

asio::awaitable<void> Reporter::wait_for_reports() {
    boost::system::error_code cancelled;
    while (queue_.empty() && !stopping_) {
        signal_.expires_at(asio::steady_timer::time_point::max());
        co_await signal_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    bool const worth_waiting = !stopping_ && options_.flush_delay.count() > 0 &&
                               queue_.size() < std::min(options_.flush_count, company());
    if (worth_waiting) {
        asio::steady_timer delay{executor_, options_.flush_delay};
        co_await delay.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<void> Reporter::flush() {
    std::vector<jobs::Report> reports;
    std::vector<std::move_only_function<void(jobs::Reported)>> answers;
    while (!queue_.empty() && reports.size() < options_.flush_count) {
        reports.push_back(std::move(queue_.front().report));
        answers.push_back(std::move(queue_.front().answer));
        queue_.pop_front();
    }
    auto reported = co_await write(reports);
    CHECK(reported.size() == answers.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
        asio::post(executor_,
                   [answer = std::move(answers[i]), value = std::move(reported[i])]() mutable {
                       answer(std::move(value));
                   });
    }
}

asio::awaitable<std::vector<jobs::Reported>> Reporter::write(
    std::vector<jobs::Report> const& reports) {
    auto attempt = [&] {
        std::vector<jobs::Reported> reported;
        store_.transact(jobs::load_for_report(reports), [&](jobs::Batch& batch) {
            reported = jobs::report(batch, reports, rules_);
        });
        return reported;
    };
    for (int tries = 0;; ++tries) {
        std::string why;
        try {
            auto reported = co_await pool_.run([&] { return attempt(); });
            co_return reported;
        } catch (adapters::Unavailable const& error) {
            if (stopping_ && tries >= tries_when_stopping) {
                throw;
            }
            why = error.what();
        }
        co_await back_off(why, tries);
    }
}

asio::awaitable<void> Reporter::back_off(std::string const& why, int tries) {
    if (tries % 10 == 0) {
        log_.error("store", "reports wait, the store can't be written", {{"why", why}});
    }
    auto const wait = std::min(base::Millis{50} * (1 << std::min(tries, 6)), base::Millis{2'000});
    asio::steady_timer timer{executor_, wait};
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace worker
