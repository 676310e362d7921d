// Measures the audio that a request names before it is submitted, where its price asks for it, so
// that what is debited is exact.
//
// Whoever takes requests from a queue must not wait for one of them while others stand behind it,
// so `prepare` never blocks: it says which are ready, and is asked again about the others. A
// request that only repeats another by its key is ready at once: what it named may be gone by now.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/store.h"
#include "jobs/submit.h"
#include "pricing/book.h"
#include "worker/named_media.h"

namespace worker {

struct InputMeterOptions {
    std::size_t threads = 16;  // that measure at once; they mostly wait for the network
    std::size_t most = 512;    // requests that are known of at the same time
    // Before the second try, and the third, where nothing is known after the one before.
    std::vector<base::Millis> pauses{base::Millis{1'000}, base::Millis{5'000}};
    base::Millis kept{60'000};  // an answer that nobody asks for any more
};

struct PreparedInput {
    enum class State : std::uint8_t {
        ready,    // to be submitted; its measurement, if there is one, is in it
        refused,  // for `error`
        later,    // ask again
    };

    State state = State::ready;
    std::string field;  // refused: "input.audio"
    jobs::Error error;
};

// Whether a price of the service has ever asked, or will ask, for the length of the input.
bool may_measure_input(pricing::Book const& book, std::string const& service);

class InputMeter {
public:
    // All must outlive it.
    InputMeter(adapters::Media& media, OpenUrl open, config::Settings const& settings,
               InputMeterOptions options = {});
    InputMeter(InputMeter const&) = delete;
    InputMeter& operator=(InputMeter const&) = delete;
    ~InputMeter();

    // One answer for each request, in order. `names` tell the requests apart from one asking to
    // the next. Throws what the store throws.
    std::vector<PreparedInput> prepare(adapters::Store& store, pricing::Book const& book,
                                       std::vector<jobs::Request>& requests,
                                       std::vector<std::string> const& names);

    // The requests of these names are done with.
    void forget(std::vector<std::string> const& names);

    // The same for one request whose caller waits; tried once.
    PreparedInput prepare_now(adapters::Store& store, pricing::Book const& book,
                              jobs::Request& request);

    // What is under way ends soon, and will be "later".
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    struct Length {
        std::optional<jobs::Measurement> measurement;
        adapters::MediaError error;
    };

    struct Entry {
        std::string media;
        bool begun = false;
        std::optional<Length> length;
        Clock::time_point asked_at;
    };

    std::vector<std::optional<std::string>> to_be_measured(
        adapters::Store& store, pricing::Book const& book,
        std::vector<jobs::Request> const& requests) const;
    std::optional<Length> ask(std::string const& name, std::string const& media);
    Length measure(std::string const& media);
    PreparedInput answer(Length const& length, jobs::Request& request,
                         std::string const& media) const;
    void drop_forgotten();
    void work();
    Length measure_patiently(std::string const& media);

    Gauge gauge_;
    config::Settings const& settings_;
    InputMeterOptions options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Entry> entries_;
    bool stopped_ = false;
    std::vector<std::jthread> threads_;  // started when there is something to do
};

}  // namespace worker
