// Reports gather while one transaction is being written, and each gets its own answer.
#include "worker/reporter.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/jobs/desk.h"
#include "tests/support/flaky_store.h"

namespace tests {

namespace asio = boost::asio;
using jobs::ReportOutcome;
using support::FlakyStore;
using support::Flaw;

namespace {

void rethrow(std::exception_ptr const& error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

// Started jobs, and a reporter for them.
struct Office {
    explicit Office(int count, worker::ReporterOptions options,
                    FlakyStore::Script script = FlakyStore::flawless())
        : store{*desk.store, std::move(script)},
          reporter{io.get_executor(), store, pool, desk.rules, *log, options} {
        for (int i = 0; i < count; ++i) {
            desk.submit(request("polish"));
        }
        started = desk.claim("w1", count);
        reporter.company = [this] { return started.size(); };
        writes_before = desk.store->work().transactions;
    }

    void send(jobs::Report report) {
        auto one = [this](jobs::Report what) -> asio::awaitable<void> {
            auto const id = what.job;
            jobs::Reported const answer = co_await reporter.send(std::move(what));
            bool const durable = desk.job(id).state == answer.job->state;
            EXPECT_TRUE(durable) << "answered before it was written";
            answers[id] = answer.outcome;
            EXPECT_TRUE(answer.outcome == ReportOutcome::missing || answer.job->id == id);
        };
        asio::co_spawn(io, one(std::move(report)), rethrow);
    }

    void complete_all() {
        for (auto const& start : started) {
            send({.job = start.job.id, .attempt = 1, .said = jobs::Said::completed});
        }
    }

    // Writes all that was sent. Returns the number of transactions.
    std::int64_t run() {
        asio::co_spawn(io, reporter.run(), rethrow);
        asio::co_spawn(io, stop_after_a_round(), rethrow);
        io.run();
        return desk.store->work().transactions - writes_before;
    }

    asio::awaitable<void> stop_after_a_round() {
        co_await asio::post(io, asio::use_awaitable);
        reporter.stop();
    }

    Desk desk;
    FlakyStore store;
    asio::io_context io{1};
    worker::BlockingPool pool{2};
    std::unique_ptr<worker::Log> log = worker::Log::silent();
    worker::Reporter reporter;
    std::vector<jobs::Start> started;
    std::map<base::JobId, ReportOutcome> answers;
    std::int64_t writes_before = 0;
};

}  // namespace

TEST(Reporter, WritesWhatGatheredInOneTransaction) {
    Office office{100, {.flush_count = 256, .flush_delay = Millis{2}}};
    office.complete_all();
    EXPECT_EQ(office.run(), 1);
    EXPECT_EQ(office.answers.size(), 100U);
    for (auto const& [id, outcome] : office.answers) {
        EXPECT_EQ(outcome, ReportOutcome::ended);
        EXPECT_EQ(office.desk.job(id).state, jobs::State::completed);
    }
}

TEST(Reporter, WritesNoMoreAtOnceThanItIsTold) {
    Office office{100, {.flush_count = 30, .flush_delay = Millis{2}}};
    office.complete_all();
    EXPECT_EQ(office.run(), 4);
    EXPECT_EQ(office.answers.size(), 100U);
}

TEST(Reporter, GivesEachReportItsOwnAnswer) {
    Office office{3, {}};
    auto const fine = office.started.at(0).job.id;
    auto const stale = office.started.at(1).job.id;
    auto const failing = office.started.at(2).job.id;
    office.send({.job = fine, .attempt = 1, .said = jobs::Said::completed});
    office.send({.job = stale, .attempt = 7, .said = jobs::Said::completed});
    office.send({.job = failing,
                 .attempt = 1,
                 .said = jobs::Said::failed,
                 .error = jobs::Error{.code = "busy", .retryable = true},
                 .needs_charge = true});
    EXPECT_EQ(office.run(), 1);
    EXPECT_EQ(office.answers.at(fine), ReportOutcome::ended);
    EXPECT_EQ(office.answers.at(stale), ReportOutcome::stale);
    EXPECT_EQ(office.answers.at(failing), ReportOutcome::requeued);
}

TEST(Reporter, TriesAgainUntilTheStoreTakesThem) {
    Office office{10, {.flush_count = 256, .flush_delay = Millis{1}}, [](int number) {
                      return number < 3 ? Flaw::before : Flaw::none;
                  }};
    office.complete_all();
    EXPECT_EQ(office.run(), 1);
    EXPECT_EQ(office.answers.size(), 10U);
    EXPECT_EQ(office.store.failures(), 2);
}

TEST(Reporter, AReportWrittenTwiceIsAnsweredAsTheFirstTime) {
    Office office{10, {}, FlakyStore::at(1, Flaw::after)};
    office.complete_all();
    EXPECT_EQ(office.run(), 2);
    for (auto const& [id, outcome] : office.answers) {
        EXPECT_EQ(outcome, ReportOutcome::ended);
    }
    EXPECT_EQ(office.desk.audit(), "");
}

}  // namespace tests
