// Files go to the helpers by the batch; a batch waits for nobody, and its results wait for those
// before it. How far the fastest may be ahead of the slowest has a bound.
#include "worker/cli/measure_all.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>

#include "worker/cli/measure_input.h"
#include "worker/measuring.h"

namespace worker::cli {

namespace {

using adapters::MeasureResult;
using adapters::media::Crew;
using adapters::media::crew::Fd;
using Results = std::vector<MeasureResult>;

constexpr std::size_t most_in_batch = 32;
constexpr std::size_t most_ahead = 256;  // batches
constexpr std::size_t most_remote = 16;  // at once

struct Batch {
    std::size_t first = 0;
    std::size_t count = 0;
};

// A local file is the work of microseconds, a remote one waits most of the time.
bool alone(std::string const& name) {
    return name == "-" || is_url(name);
}

// Small enough that each thread has a few of them.
std::vector<Batch> batches_of(std::vector<std::string> const& names, std::size_t threads) {
    auto const most = std::clamp<std::size_t>(names.size() / (threads * 4), 1, most_in_batch);
    std::vector<Batch> batches;
    for (std::size_t at = 0; at < names.size(); ++at) {
        bool const joins = !batches.empty() && batches.back().count < most && !alone(names[at]) &&
                           !alone(names[at - 1]);
        if (joins) {
            ++batches.back().count;
        } else {
            batches.push_back({.first = at, .count = 1});
        }
    }
    return batches;
}

class Run {
public:
    Run(MeasurePlan const& plan, std::size_t cores)
        : plan_{plan},
          batches_{batches_of(plan.names, cores)},
          done_(batches_.size()),
          crew_{options(plan, cores, batches_.size())} {
        bool const remote = std::ranges::any_of(plan.names, is_url);
        auto const threads = std::min(batches_.size(), remote ? most_remote : cores);
        for (std::size_t i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }

    Run(Run const&) = delete;
    Run& operator=(Run const&) = delete;

    // Also where the results can't be shown any more: nobody waits for ever.
    ~Run() {
        {
            std::scoped_lock const lock{mutex_};
            next_ = batches_.size();
            given_ = batches_.size();
        }
        changed_.notify_all();
        threads_.clear();
    }

    void give(EachResult const& each) {
        for (std::size_t i = 0; i < batches_.size(); ++i) {
            auto const results = wait_for(i);
            for (std::size_t k = 0; k < results.size(); ++k) {
                each(batches_[i].first + k, results[k]);
            }
        }
    }

private:
    static adapters::media::CrewOptions options(MeasurePlan const& plan, std::size_t cores,
                                                std::size_t batches) {
        auto result = crew_options(plan.settings);
        result.helpers = static_cast<int>(std::min(cores, batches));
        return result;
    }

    Results wait_for(std::size_t batch) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return done_[batch].has_value(); });
        auto results = std::move(*done_[batch]);
        done_[batch].reset();
        given_ = batch + 1;
        changed_.notify_all();
        return results;
    }

    std::optional<std::size_t> next() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return next_ < given_ + most_ahead; });
        return next_ < batches_.size() ? std::optional{next_++} : std::nullopt;
    }

    void work() {
        while (auto const batch = next()) {
            auto results = measure(batches_[*batch]);
            std::scoped_lock const lock{mutex_};
            done_[*batch] = std::move(results);
            changed_.notify_all();
        }
    }

    Results measure(Batch const& batch) {
        auto const& name = plan_.names[batch.first];
        if (is_url(name)) {
            auto const source = plan_.open_url(name);
            return {source ? crew_.measure_source(**source, plan_.hints)
                           : MeasureResult{std::unexpected{source.error()}}};
        }
        return measure_files(std::span{plan_.names}.subspan(batch.first, batch.count));
    }

    Results measure_files(std::span<std::string const> names) {
        Results results(names.size());
        std::vector<Fd> files;
        std::vector<int> numbers;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < names.size(); ++i) {
            auto file = open_input(names[i], static_cast<std::uint64_t>(plan_.settings.max_size));
            if (!file) {
                results[i] = std::unexpected{file.error()};
                continue;
            }
            numbers.push_back(file->get());
            files.push_back(std::move(*file));
            places.push_back(i);
        }
        auto found = crew_.measure_files(numbers, plan_.hints);
        for (std::size_t i = 0; i < places.size(); ++i) {
            results[places[i]] = std::move(found[i]);
        }
        return results;
    }

    MeasurePlan const& plan_;
    std::vector<Batch> batches_;
    std::vector<std::optional<Results>> done_;
    Crew crew_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t next_ = 0;
    std::size_t given_ = 0;
    std::vector<std::jthread> threads_;
};

}  // namespace

bool is_url(std::string_view name) {
    return name.starts_with("http://") || name.starts_with("https://");
}

void measure_all(MeasurePlan const& plan, EachResult const& each) {
    auto const wanted = static_cast<unsigned>(plan.settings.helpers);
    auto const cores = wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
    Run run{plan, cores};
    run.give(each);
}

}  // namespace worker::cli
