// Measures what completed jobs have made, off the thread that runs them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/provider.h"
#include "jobs/job.h"
#include "worker/blocking_pool.h"
#include "worker/named_media.h"

namespace worker {

struct MeterOptions {
    std::size_t at_once = 8;
    // Before the second try, and the third, where nothing is known after the one before.
    std::vector<base::Millis> pauses{base::Millis{500}, base::Millis{3'000}};
};

// What there is to know of a result. Without a name the result names nothing to be measured.
struct OutputLength {
    std::string name;
    std::expected<jobs::Measurement, adapters::MediaError> measured;
};

class OutputMeter {
public:
    // All must outlive it.
    OutputMeter(adapters::Media& media, OpenUrl open, config::Settings const& settings,
                MeterOptions options = {})
        : gauge_{media, std::move(open)},
          settings_{settings},
          options_{std::move(options)},
          pool_{options_.at_once} {}

    // Whether the job's price asks for it.
    [[nodiscard]] static bool concerns(jobs::Job const& job);

    boost::asio::awaitable<OutputLength> measure(jobs::Job const& job, std::string const& result,
                                                 std::filesystem::path const& folder);

    [[nodiscard]] std::vector<base::Millis> const& pauses() const { return options_.pauses; }

    // What is being fetched ends soon, with the code `stopped`.
    void stop() { gauge_.stop(); }

    // Waits for what is running; nothing may be started afterwards.
    void join() { pool_.join(); }

private:
    OutputLength look(jobs::Job const& job, std::string const& result,
                      std::filesystem::path const& folder);

    Gauge gauge_;
    config::Settings const& settings_;
    MeterOptions options_;
    BlockingPool pool_;
};

}  // namespace worker
