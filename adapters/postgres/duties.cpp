// Duties, schedules and queues. A time that lies ahead of the clock was written before the clock
// was set back: it holds nobody up.
#include "adapters/postgres/read.h"
#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

std::string ms(base::Millis duration) {
    return literal(static_cast<std::int64_t>(duration.count()));
}

}  // namespace

bool begin_duty(Session& session, DutyCall const& call, std::string const& now) {
    auto const results = session.write({
        session.sql("INSERT INTO {s}.duties (name, holder, held_until, result, cost_ms, runs, "
                    "failed) VALUES (?, '', 0, '', 0, 0, false) ON CONFLICT DO NOTHING",
                    {literal(call.name)}),
        session.sql("UPDATE {s}.duties d SET holder = ?, held_until = t.now + ?, "
                    "started_at = t.now FROM (SELECT ?::bigint AS now) AS t WHERE d.name = ? AND "
                    "((d.holder = '' OR d.held_until <= t.now OR d.held_until > t.now + 2 * ?) AND "
                    "(d.started_at IS NULL OR d.started_at <= t.now - ? OR d.started_at > t.now) "
                    "OR ? AND d.holder = ? AND d.started_at > t.now - 30000) RETURNING d.name",
                    {literal(call.holder), ms(call.lease), now, literal(call.name), ms(call.lease),
                     ms(call.every), call.again ? "true" : "false", literal(call.holder)}),
    });
    return !results[1].empty();
}

void end_duty(Session& session, Duty const& end, std::string const& now) {
    session.write({session.sql(
        "UPDATE {s}.duties d SET holder = '', held_until = 0, finished_at = t.now, "
        "cost_ms = greatest(t.now - d.started_at, 0), result = ?, failed = ?, runs = d.runs + 1 "
        "FROM (SELECT ?::bigint AS now) AS t WHERE d.name = ? AND d.holder = ?",
        {literal(end.result), end.failed ? "true" : "false", now, literal(end.name),
         literal(end.holder)})});
}

std::vector<Duty> duties(Session& session) {
    auto const results = session.read(
        {session.sql("SELECT name, holder, started_at, finished_at, result, cost_ms, runs, failed "
                     "FROM {s}.duties ORDER BY name")});
    std::vector<Duty> all;
    for (auto const& source : results[0]) {
        Row row{source};
        Duty duty;
        duty.name = row.text();
        duty.holder = row.text();
        duty.started_at = row.nullable_time();
        duty.finished_at = row.nullable_time();
        duty.result = row.text();
        duty.cost = base::Millis{row.integer()};
        duty.runs = row.integer();
        duty.failed = row.flag();
        all.push_back(std::move(duty));
    }
    return all;
}

base::Timestamp schedule_mark(Session& session, std::string const& name, std::string const& now) {
    auto const results = session.write({
        session.sql("INSERT INTO {s}.schedules VALUES (?, ?) ON CONFLICT DO NOTHING",
                    {literal(name), now}),
        session.sql("SELECT last_at FROM {s}.schedules WHERE name = ?", {literal(name)}),
    });
    return Row{results[1][0]}.time();
}

void set_schedule_mark(Session& session, std::string const& name, base::Timestamp at) {
    session.write(
        {session.sql("INSERT INTO {s}.schedules VALUES (?, ?) ON CONFLICT (name) "
                     "DO UPDATE SET last_at = excluded.last_at",
                     {literal(name), literal(at)})});
}

std::map<std::string, QueueMode> queue_modes(Session& session) {
    auto const results = session.read({session.sql("SELECT service, mode FROM {s}.queues")});
    std::map<std::string, QueueMode> modes;
    for (auto const& source : results[0]) {
        Row row{source};
        auto service = row.text();
        modes[std::move(service)] = static_cast<QueueMode>(row.integer());
    }
    return modes;
}

void set_queue_mode(Session& session, std::string const& service, QueueMode mode) {
    if (mode == QueueMode::running) {
        session.write(
            {session.sql("DELETE FROM {s}.queues WHERE service = ?", {literal(service)})});
        return;
    }
    session.write(
        {session.sql("INSERT INTO {s}.queues VALUES (?, ?) ON CONFLICT (service) "
                     "DO UPDATE SET mode = excluded.mode",
                     {literal(service), literal(static_cast<int>(mode))})});
}

}  // namespace adapters::postgres
