// What jobs look like now, for any number of pollers, long polls and event streams, at the price of
// one store call for all of them at a time. A view is never older than `max_age`, and nothing is
// shown before it is committed: every view was read from the store.
//
// What somebody looks at is read again every `every`; what this process has committed (announce)
// at once. Used on the executor's thread, but for `announce`.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/announcer.h"
#include "adapters/store.h"
#include "worker/blocking_pool.h"
#include "worker/http/happenings.h"
#include "worker/http/view.h"

namespace worker::http {

// Shared: the cache goes on to the next view while answers and events still hold this one.
using ViewPtr = std::shared_ptr<View const>;  // see above

struct WatchOptions {
    base::Millis max_age{1'000};
    base::Millis every{500};
    base::Millis warm{3'000};     // how long a job is read again after somebody asked for it
    base::Millis forget{30'000};  // and how long its view is kept
    std::size_t most_jobs = 50'000;
    std::size_t at_once = 500;  // jobs of one store call
    int listed = 100;           // jobs of a user that its streams look at
};

class Watch final : public adapters::Announcer {
public:
    Watch(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
          WatchOptions options = {});

    // Null: there is no such job. Throws adapters::Unavailable.
    boost::asio::awaitable<ViewPtr> view(base::JobId id);

    // The view as soon as its tag is not this one, or what it is when the time is up.
    boost::asio::awaitable<ViewPtr> changed(base::JobId id, std::string tag, base::Millis at_most);

    // What the caller has just read or committed, `age` ago.
    ViewPtr put(jobs::Job const& job, base::Millis age);

    // While nobody looks at anything, news do not matter.
    [[nodiscard]] bool listens() const noexcept override {
        return busy_.load(std::memory_order_relaxed);
    }

    // From any thread: what a transaction of this process has changed.
    void announce(std::vector<adapters::JobNews> news) noexcept override;

    [[nodiscard]] std::int64_t dropped() const override { return 0; }

    // The newest jobs of that user (empty: of all), as its streams see them.
    boost::asio::awaitable<std::vector<ViewPtr>> newest(std::string user);

    Happenings& happenings() { return happenings_; }

    [[nodiscard]] bool stopping() const { return stopping_; }

    [[nodiscard]] ViewPtr known(base::JobId id) const;  // whatever its age; null: not in the cache

    // Reads what is looked at again and again, until `stop`.
    boost::asio::awaitable<void> run();
    void stop();

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    using Clock = std::chrono::steady_clock;
    using Done = std::move_only_function<void(std::exception_ptr, ViewPtr)>;

    struct Entry {
        ViewPtr view;
        Clock::time_point read_at;
        Clock::time_point asked_at;
    };

    void want(base::JobId id);
    boost::asio::awaitable<void> read_wanted();
    boost::asio::awaitable<void> read(std::vector<base::JobId> ids);
    void answer(base::JobId id, std::exception_ptr const& trouble, ViewPtr const& view);
    Entry& keep(ViewPtr view, Clock::time_point read_at);
    void hear(std::vector<adapters::JobNews> const& news);
    void want_what_is_looked_at();
    boost::asio::awaitable<void> look_at_lists();
    void forget_old();

    boost::asio::any_io_executor executor_;
    adapters::Store& store_;
    BlockingPool& pool_;
    WatchOptions options_;
    boost::asio::steady_timer timer_;
    Happenings happenings_;
    std::unordered_map<base::JobId, Entry> entries_;
    std::set<base::JobId> wanted_;             // to be read
    std::unordered_set<base::JobId> reading_;  // on their way
    std::unordered_map<base::JobId, std::vector<Done>> waiting_;
    bool flying_ = false;
    bool stopping_ = false;
    std::atomic<bool> busy_ = false;  // somebody looks at something, so news matter
};

}  // namespace worker::http
