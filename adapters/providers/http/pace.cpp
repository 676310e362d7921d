#include "adapters/providers/http/pace.h"

#include <algorithm>
#include <functional>

namespace adapters::providers::http {

namespace {

constexpr std::size_t most_tasks = 200'000;
constexpr base::Millis longest_room{1'500};
constexpr std::uint32_t steady_after = 40;  // questions

}  // namespace

Pace::Pace(std::optional<dialect::Poll> const& poll, LostAfter lost_after)
    : poll_{poll.value_or(dialect::Poll{})}, lost_after_{lost_after} {}

base::Millis Pace::first() const {
    return poll_.first;
}

base::Millis Pace::next(std::string const& task, std::optional<base::Millis> wish) {
    auto& known = of(task);
    known.asked += 1;
    auto const grown = poll_.every + poll_.every * std::min(known.asked, steady_after) / 10;
    auto wait = std::min(grown, poll_.most);
    if (wish) {
        wait = std::max(*wish, poll_.every);
    }
    return scattered(wait, task, known.asked);
}

// A fifth more or less, by a hash: the same tasks would meet again and again otherwise.
base::Millis Pace::scattered(base::Millis wait, std::string const& task,
                             std::uint32_t asked) const {
    auto mixed = std::hash<std::string>{}(task) + asked * 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ (mixed >> 31U)) * 0xBF58476D1CE4E5B9ULL;
    auto const share = static_cast<std::int64_t>((mixed >> 33U) % 401U);  // 0 to 400
    return std::max(wait + wait * (share - 200) / 1'000, base::Millis{1});
}

std::optional<base::Millis> Pace::room() {
    if (poll_.per_second == 0) {
        return base::Millis{0};
    }
    auto const now = Clock::now();
    auto const at = std::max(now, free_at_);
    if (at - now > longest_room) {
        return std::nullopt;
    }
    free_at_ = at + std::chrono::nanoseconds{1'000'000'000 / poll_.per_second};
    return std::chrono::ceil<base::Millis>(at - now);
}

bool Pace::lose(std::string const& task) {
    auto& known = of(task);
    auto const now = Clock::now();
    if (known.lost == 0) {
        known.first_lost = now;
    }
    known.lost += 1;
    return known.lost >= lost_after_.times && now - known.first_lost >= lost_after_.over;
}

void Pace::found(std::string const& task) {
    of(task).lost = 0;
}

int Pace::empty(std::string const& task) {
    return ++of(task).empty;
}

void Pace::forget(std::string const& task) {
    tasks_.erase(task);
}

Pace::Task& Pace::of(std::string const& task) {
    if (tasks_.size() >= most_tasks && !tasks_.contains(task)) {
        tasks_.clear();  // tasks that others went on with; those that are left begin anew
    }
    return tasks_[task];
}

}  // namespace adapters::providers::http
