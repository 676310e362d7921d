// What somebody who waits for an audit is told on standard error: how much has been looked at, how
// fast, and how long it will take.
#pragma once

#include <chrono>
#include <cstdint>

#include "adapters/store.h"
#include "wire/audit_json.h"

namespace worker::cli {

class AuditProgress {
public:
    using Clock = std::chrono::steady_clock;

    // `begun`: what earlier runs have looked at. `plain`: a line now and then, for a log, instead
    // of one that is written over.
    AuditProgress(adapters::Store& store, wire::Audited const& begun, bool plain);

    void show(wire::Audited const& audited);  // not each time that it is called
    void clear() const;                       // the line is to make room for others

private:
    void write(wire::Audited const& audited, Clock::time_point now) const;

    bool plain_;
    Clock::time_point started_ = Clock::now();
    Clock::time_point next_ = started_;
    std::int64_t entries_before_;
    double from_ = 0;     // the number of the account that this run begins behind
    double highest_ = 0;  // the number of the newest account
};

}  // namespace worker::cli
