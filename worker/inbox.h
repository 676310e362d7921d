// Requests that came into the store by somebody's own transaction become jobs here: a duty.
#pragma once

#include <functional>
#include <vector>

#include "adapters/store.h"
#include "config/settings.h"
#include "jobs/submit.h"
#include "pricing/book.h"
#include "worker/duties.h"
#include "worker/input_meter.h"

namespace worker {

// What the inbox holds, apart: what can be submitted, and what is refused before that.
struct Letters {
    std::vector<jobs::Request> requests;
    std::vector<std::pair<jobs::Request, jobs::Error>> refused;

    // What has to be loaded for both.
    [[nodiscard]] std::vector<jobs::Request> all() const;
};

class Inbox {
public:
    // All must outlive it. `book` is asked for at each run; without a meter what a request declares
    // is believed.
    Inbox(adapters::Store& store, config::Settings const& settings,
          std::function<pricing::Book()> book, InputMeter* meter)
        : store_{store}, settings_{settings}, book_{std::move(book)}, meter_{meter} {}

    // Several processes may be at it at once: each request is taken up by whoever locks it first.
    // Those whose input is being measured stay, and nobody waits for them.
    DutyRun run();

private:
    int measure(Letters& letters, pricing::Book const& book);
    void forget(std::vector<jobs::Request> const& done);

    adapters::Store& store_;
    config::Settings const& settings_;
    std::function<pricing::Book()> book_;
    InputMeter* meter_;
    int waiting_ = 0;  // requests that were left in the inbox by the last run
};

}  // namespace worker
