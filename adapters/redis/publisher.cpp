#include "adapters/redis/publisher.h"

#include <set>
#include <utility>

#include "adapters/redis/news.h"
#include "adapters/store.h"

namespace adapters::redis {

namespace {

constexpr std::size_t most_in_batch = 256;
constexpr base::Millis look_alive_every{15'000};

// News of several processes may overtake each other on the way here. What is much "newer" than now
// was written before somebody's clock was set back, and does not count. It sets before it deletes,
// because a script that has begun to write is let through even by a Redis that is full.
constexpr auto live_script = R"(
local old = tonumber(redis.call('HGET', KEYS[1], 'order') or '')
local new = tonumber(ARGV[1])
if old and old > new and old - new < 60000000 then return 0 end
redis.call('HSET', KEYS[1], 'order', ARGV[1], unpack(ARGV, 3))
local told = {order = true}
for at = 3, #ARGV, 2 do told[ARGV[at]] = true end
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  if not told[name] then redis.call('HDEL', KEYS[1], name) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
)";

// The services of jobs that can be claimed, with blanks between; empty: there are none.
std::string services_to_wake(std::vector<JobNews> const& batch) {
    std::set<std::string> services;
    for (auto const& news : batch) {
        if (news.claimable) {
            services.insert(news.service);
        }
    }
    std::string text;
    for (auto const& service : services) {
        text += (text.empty() ? "" : " ") + service;
    }
    return text;
}

}  // namespace

Publisher::Publisher(Settings settings, Tell tell, PublisherOptions options)
    : settings_{std::move(settings)},
      tell_{std::move(tell)},
      options_{options},
      keys_{settings_.prefix} {}

Publisher::~Publisher() {
    {
        std::scoped_lock const lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    keeper_.reset();
}

void Publisher::announce(std::vector<JobNews> news) noexcept {
    if (news.empty()) {
        return;
    }
    try {
        std::scoped_lock const lock{mutex_};
        if (stopping_) {
            return;
        }
        for (auto& one : news) {
            waiting_.push_back(std::move(one));
        }
        while (waiting_.size() > options_.most_waiting) {
            waiting_.pop_front();
            dropped_ += 1;
        }
        if (!keeper_) {
            keeper_.emplace(
                settings_, [this](Link& link, auto const& well) { serve(link, well); }, tell_);
        }
    } catch (std::exception const&) {
        // No memory, or no thread to be had: the news are lost, the job is not.
        return;
    }
    changed_.notify_all();
}

std::int64_t Publisher::dropped() const {
    std::scoped_lock const lock{mutex_};
    return dropped_;
}

bool Publisher::flush(base::Millis at_most) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, at_most, [this] { return waiting_.empty() && batch_.empty(); });
}

void Publisher::serve(Link& link, std::function<void()> const& well) {
    auto const script = checked(link.command({"SCRIPT", "LOAD", live_script}), link.where()).text;
    well();
    while (true) {
        if (take_batch()) {
            send_batch(link, script);
            done_with_batch();
        } else {
            checked(link.command({"PING"}), link.where());  // so that the next news find it open
        }
    }
}

// What is on its way already goes first. False if there was nothing to tell for a while.
bool Publisher::take_batch() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, look_alive_every,
                      [this] { return stopping_ || !waiting_.empty() || !batch_.empty(); });
    if (stopping_) {
        throw Stopped{};
    }
    while (batch_.size() < most_in_batch && !waiting_.empty()) {
        batch_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return !batch_.empty();
}

void Publisher::done_with_batch() {
    {
        std::scoped_lock const lock{mutex_};
        batch_.clear();
    }
    changed_.notify_all();
}

Args Publisher::live(JobNews const& news, std::string const& script) const {
    auto const life = jobs::ended(news.state) ? options_.ended_for : options_.live_for;
    Args args{"EVALSHA",
              script,
              "1",
              keys_.job(news.job),
              std::to_string(order_of(news)),
              std::to_string(life.count())};
    for (auto const& [name, value] : fields_of(news)) {
        args.push_back(name);
        args.push_back(value);
    }
    return args;
}

// The wake-up goes first: somebody waits for it. Only this thread changes the batch, so it is read
// without the lock.
void Publisher::send_batch(Link& link, std::string const& script) {
    std::vector<Args> commands;
    if (auto const services = services_to_wake(batch_); !services.empty()) {
        commands.push_back({"PUBLISH", keys_.wake(), services});
    }
    for (auto const& news : batch_) {
        commands.push_back(live(news, script));
        commands.push_back({"PUBLISH", keys_.events(news.user), event_of(news)});
    }
    std::string trouble;
    for (auto const& reply : link.pipeline(commands)) {
        // Another server is the master now, or somebody emptied the script cache.
        if (reply.is_error("READONLY") || reply.is_error("NOSCRIPT")) {
            checked(reply, link.where());
        }
        if (reply.is_error() && trouble.empty()) {
            trouble = link.where() + " does not keep live status: " + reply.text;
        }
    }
    tell_(trouble);
}

}  // namespace adapters::redis
