// The last events of all jobs in order, and who waits for which of them. On one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "worker/http/view.h"

namespace worker::http {

// What a stream or a long poll is about: one job, or one user's jobs, or (neither) all.
struct Subject {
    base::JobId job;
    std::string user;

    [[nodiscard]] bool includes(View const& view) const {
        return job ? view.id == job : user.empty() || view.user == user;
    }
};

struct Happening {
    std::int64_t number = 0;
    EventKind kind = EventKind::state;
    std::shared_ptr<View const> view;  // shared with the cache and with other events
};

class Happenings {
public:
    explicit Happenings(boost::asio::any_io_executor executor, std::size_t most = 8'192);

    // Notes what is different, money first and the state last, and wakes who waits for it. `before`
    // is null where the job was not known.
    void note(View const* before, std::shared_ptr<View const> const& after);  // see Happening

    // An event's id on the wire. It tells a later stream where to go on: in this process by the
    // number, elsewhere by the time and the tag of the job.
    [[nodiscard]] std::string id_of(std::int64_t number, std::int64_t at,
                                    std::string_view tag) const;

    struct Place {
        std::optional<std::int64_t> number;  // in this process, and still kept: go on after it
        std::int64_t at = 0;
        std::string tag;
    };

    [[nodiscard]] std::optional<Place> place_of(std::string_view last_event_id) const;

    // Events after that number, for that subject; moves the number on. None: they are not kept any
    // more.
    std::optional<std::vector<Happening>> after(std::int64_t& number, Subject const& subject,
                                                std::size_t most) const;

    [[nodiscard]] std::int64_t last() const { return next_ - 1; }

    // Somebody who waits; leaves the list when it goes.
    class Waiter {
    public:
        Waiter(Happenings& home, Subject subject);
        Waiter(Waiter const&) = delete;
        Waiter& operator=(Waiter const&) = delete;
        ~Waiter();

        // Until something happens to the subject, or for so long.
        boost::asio::awaitable<void> wait(base::Millis at_most);

        [[nodiscard]] Subject const& subject() const { return subject_; }

    private:
        friend class Happenings;

        Happenings& home_;
        Subject subject_;
        boost::asio::steady_timer timer_;
        bool rung_ = false;
    };

    void ring_all();  // everybody looks again
    [[nodiscard]] std::vector<base::JobId> jobs_waited_for() const;
    [[nodiscard]] std::vector<std::string> users_waited_for() const;  // "": of all jobs
    [[nodiscard]] bool waits_for(std::string_view user) const;

    [[nodiscard]] bool waits_for(base::JobId job) const { return by_job_.contains(job); }

    [[nodiscard]] std::size_t waiters() const { return count_; }

private:
    using Waiters = std::vector<Waiter*>;

    void add(EventKind kind, std::shared_ptr<View const> view);  // see Happening
    static void ring(Waiters const& waiters);
    Waiters& list_of(Subject const& subject);

    boost::asio::any_io_executor executor_;
    std::size_t most_;
    std::string epoch_;  // of this process, so that numbers of another are not taken for ours
    std::int64_t next_ = 1;
    std::deque<Happening> kept_;
    std::unordered_map<base::JobId, Waiters> by_job_;
    std::unordered_map<std::string, Waiters> by_user_;  // "": of all jobs
    std::size_t count_ = 0;
};

}  // namespace worker::http
