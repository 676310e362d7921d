// Turns messages of the intake stream into jobs: many in one transaction, each standing alone. What
// is refused becomes a dead letter with the refusal's code and words.
#pragma once

#include <functional>
#include <vector>

#include "adapters/redis/message.h"
#include "adapters/store.h"
#include "config/settings.h"
#include "jobs/submit.h"
#include "pricing/book.h"
#include "wire/job_request.h"
#include "worker/input_meter.h"
#include "worker/log.h"

namespace worker {

// The fields of a message: service, user (or user_id), input (JSON), key, priority, run_at
// (milliseconds), after ("1,2"), traceparent, webhook, queue_anyway. A message without a key has
// "intake:" and its id for one, so that it makes one job however often it is delivered.
struct IntakeRequest {
    wire::ParsedRequest parsed;
    std::string service;
};

IntakeRequest read_message(adapters::redis::Message const& message,
                           config::Settings const& settings);

// For one intake: its thread alone asks it.
class IntakeDesk {
public:
    // `book` is asked for at each delivery, since a reload may swap it; from the intake's thread.
    // Without a meter what a request declares is believed.
    IntakeDesk(adapters::Store& store, config::Settings const& settings,
               std::function<pricing::Book()> book, Log& log, InputMeter* meter = nullptr);

    // A verdict for each message, in order. A store that can't be reached makes all of them wait.
    std::vector<adapters::redis::Verdict> take(
        std::vector<adapters::redis::Message> const& messages);

private:
    // Requests, and which message each is from.
    struct Asked {
        std::vector<jobs::Request> requests;
        std::vector<std::size_t> by;
    };

    bool measure(Asked& asked, std::vector<adapters::redis::Message> const& messages,
                 std::vector<adapters::redis::Verdict>& verdicts);
    std::vector<jobs::Submission> submit(std::vector<jobs::Request> const& requests);
    bool with_store(std::function<void()> const& work);
    void forget(std::vector<adapters::redis::Message> const& messages,
                std::vector<adapters::redis::Verdict> const& verdicts);
    void tell(std::vector<adapters::redis::Message> const& messages,
              std::vector<adapters::redis::Verdict> const& verdicts);

    adapters::Store& store_;
    config::Settings const& settings_;
    std::function<pricing::Book()> book_;
    Log& log_;
    InputMeter* meter_;
    bool store_away_ = false;
};

}  // namespace worker
