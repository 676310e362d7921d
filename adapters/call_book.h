// What calls to providers cost, and how much each has in work: one part of the store (store.h), for
// reading. Calls are written by decisions (jobs/provider_call.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "jobs/provider_call.h"

namespace adapters {

// What providers took, and what jobs were settled at that they completed.
struct CostSum {
    base::Timestamp from;  // of the span of time
    std::string provider;
    std::string model;
    std::string service;
    std::string currency;  // empty: they did not say what they took
    std::int64_t calls = 0;
    std::int64_t completed = 0;
    std::int64_t micros = 0;  // millionths of the currency
    base::Credits credits;

    friend bool operator==(CostSum const&, CostSum const&) = default;
};

class CallBook {
public:
    CallBook() = default;
    CallBook(CallBook const&) = delete;
    CallBook& operator=(CallBook const&) = delete;
    virtual ~CallBook() = default;

    virtual std::vector<jobs::ProviderCall> of(base::JobId job) = 0;  // in their order

    // Of calls from `from` (inclusive) to `to` (exclusive), in spans of that length from the epoch
    // on (zero: one span, which begins at `from`), in no certain order.
    virtual std::vector<CostSum> costs(base::Timestamp from, base::Timestamp to,
                                       base::Millis span) = 0;

    // How many jobs each provider has in work, over all processes.
    virtual std::map<std::string, int> at_work() = 0;
};

}  // namespace adapters
