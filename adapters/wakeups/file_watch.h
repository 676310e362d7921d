// Wakes when a file is written to, by this or another process, such as the embedded store's bell.
// Many writes make one wake-up. While the file can't be watched (it does not exist yet, was
// replaced, no inotify) this is a timer, and each wait tries again to watch.
#pragma once

#include <filesystem>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/wakeup.h"

namespace adapters::wakeups {

class FileWatch final : public Wakeup {
public:
    FileWatch(boost::asio::any_io_executor executor, std::filesystem::path file);

    boost::asio::awaitable<void> wait(base::Millis at_most) override;
    void poke() override;

    // Whether the file is being watched now; if not, only time and pokes wake.
    bool watching() const { return watch_ >= 0; }

private:
    void watch();
    void forget_events();
    boost::asio::awaitable<void> wait_for_either();

    std::filesystem::path file_;
    boost::asio::steady_timer timer_;
    boost::asio::posix::stream_descriptor inotify_;
    int watch_ = -1;  // of inotify_; -1: none
    bool poked_ = false;
};

}  // namespace adapters::wakeups
