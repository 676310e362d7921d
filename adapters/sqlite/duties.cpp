// Duties and schedules. A time that lies ahead of the clock was written before the clock was set
// back: it holds nobody up.
#include "adapters/sqlite/duties.h"

namespace adapters::sqlite {

bool begin_duty(Database& database, DutyCall const& call, base::Timestamp now) {
    Query known{database,
                "INSERT OR IGNORE INTO duties (name, holder, held_until, result, cost_ms, runs, "
                "failed) VALUES (?, '', 0, '', 0, 0, 0)"};
    known.bind(call.name).run();
    Query query{database,
                "UPDATE duties SET holder = ?1, held_until = ?2 + ?3, started_at = ?2 "
                "WHERE name = ?4 "
                "AND (holder = '' OR held_until <= ?2 OR held_until > ?2 + 2 * ?3) "
                "AND (started_at IS NULL OR started_at <= ?2 - ?5 OR started_at > ?2)"};
    query.bind(call.holder, now, call.lease, call.name, call.every).run();
    return database.changes() > 0;
}

void end_duty(Database& database, DutyEnd const& end, base::Timestamp now) {
    Query query{database,
                "UPDATE duties SET holder = '', held_until = 0, finished_at = ?1, "
                "cost_ms = max(?1 - started_at, 0), result = ?2, failed = ?3, runs = runs + 1 "
                "WHERE name = ?4 AND holder = ?5"};
    query.bind(now, end.result, end.failed, end.name, end.holder).run();
}

std::vector<Duty> duties(Database& database) {
    std::vector<Duty> all;
    Query query{database,
                "SELECT name, holder, started_at, finished_at, result, cost_ms, runs, failed "
                "FROM duties ORDER BY name"};
    while (query.step()) {
        Duty duty;
        duty.name = query.text();
        duty.holder = query.text();
        duty.started_at = query.maybe_time();
        duty.finished_at = query.maybe_time();
        duty.result = query.text();
        duty.cost = base::Millis{query.integer()};
        duty.runs = query.integer();
        duty.failed = query.flag();
        all.push_back(std::move(duty));
    }
    return all;
}

base::Timestamp schedule_mark(Database& database, std::string const& name, base::Timestamp now) {
    Query{database, "INSERT OR IGNORE INTO schedules (name, last_at) VALUES (?, ?)"}
        .bind(name, now)
        .run();
    Query query{database, "SELECT last_at FROM schedules WHERE name = ?"};
    query.bind(name).step();
    return query.time();
}

void set_schedule_mark(Database& database, std::string const& name, base::Timestamp at) {
    Query{database,
          "INSERT INTO schedules (name, last_at) VALUES (?, ?) "
          "ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at"}
        .bind(name, at)
        .run();
}

}  // namespace adapters::sqlite
