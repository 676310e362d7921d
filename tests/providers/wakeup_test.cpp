// Both wake-ups: by time, by a poke, and one by writes to a file.
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "adapters/wakeups/file_watch.h"
#include "adapters/wakeups/timer.h"
#include "tests/providers/support.h"

using adapters::Wakeup;
using adapters::wakeups::FileWatch;
using adapters::wakeups::Timer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::Clock;
using tests::finish;

namespace {

constexpr base::Millis a_minute{60'000};

milliseconds time_of_wait(boost::asio::io_context& io, Wakeup& wakeup, base::Millis at_most) {
    auto const begun = Clock::now();
    finish(io, wakeup.wait(at_most));
    return std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
}

void append(std::filesystem::path const& file) {
    std::ofstream{file, std::ios::app} << "more" << std::flush;
}

void expect_wakes_by_time_and_poke(boost::asio::io_context& io, Wakeup& wakeup) {
    EXPECT_GE(time_of_wait(io, wakeup, base::Millis{60}), milliseconds{60});

    wakeup.poke();
    wakeup.poke();
    EXPECT_LT(time_of_wait(io, wakeup, a_minute), seconds{5}) << "a poke before the wait counts";
    EXPECT_GE(time_of_wait(io, wakeup, base::Millis{60}), milliseconds{60}) << "and counts once";

    boost::asio::steady_timer later{io, milliseconds{30}};
    later.async_wait([&](boost::system::error_code) { wakeup.poke(); });
    EXPECT_LT(time_of_wait(io, wakeup, a_minute), seconds{5});
    EXPECT_GE(time_of_wait(io, wakeup, base::Millis{60}), milliseconds{60});
}

}  // namespace

TEST(Timer, WakesByTimeAndPoke) {
    boost::asio::io_context io;
    Timer timer{io.get_executor()};
    expect_wakes_by_time_and_poke(io, timer);
}

TEST(FileWatch, WakesByTimeAndPoke) {
    tests::Folder folder;
    boost::asio::io_context io;
    FileWatch watch{io.get_executor(), folder.write("log", "")};
    expect_wakes_by_time_and_poke(io, watch);
    EXPECT_TRUE(watch.watching());
}

TEST(FileWatch, WithoutAFileItIsATimer) {
    tests::Folder folder;
    boost::asio::io_context io;
    FileWatch watch{io.get_executor(), folder.path() / "none"};
    expect_wakes_by_time_and_poke(io, watch);
    EXPECT_FALSE(watch.watching());
}

TEST(FileWatch, AWriteWakes) {
    tests::Folder folder;
    boost::asio::io_context io;
    auto const file = folder.write("log", "");
    FileWatch watch{io.get_executor(), file};
    boost::asio::steady_timer later{io, milliseconds{30}};
    later.async_wait([&](boost::system::error_code) { append(file); });
    EXPECT_LT(time_of_wait(io, watch, a_minute), seconds{5});
}

TEST(FileWatch, AWriteBetweenWaitsIsNotLost) {
    tests::Folder folder;
    boost::asio::io_context io;
    auto const file = folder.write("log", "");
    FileWatch watch{io.get_executor(), file};
    append(file);
    EXPECT_LT(time_of_wait(io, watch, a_minute), seconds{5});
}

TEST(FileWatch, ManyWritesMakeOneWakeUp) {
    tests::Folder folder;
    boost::asio::io_context io;
    auto const file = folder.write("log", "");
    FileWatch watch{io.get_executor(), file};
    for (int i = 0; i < 1000; ++i) {
        append(file);
    }
    EXPECT_LT(time_of_wait(io, watch, a_minute), seconds{5});
    EXPECT_GE(time_of_wait(io, watch, base::Millis{60}), milliseconds{60});
}

TEST(FileWatch, FollowsAFileThatIsReplaced) {
    tests::Folder folder;
    boost::asio::io_context io;
    auto const file = folder.write("log", "");
    FileWatch watch{io.get_executor(), file};
    std::filesystem::remove(file);
    time_of_wait(io, watch, base::Millis{50});
    EXPECT_FALSE(watch.watching());
    folder.write("log", "");
    time_of_wait(io, watch, base::Millis{50});
    EXPECT_TRUE(watch.watching());
    append(file);
    EXPECT_LT(time_of_wait(io, watch, a_minute), seconds{5});

    std::filesystem::rename(file, folder.path() / "old");
    folder.write("log", "");
    time_of_wait(io, watch, base::Millis{50});
    time_of_wait(io, watch, base::Millis{50});
    append(file);
    EXPECT_LT(time_of_wait(io, watch, a_minute), seconds{5});
}
