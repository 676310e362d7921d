#include "adapters/sqlite/queues.h"

#include "adapters/sqlite/load.h"

namespace adapters::sqlite {

std::map<std::string, QueueMode> queue_modes(Database& database) {
    std::map<std::string, QueueMode> modes;
    Query query{database, "SELECT service, mode FROM queues"};
    while (query.step()) {
        auto service = query.text();
        modes[std::move(service)] = static_cast<QueueMode>(query.integer());
    }
    return modes;
}

void set_queue_mode(Database& database, std::string const& service, QueueMode mode) {
    if (mode == QueueMode::running) {
        Query{database, "DELETE FROM queues WHERE service = ?"}.bind(service).run();
        return;
    }
    Query{database,
          "INSERT INTO queues (service, mode) VALUES (?, ?) "
          "ON CONFLICT (service) DO UPDATE SET mode = excluded.mode"}
        .bind(service, static_cast<int>(mode))
        .run();
}

void load_draining(Loading& loading) {
    if (loading.load.fairness_of.empty()) {
        return;
    }
    std::set<std::string, std::less<>> draining;
    Query query{loading.database, "SELECT service FROM queues WHERE mode = 2"};
    while (query.step()) {
        draining.insert(query.text());
    }
    for (std::string const& service : loading.load.fairness_of) {
        if (draining.contains(service)) {
            loading.batch.draining.insert(service);
        }
    }
}

void renew(Database& database, Renewal const& renewal, base::Timestamp now) {
    Query query{database,
                "UPDATE jobs SET lease_until = ?1 WHERE state = 1 AND worker = ?2 AND "
                "(lease_until < ?1 OR lease_until > ?3)"};
    query.bind(now + renewal.lease, renewal.worker, now + 2 * renewal.most).run();
}

}  // namespace adapters::sqlite
