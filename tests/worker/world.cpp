// Hiring, driving, dismissing.
#include "tests/worker/world.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "adapters/memory/open.h"

namespace tests {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds too_long{20};
constexpr std::chrono::microseconds breath{200};

void rethrow_all(std::exception_ptr const& error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

worker::Providers providers_of(asio::io_context& io, Stage& stage,
                               config::Settings const& settings) {
    worker::Providers providers;
    providers.emplace("stage", std::make_unique<ScriptedProvider>(io.get_executor(), stage));
    for (auto const& [name, provider] : settings.providers) {
        providers.emplace(name, std::make_unique<ScriptedProvider>(io.get_executor(), stage, name));
    }
    return providers;
}

worker::RunnerOptions with(worker::RunnerOptions options, worker::OutputMeter& meter,
                           worker::ResultKeeper& keeper) {
    options.meter = &meter;
    options.keeper = &keeper;
    return options;
}

config::Settings quick_settings() {
    config::Settings settings;
    settings.worker = {.slots = 8,
                       .heartbeat = Millis{5},
                       .poll = Millis{2},
                       .flush_count = 64,
                       .flush_delay = Millis{1}};
    settings.results.at_once = 1;
    settings.providers["stage"] = {.name = "stage", .allow_private = true, .kind = {}};
    settings.rules.defaults.provider = "stage";
    settings.rules.defaults.backoff = Millis{1'000};
    return settings;
}

}  // namespace

Hand::Hand(adapters::Store& store, config::Settings const& settings, Stage& stage, FakeMedia& media,
           worker::RunnerOptions options)
    : presence_{store.enter(options.name)},
      providers_{providers_of(io_, stage, settings)},
      meter_{media, media.web(), settings, {.at_once = 2, .pauses = {Millis{1}, Millis{2}}}},
      keeper_{settings, nullptr},
      runner_{io_.get_executor(),
              store,
              pool_,
              providers_,
              wakeup_,
              settings,
              *log_,
              with(std::move(options), meter_, keeper_)} {
    asio::co_spawn(io_, runner_.claim_jobs(), rethrow_all);
    asio::co_spawn(io_, runner_.keep_leases(), rethrow_all);
    asio::co_spawn(io_, runner_.write_reports(), rethrow_all);
}

Hand::~Hand() {
    if (thread_.joinable()) {
        thread_.join();
    }
    meter_.stop();
    meter_.join();
    keeper_.join();
    pool_.join();
}

void Hand::poll() {
    if (!thread_.joinable()) {
        io_.restart();
        io_.poll();
    }
}

void Hand::run_on_a_thread() {
    thread_ = std::thread{[this] { io_.run(); }};
}

void Hand::leave(bool hand_back, base::Millis grace) {
    asio::co_spawn(io_, shut_down(hand_back, grace), rethrow_all);
}

asio::awaitable<void> Hand::shut_down(bool hand_back, base::Millis grace) {
    runner_.quiet();
    if (hand_back) {
        runner_.release_all();
    }
    auto const until = SteadyClock::now() + grace;
    bool in_grace = hand_back;
    asio::steady_timer timer{io_};
    while (!runner_.idle()) {
        if (in_grace && SteadyClock::now() >= until) {
            in_grace = false;
            runner_.release_all(true);
            meter_.stop();
        }
        timer.expires_after(Millis{1});
        co_await timer.async_wait(asio::use_awaitable);
    }
    runner_.stop();
    left_ = true;
}

World::World(support::FlakyStore::Script script, MakeTruth const& make_truth)
    : settings{quick_settings()},
      desk{[&](Desk::Clock const&) {
          return make_truth ? make_truth(clock.reader())
                            : adapters::open_memory({.clock = clock.reader()});
      }},
      store{*desk.store, std::move(script)} {
    desk.now = clock.now();
    desk.rules = settings.rules;
}

World::~World() {
    for (auto const& [name, hand] : hands_) {
        hand->leave();
    }
    for (auto const& [name, hand] : hands_) {
        EXPECT_TRUE(until([&] { return hand->left(); })) << name << " does not stop";
    }
    hands_.clear();
    EXPECT_EQ(desk.audit(), "");
}

Hand& World::hire(std::string const& name) {
    desk.rules = settings.rules;
    std::vector<std::string> services;
    for (auto const& [service, periods] : desk.book.services) {
        services.push_back(service);
    }
    auto hand = std::make_unique<Hand>(store, settings, stage, media,
                                       worker::RunnerOptions{.name = name, .services = services});
    return *hands_.insert_or_assign(name, std::move(hand)).first->second;
}

void World::crash(std::string const& name) {
    hands_.erase(name);
}

void World::leave(std::string const& name, bool hand_back, base::Millis grace) {
    hand(name).leave(hand_back, grace);
    EXPECT_TRUE(until([&] { return hand(name).left(); })) << name << " does not stop";
    hands_.erase(name);
}

base::JobId World::submit(std::string const& service, std::string const& user) {
    auto what = request(service, user);
    what.usage.characters = 30;  // where the price asks for it: ten seconds of slow speech
    what.queue_anyway = true;
    auto const answer = desk.submit(what);
    EXPECT_EQ(answer.outcome, jobs::SubmitOutcome::created);
    return answer.job ? answer.job->id : base::JobId{};
}

base::JobId World::lose_a_worker_at_the_submit() {
    stage.hold_submits = true;
    auto const id = submit();
    hire("w1");
    until([&] { return !stage.submits().empty(); });
    crash("w1");
    desk.rescue();
    stage.hold_submits = false;
    hire("w2");
    return id;
}

std::string World::events(base::JobId id) {
    auto const story = desk.store->story_of(id);
    std::string text;
    for (auto const& event : story.value().events) {
        text += (text.empty() ? "" : " ") + event.kind;
    }
    return text;
}

void World::work() {
    for (auto const& [name, hand] : hands_) {
        hand->poll();
    }
}

bool World::until(std::function<bool()> const& reached) {
    auto const give_up = SteadyClock::now() + too_long;
    while (!reached()) {
        if (SteadyClock::now() > give_up) {
            ADD_FAILURE() << "nothing happens any more";
            return false;
        }
        work();
        std::this_thread::sleep_for(breath);
    }
    return true;
}

bool World::until_ended(base::JobId id) {
    return until([&] { return jobs::ended(job(id).state); });
}

void World::idle(base::Millis time) {
    auto const end = SteadyClock::now() + time;
    while (SteadyClock::now() < end) {
        work();
        std::this_thread::sleep_for(breath);
    }
}

void World::advance(base::Millis by) {
    clock.advance(by);
    desk.now = clock.now();
}

}  // namespace tests
