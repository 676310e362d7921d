// Turns first, helpers second: who has a turn only waits for a process to start.
#include "adapters/media/crew/pool.h"

#include <algorithm>
#include <chrono>

namespace adapters::media::crew {

namespace {

using Clock = std::chrono::steady_clock;

// How often the keeper looks for helpers that somebody has killed while they were idle.
constexpr std::chrono::seconds look_every{1};
// How often a helper's memory is looked at, in measurements.
constexpr int weigh_every = 64;

}  // namespace

Pool::Pool(CrewOptions const& options) : options_{options} {
    if (options_.helpers == 0) {
        options_.helpers = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    }
    keeper_ = std::thread{[this] { keep(); }};
}

Pool::~Pool() {
    {
        std::scoped_lock const lock{mutex_};
        stopping_ = true;
    }
    keeper_wakes_.notify_all();
    keeper_.join();
}

std::uint64_t Pool::started() const {
    std::scoped_lock const lock{mutex_};
    return started_;
}

std::expected<Process, MediaError> Pool::take(Use use) {
    Lock lock{mutex_};
    auto& busy = use == Use::near ? near_ : far_;
    int const most = use == Use::near ? options_.helpers : options_.far_helpers;
    auto const deadline = Clock::now() + options_.wait;
    auto const free = [&] { return busy < most; };
    if (!free()) {
        if (waiting_ >= options_.queue) {
            return std::unexpected{MediaError{.code = "busy", .message = "too many wait already"}};
        }
        ++waiting_;
        bool const mine = turn_.wait_until(lock, deadline, free);
        --waiting_;
        if (!mine) {
            return std::unexpected{
                MediaError{.code = "busy", .message = "no helper became free in time"}};
        }
    }
    ++busy;
    auto helper = wait_for_helper(lock);
    if (!helper) {
        --busy;
        turn_.notify_all();
    }
    return helper;
}

std::expected<Process, MediaError> Pool::wait_for_helper(Lock& lock) {
    auto const seen = failures_;
    if (idle_.empty()) {
        keeper_wakes_.notify_all();
        ready_.wait_for(lock, options_.wait, [&] { return !idle_.empty() || failures_ != seen; });
    }
    if (idle_.empty()) {
        return std::unexpected{MediaError{.code = "unavailable", .message = last_failure_}};
    }
    auto helper = std::move(idle_.back());
    idle_.pop_back();
    return helper;
}

void Pool::take_back(Use use, std::optional<Process> helper) {
    bool const worn = helper && worn_out(*helper);
    std::optional<Process> ended;  // outside of the lock: it takes a moment
    Lock const lock{mutex_};
    --(use == Use::near ? near_ : far_);
    if (helper && !worn && alive_ <= wanted()) {
        idle_.push_back(std::move(*helper));
        ready_.notify_one();
    } else {
        --alive_;
        ended = std::move(helper);
        keeper_wakes_.notify_all();
    }
    turn_.notify_all();
}

bool Pool::worn_out(Process const& helper) const {
    auto const answered = helper.answered();
    return answered >= options_.retire_after ||
           (answered % weigh_every == 0 && helper.resident() > options_.retire_above);
}

int Pool::wanted() const {
    return std::max(options_.helpers, near_ + far_);
}

void Pool::keep() {
    Lock lock{mutex_};
    while (!stopping_) {
        forget_the_dead();
        start_missing(lock);
        keeper_wakes_.wait_for(lock, look_every, [&] { return stopping_ || alive_ < wanted(); });
    }
    idle_.clear();
}

void Pool::forget_the_dead() {
    auto const dead = std::erase_if(idle_, [](Process& helper) { return !helper.alive(); });
    alive_ -= static_cast<int>(dead);
}

void Pool::start_missing(Lock& lock) {
    while (!stopping_ && alive_ < wanted()) {
        lock.unlock();
        auto helper = Process::start(options_.command, options_.memory, options_.timeout);
        lock.lock();
        if (!helper) {
            last_failure_ = helper.error();
            ++failures_;
            ready_.notify_all();
            // Not again at once: what is missing now, such as memory, is missing for a while.
            keeper_wakes_.wait_for(lock, look_every, [&] { return stopping_; });
            return;
        }
        ++alive_;
        ++started_;
        idle_.push_back(std::move(*helper));
        ready_.notify_one();
    }
}

}  // namespace adapters::media::crew
