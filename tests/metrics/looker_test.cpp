// A look that takes long keeps nobody, and is not begun twice.
#include "worker/http/looker.h"

#include <atomic>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "adapters/store.h"

namespace tests {

namespace {

namespace asio = boost::asio;
using base::Millis;
using worker::http::Looker;

constexpr Millis long_enough{20'000};

class Looking : public testing::Test {
protected:
    std::future<void> refresh(Looker& looker, Millis max_age, Millis at_most) {
        return asio::co_spawn(io, looker.refresh(max_age, at_most), asio::use_future);
    }

    void run_until(std::future<void> const& done) {
        io.restart();
        while (done.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
            io.run_one();
        }
    }

    asio::io_context io{1};
    std::atomic<int> looks = 0;
};

}  // namespace

TEST_F(Looking, AllWhoAskMeanwhileShareOneLook) {
    std::promise<void> go;
    auto const gate = go.get_future().share();
    Looker looker{io.get_executor(), [&] {
                      looks += 1;
                      gate.wait();
                  }};
    auto const first = refresh(looker, Millis{0}, long_enough);
    auto const second = refresh(looker, Millis{0}, long_enough);
    io.poll();
    go.set_value();
    run_until(first);
    run_until(second);
    EXPECT_EQ(looks, 1);
    EXPECT_TRUE(looker.has_seen());
    EXPECT_EQ(looker.trouble(long_enough), "");
}

TEST_F(Looking, APatienceEndsAndTheTroubleIsTold) {
    std::promise<void> go;
    auto const gate = go.get_future().share();
    Looker looker{io.get_executor(), [&] { gate.wait(); }};
    auto const impatient = refresh(looker, Millis{0}, Millis{10});
    run_until(impatient);
    EXPECT_FALSE(looker.has_seen());
    EXPECT_NE(looker.trouble(Millis{10}), "");
    auto const patient = refresh(looker, Millis{0}, long_enough);
    io.poll();
    go.set_value();
    run_until(patient);
    EXPECT_EQ(looker.trouble(Millis{10}), "");
}

TEST_F(Looking, WhatIsFreshIsNotLookedAtAgain) {
    Looker looker{io.get_executor(), [&] { looks += 1; }};
    run_until(refresh(looker, long_enough, long_enough));
    run_until(refresh(looker, long_enough, long_enough));
    EXPECT_EQ(looks, 1);
}

TEST_F(Looking, ATroublePassesWithTheNextGoodLook) {
    bool away = true;
    Looker looker{io.get_executor(), [&] {
                      if (away) {
                          throw adapters::Unavailable{"gone"};
                      }
                  }};
    run_until(refresh(looker, Millis{0}, long_enough));
    EXPECT_EQ(looker.trouble(long_enough), "gone");
    away = false;
    while (!looker.has_seen()) {  // a look that was dear is not repeated at once
        run_until(refresh(looker, Millis{0}, long_enough));
    }
    EXPECT_EQ(looker.trouble(long_enough), "");
}

}  // namespace tests
