// A ring of events, and lists of who waits.
#include "worker/http/happenings.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace worker::http {

namespace asio = boost::asio;

namespace {

std::string random_epoch() {
    std::random_device random;
    return fmt::format("{:08x}", random());
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc{} && read.ptr == end && number >= 0 ? std::optional{number}
                                                                    : std::nullopt;
}

}  // namespace

Happenings::Happenings(asio::any_io_executor executor, std::size_t most)
    : executor_{std::move(executor)}, most_{most}, epoch_{random_epoch()} {}

// Views are shared: see Happening.
void Happenings::note(View const* before, std::shared_ptr<View const> const& after) {
    if (before != nullptr && before->tag == after->tag) {
        return;
    }
    if (before != nullptr && before->charge != after->charge) {
        add(EventKind::money, after);
    }
    bool const moved = before != nullptr && before->state == after->state && !after->ended &&
                       (before->progress != after->progress || before->note != after->note);
    add(moved ? EventKind::progress : EventKind::state, after);
    if (auto const found = by_job_.find(after->id); found != by_job_.end()) {
        ring(found->second);
    }
    for (auto const& user : {after->user, std::string{}}) {
        if (auto const found = by_user_.find(user); found != by_user_.end()) {
            ring(found->second);
        }
    }
}

void Happenings::add(EventKind kind, std::shared_ptr<View const> view) {  // see Happening
    kept_.push_back({.number = next_++, .kind = kind, .view = std::move(view)});
    if (kept_.size() > most_) {
        kept_.pop_front();
    }
}

std::string Happenings::id_of(std::int64_t number, std::int64_t at, std::string_view tag) const {
    return fmt::format("{}-{}-{}-{}", epoch_, number, at, tag);
}

std::optional<Happenings::Place> Happenings::place_of(std::string_view id) const {
    std::vector<std::string_view> parts;
    while (parts.size() < 5) {
        auto const dash = id.find('-');
        parts.push_back(id.substr(0, dash));
        if (dash == std::string_view::npos) {
            break;
        }
        id.remove_prefix(dash + 1);
    }
    if (parts.size() != 4) {
        return std::nullopt;
    }
    auto const number = number_of(parts[1]);
    auto const at = number_of(parts[2]);
    if (!number || !at) {
        return std::nullopt;
    }
    Place place{.at = *at, .tag = std::string{parts[3]}};
    bool const kept = *number <= last() && *number + 1 >= next_ - std::ssize(kept_);
    if (parts[0] == epoch_ && kept) {
        place.number = *number;
    }
    return place;
}

std::optional<std::vector<Happening>> Happenings::after(std::int64_t& number,
                                                        Subject const& subject,
                                                        std::size_t most) const {
    auto const first = next_ - std::ssize(kept_);
    if (number + 1 < first) {
        return std::nullopt;
    }
    std::vector<Happening> found;
    while (number < last() && found.size() < most) {
        number += 1;
        auto const& happening = kept_[static_cast<std::size_t>(number - first)];
        if (subject.includes(*happening.view)) {
            found.push_back(happening);
        }
    }
    return found;
}

void Happenings::ring(Waiters const& waiters) {
    for (auto* const waiter : waiters) {
        waiter->rung_ = true;
        waiter->timer_.cancel();
    }
}

void Happenings::ring_all() {
    for (auto const& [job, waiters] : by_job_) {
        ring(waiters);
    }
    for (auto const& [user, waiters] : by_user_) {
        ring(waiters);
    }
}

Happenings::Waiters& Happenings::list_of(Subject const& subject) {
    return subject.job ? by_job_[subject.job] : by_user_[subject.user];
}

std::vector<base::JobId> Happenings::jobs_waited_for() const {
    std::vector<base::JobId> jobs;
    jobs.reserve(by_job_.size());
    for (auto const& [job, waiters] : by_job_) {
        jobs.push_back(job);
    }
    return jobs;
}

std::vector<std::string> Happenings::users_waited_for() const {
    std::vector<std::string> users;
    for (auto const& [user, waiters] : by_user_) {
        users.push_back(user);
    }
    return users;
}

bool Happenings::waits_for(std::string_view user) const {
    return by_user_.contains("") || by_user_.contains(std::string{user});
}

Happenings::Waiter::Waiter(Happenings& home, Subject subject)
    : home_{home}, subject_{std::move(subject)}, timer_{home.executor_} {
    home_.list_of(subject_).push_back(this);
    home_.count_ += 1;
}

Happenings::Waiter::~Waiter() {
    auto& list = home_.list_of(subject_);
    std::erase(list, this);
    home_.count_ -= 1;
    if (list.empty() && subject_.job) {
        home_.by_job_.erase(subject_.job);
    } else if (list.empty()) {
        home_.by_user_.erase(subject_.user);
    }
}

asio::awaitable<void> Happenings::Waiter::wait(base::Millis at_most) {
    if (!std::exchange(rung_, false)) {
        timer_.expires_after(at_most);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        rung_ = false;
    }
}

}  // namespace worker::http
