// What this process knows of its providers, and by that which of them a job goes to. On the thread
// of the runner.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/provider.h"
#include "adapters/rate_limit.h"
#include "adapters/store.h"
#include "config/settings.h"
#include "jobs/job.h"
#include "worker/blocking_pool.h"
#include "worker/breaker.h"
#include "worker/compose.h"
#include "worker/provider_state.h"
#include "worker/route.h"

namespace worker {

class Router {
public:
    // Without a limit that all processes share, one of this process stands in for it.
    Router(config::Settings const& settings, Providers& providers, BlockingPool& pool,
           adapters::RateLimit* shared = nullptr);
    ~Router();
    Router(Router const&) = delete;
    Router& operator=(Router const&) = delete;

    // nullptr: there is none of that name.
    [[nodiscard]] adapters::Provider* find(std::string const& name) const;

    // The steps that a job may take, before any was tried. Whose provider is settled has that one.
    [[nodiscard]] std::vector<Lane> lanes_for(jobs::Job const& job) const;

    // Chooses, and takes what a rate limit asks for. Lanes learn what was found out meanwhile.
    boost::asio::awaitable<Choice> choose(std::vector<Lane>& lanes, jobs::Job const& job);

    [[nodiscard]] bool is_routed(std::string const& service) const;
    [[nodiscard]] int concurrency_of(std::string const& provider) const;
    [[nodiscard]] config::CallCost const* cost_of(std::string const& provider) const;

    // What came of a submit: it was taken, or it was not, or nobody knows.
    void heard(std::string const& provider, adapters::Submitted const& said);
    // A verdict of a poll.
    void heard(std::string const& provider, adapters::Verdict const& verdict);

    // All processes together have as many jobs there as there may be.
    void full(std::string const& provider);

    // A job is at that provider from now on, or no longer.
    void came(std::string const& provider);
    void left(std::string const& provider);

    // How many jobs of that service may be claimed as far as its providers go: `most` or fewer, but
    // one at least, since it may have a task to be asked about.
    [[nodiscard]] int room_for(std::string const& service, int most) const;

    // What providers with a limit on it have cost today, over all processes; now and then.
    boost::asio::awaitable<void> look_at_costs(adapters::Store& store);

    [[nodiscard]] ProviderStates states() const;

private:
    struct Known {
        Breaker breaker;
        std::string trouble;
        int here = 0;
        std::int64_t cost_today = 0;
        Breaker::Time full_until{};
    };

    [[nodiscard]] Lane lane_of(config::RouteStep const& step) const;
    void look_at(Lane& lane) const;
    boost::asio::awaitable<base::Millis> take_rate(std::string provider);
    void note(std::string const& provider, adapters::Verdict const& verdict);

    config::Settings const& settings_;
    Providers& providers_;
    BlockingPool& pool_;
    std::unique_ptr<adapters::RateLimit> own_rate_;
    adapters::RateLimit* rate_;
    Breaker::Time next_costs_{};
    std::map<std::string, Known, std::less<>> known_;
};

}  // namespace worker
