// How things stand in the store, read now and then: for the gauges and for the overview.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/metrics/registry.h"
#include "adapters/store.h"
#include "worker/metrics/job_meters.h"

namespace worker::metrics {

struct Sighting {
    adapters::Overview view;
    std::vector<adapters::Duty> duties;
    std::map<std::string, adapters::QueueMode> modes;
    adapters::OrderCounts orders;
    adapters::Work work;
    adapters::OutboxFigures outbox;
};

// Blocks. Throws adapters::Unavailable.
Sighting look_at(adapters::Store& store);

// Of the last audit that was recorded: when it ended, and what it found.
struct LastAudit {
    base::Timestamp at;
    std::int64_t findings = 0;
};

std::optional<LastAudit> last_audit(std::vector<adapters::Duty> const& duties);

// The name under which audits are recorded, and how: "0 findings, …".
inline constexpr char const* audit_duty = "audit";

class StateMeters {
public:
    StateMeters(Registry& registry, std::vector<std::string> const& services);

    // On one thread.
    void show(Sighting const& sighting, JobMeters const& known);

    void store_is(bool there) const { store_up_.set(std::int64_t{there}); }

private:
    struct OfService {
        Gauge ready;
        Gauge running;
        Gauge oldest;
        Gauge mode;
    };

    OfService& of(std::string const& service);
    void show_services(Sighting const& sighting, JobMeters const& known);
    void show_duties(Sighting const& sighting);

    Registry& registry_;
    Gauge store_up_;
    Gauge waiting_;
    Gauge unknown_;
    Gauge inbox_;
    Gauge inbox_oldest_;
    Gauge pending_orders_;
    Gauge reviews_;
    Gauge workers_;
    Gauge lost_workers_;
    Gauge messages_;
    Gauge messages_oldest_;
    Gauge messages_dead_;
    Gauge frozen_;
    Gauge braked_;
    std::vector<Gauge> charges_;
    std::vector<Gauge> charge_credits_;
    std::map<std::string, OfService> services_;
};

}  // namespace worker::metrics
