// Reads are put together: while one store call is on its way, what is wanted gathers for the next.
#include "worker/http/watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"

namespace worker::http {

namespace asio = boost::asio;

namespace {

// Rendering is work, too, and done where nobody waits for it.
std::vector<View> views_of(std::vector<jobs::Job> const& jobs) {
    std::vector<View> views;
    views.reserve(jobs.size());
    std::ranges::transform(jobs, std::back_inserter(views), view_of);
    return views;
}

ViewPtr shared(View view) {
    return std::make_shared<View const>(std::move(view));  // see ViewPtr
}

}  // namespace

Watch::Watch(asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
             WatchOptions options)
    : executor_{executor},
      store_{store},
      pool_{pool},
      options_{options},
      timer_{executor},
      happenings_{executor} {}

ViewPtr Watch::known(base::JobId id) const {
    auto const found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second.view;
}

asio::awaitable<ViewPtr> Watch::view(base::JobId id) {
    auto const now = Clock::now();
    if (auto const found = entries_.find(id); found != entries_.end()) {
        found->second.asked_at = now;
        if (now - found->second.read_at < options_.max_age) {
            co_return found->second.view;
        }
    }
    auto enqueue = [this](auto handler, base::JobId wanted) {
        waiting_[wanted].push_back(std::move(handler));
        if (!reading_.contains(wanted)) {
            want(wanted);
        }
    };
    ViewPtr seen = co_await asio::async_initiate<asio::use_awaitable_t<> const,
                                                 void(std::exception_ptr, ViewPtr)>(
        std::move(enqueue), asio::use_awaitable, id);
    if (auto const found = entries_.find(id); found != entries_.end()) {
        found->second.asked_at = now;
    }
    co_return seen;
}

asio::awaitable<ViewPtr> Watch::changed(base::JobId id, std::string tag, base::Millis at_most) {
    auto const until = Clock::now() + at_most;
    Happenings::Waiter waiter{happenings_, {.job = id, .user = {}}};
    while (true) {
        ViewPtr seen = co_await view(id);
        auto const left =
            std::chrono::duration_cast<base::Millis>(until - Clock::now()) + base::Millis{1};
        if (!seen || seen->tag != tag || stopping_ || left.count() <= 1) {
            co_return seen;
        }
        co_await waiter.wait(left);
    }
}

ViewPtr Watch::put(jobs::Job const& job, base::Millis age) {
    auto view = shared(view_of(job));
    auto const read_at = Clock::now() - age;
    auto const found = entries_.find(job.id);
    if (found == entries_.end() || found->second.read_at < read_at) {
        keep(view, read_at);
    }
    return view;
}

void Watch::announce(std::vector<adapters::JobNews> news) noexcept {
    if (!listens() || news.empty()) {
        return;
    }
    try {
        asio::post(executor_, [this, told = std::move(news)] { hear(told); });
    } catch (std::exception const&) {
        busy_ = true;  // no memory for the news: they are found by looking
    }
}

void Watch::hear(std::vector<adapters::JobNews> const& news) {
    for (auto const& job : news) {
        if (entries_.contains(job.job) || happenings_.waits_for(job.user)) {
            want(job.job);
        }
    }
}

void Watch::want(base::JobId id) {
    busy_ = true;
    wanted_.insert(id);
    if (!flying_ && !stopping_) {
        flying_ = true;
        asio::co_spawn(executor_, read_wanted(), base::rethrow);
    }
}

asio::awaitable<void> Watch::read_wanted() {
    while (!wanted_.empty()) {
        auto const count = std::min(wanted_.size(), options_.at_once);
        auto const end = std::next(wanted_.begin(), static_cast<std::ptrdiff_t>(count));
        std::vector<base::JobId> ids(wanted_.begin(), end);
        wanted_.erase(wanted_.begin(), end);
        co_await read(std::move(ids));
    }
    flying_ = false;
}

asio::awaitable<void> Watch::read(std::vector<base::JobId> ids) {
    reading_.insert(ids.begin(), ids.end());
    auto const read_at = Clock::now();
    std::vector<View> views;
    std::exception_ptr trouble;
    try {
        views = co_await pool_.run([&] { return views_of(store_.find_jobs(ids)); });
    } catch (...) {  // whoever asked decides what it means; the next look is soon
        trouble = std::current_exception();
    }
    for (auto const id : ids) {
        reading_.erase(id);
    }
    std::ranges::sort(views, {}, [](View const& view) { return std::pair{view.at, view.id}; });
    for (auto& view : views) {
        auto const seen = keep(shared(std::move(view)), read_at).view;
        answer(seen->id, nullptr, seen);
    }
    for (auto const id : ids) {
        answer(id, trouble, nullptr);  // whoever is still there: it was not found
    }
}

void Watch::answer(base::JobId id, std::exception_ptr const& trouble, ViewPtr const& view) {
    auto found = waiting_.extract(id);
    if (found.empty()) {
        return;
    }
    for (auto& done : found.mapped()) {
        asio::post(executor_, [done = std::move(done), trouble, view]() mutable {
            done(trouble, std::move(view));
        });
    }
}

// A view that says the same is not kept twice, so that what changed can be told by the tag.
Watch::Entry& Watch::keep(ViewPtr view, Clock::time_point read_at) {
    if (entries_.size() >= options_.most_jobs && !entries_.contains(view->id)) {
        entries_.erase(entries_.begin());
    }
    busy_ = true;
    auto& entry = entries_[view->id];
    if (entry.view && read_at < entry.read_at) {
        return entry;  // what is known is newer
    }
    entry.read_at = read_at;
    if (!entry.view || entry.view->tag != view->tag) {
        auto const before = std::exchange(entry.view, std::move(view));
        happenings_.note(before.get(), entry.view);
    }
    return entry;
}

asio::awaitable<std::vector<ViewPtr>> Watch::newest(std::string user) {
    auto const read_at = Clock::now();
    auto read = [&] {
        return views_of(store_.list_jobs({.user = user, .limit = options_.listed}));
    };
    auto views = co_await pool_.run(std::move(read));
    std::ranges::sort(views, {}, [](View const& view) { return std::pair{view.at, view.id}; });
    std::vector<ViewPtr> seen;
    for (auto& view : views) {
        auto const found = entries_.find(view.id);
        bool const newer = found != entries_.end() && found->second.read_at > read_at;
        seen.push_back(newer ? found->second.view : keep(shared(std::move(view)), read_at).view);
    }
    co_return seen;
}

asio::awaitable<void> Watch::run() {
    boost::system::error_code cancelled;
    while (!stopping_) {
        timer_.expires_after(options_.every);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (stopping_) {
            co_return;
        }
        want_what_is_looked_at();
        co_await look_at_lists();
        forget_old();
    }
}

void Watch::stop() {
    stopping_ = true;
    timer_.cancel();
    happenings_.ring_all();
}

void Watch::want_what_is_looked_at() {
    for (auto const job : happenings_.jobs_waited_for()) {
        want(job);
    }
    auto const now = Clock::now();
    std::vector<base::JobId> warm;
    for (auto const& [id, entry] : entries_) {
        bool const streamed =
            entry.view && !entry.view->ended && happenings_.waits_for(entry.view->user);
        if (streamed || now - entry.asked_at < options_.warm) {
            warm.push_back(id);
        }
    }
    std::ranges::for_each(warm, [this](base::JobId id) { want(id); });
}

// What other processes have enqueued meanwhile.
asio::awaitable<void> Watch::look_at_lists() {
    for (auto const& user : happenings_.users_waited_for()) {
        try {
            co_await newest(user);
        } catch (adapters::Unavailable const&) {
            co_return;  // looked at again in a moment
        }
    }
}

void Watch::forget_old() {
    auto const now = Clock::now();
    std::erase_if(entries_, [&](auto const& kept) {
        auto const& [id, entry] = kept;
        bool const looked_at = happenings_.waits_for(id) ||
                               (!entry.view->ended && happenings_.waits_for(entry.view->user));
        auto const last = std::max(entry.asked_at, entry.read_at);
        return !looked_at && now - last > options_.forget;
    });
    busy_ = !entries_.empty() || happenings_.waiters() > 0;
}

}  // namespace worker::http
