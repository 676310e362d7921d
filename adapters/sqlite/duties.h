// Periodic duties that one process at a time performs, and when schedules last fired.
#pragma once

#include <string>
#include <vector>

#include "adapters/sqlite/database.h"
#include "adapters/store.h"

namespace adapters::sqlite {

struct DutyCall {
    std::string name;
    std::string holder;
    base::Millis every{};
    base::Millis lease{};
};

bool begin_duty(Database& database, DutyCall const& call, base::Timestamp now);

struct DutyEnd {
    std::string name;
    std::string holder;
    std::string result;
    bool failed = false;
};

void end_duty(Database& database, DutyEnd const& end, base::Timestamp now);
std::vector<Duty> duties(Database& database);

base::Timestamp schedule_mark(Database& database, std::string const& name, base::Timestamp now);
void set_schedule_mark(Database& database, std::string const& name, base::Timestamp at);

}  // namespace adapters::sqlite
