// One inotify instance with one watch. Reading all its events at each wake-up is what folds them.
#include "adapters/wakeups/file_watch.h"

#include <array>
#include <cstring>

#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace adapters::wakeups {

namespace asio = boost::asio;

FileWatch::FileWatch(asio::any_io_executor executor, std::filesystem::path file)
    : file_{std::move(file)}, timer_{executor}, inotify_{executor} {
    int const fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd >= 0) {
        inotify_.assign(fd);
        watch();  // what is written from now on wakes, even before the first wait
    }
}

asio::awaitable<void> FileWatch::wait(base::Millis at_most) {
    watch();
    if (!poked_) {
        timer_.expires_after(at_most);
        co_await wait_for_either();
    }
    poked_ = false;
    forget_events();
}

void FileWatch::poke() {
    poked_ = true;
    timer_.cancel();
}

void FileWatch::watch() {
    if (watching() || !inotify_.is_open()) {
        return;
    }
    // A file that was removed and made anew is another file.
    watch_ = ::inotify_add_watch(inotify_.native_handle(), file_.c_str(),
                                 IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF);
}

asio::awaitable<void> FileWatch::wait_for_either() {
    using namespace asio::experimental::awaitable_operators;
    auto const token = asio::as_tuple(asio::use_awaitable);
    if (!watching()) {
        co_await timer_.async_wait(token);
        co_return;
    }
    auto written = inotify_.async_wait(asio::posix::descriptor_base::wait_read, token);
    auto over = timer_.async_wait(token);
    co_await (std::move(written) || std::move(over));
}

void FileWatch::forget_events() {
    if (!inotify_.is_open()) {
        return;
    }
    alignas(inotify_event) std::array<char, 4096> events{};
    for (;;) {
        auto const count = ::read(inotify_.native_handle(), events.data(), events.size());
        if (count <= 0) {
            return;
        }
        for (ssize_t at = 0; at < count;) {
            inotify_event event{};
            std::memcpy(&event, events.data() + at, sizeof event);
            if ((event.mask & IN_MOVE_SELF) != 0) {
                ::inotify_rm_watch(inotify_.native_handle(), event.wd);
            }
            if ((event.mask & (IN_MOVE_SELF | IN_IGNORED)) != 0 && event.wd == watch_) {
                watch_ = -1;
            }
            at += static_cast<ssize_t>(sizeof event + event.len);
        }
    }
}

}  // namespace adapters::wakeups
