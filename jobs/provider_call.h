// What is known of calls to providers beside what became of their jobs: who ran one and what it
// cost.
#pragma once

#include <cstdint>
#include <string>

#include "base/credits.h"
#include "base/ids.h"
#include "base/time.h"

namespace jobs {

// One call that has something to tell: a cost, what it was counted by, the provider's own number
// for it. Written with the report that it belongs to, and never changed.
struct ProviderCall {
    base::JobId job;
    int attempt = 0;
    base::Timestamp at;
    std::string service;
    std::string provider;
    std::string model;
    std::string request_id;   // the provider's own
    std::string word;         // the provider's own, for what came of it
    std::int64_t micros = 0;  // millionths of the currency
    std::string currency;     // empty: it did not say what it takes
    std::string usage;        // JSON
    base::Credits credits;    // what the job was settled at, on the call that completed it
    bool completed = false;

    friend bool operator==(ProviderCall const&, ProviderCall const&) = default;
};

// A task whose job has ended without its verdict. It is asked about, slowly, for as long as its
// provider knows it: what it made is kept as a late result, and what it cost is written down.
struct Watch {
    base::JobId job;
    int attempt = 0;  // with the job: whose task it is
    std::string provider;
    std::string model;
    std::string task;
    base::Timestamp since;    // when the job ended
    base::Timestamp next_at;  // when to ask again

    friend bool operator==(Watch const&, Watch const&) = default;
};

}  // namespace jobs
