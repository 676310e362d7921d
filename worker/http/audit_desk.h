// The audit of the whole store, asked for over HTTP: one at a time, on a thread of its own, and how
// far it has come.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/json/object.hpp>

#include "adapters/store.h"
#include "config/settings.h"
#include "wire/audit_json.h"

namespace worker::http {

class AuditDesk {
public:
    // Both must outlive it.
    AuditDesk(adapters::Store& store, config::Settings const& settings)
        : store_{store}, settings_{settings} {}

    AuditDesk(AuditDesk const&) = delete;
    AuditDesk& operator=(AuditDesk const&) = delete;

    ~AuditDesk() { stop(); }

    void start();  // nothing, where one is running

    // {"running","checked","started_at"?,"finished_at"?,"clean"?,"found"?,"findings"?,"failed"?}
    [[nodiscard]] boost::json::object state() const;

    void stop();  // what runs ends at the next account

private:
    void run();
    void see(wire::Audited const& so_far);

    adapters::Store& store_;
    config::Settings const& settings_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
    mutable std::mutex mutex_;  // guards the rest
    bool running_ = false;
    std::optional<base::Timestamp> started_at_;
    std::optional<base::Timestamp> finished_at_;
    wire::Audited audited_;
    std::string failed_;
};

}  // namespace worker::http
