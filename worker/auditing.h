// An audit with everything that belongs to it, and the record of it that others look at.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/settings.h"
#include "wire/audit_json.h"

namespace worker {

// Of that account, or of all: the books, the jobs, the orders, and the seals over them. `seen` and
// `begun` as in wire::audit.
wire::Audited audit_books(adapters::Store& store, config::Settings const& settings,
                          std::optional<std::string> const& user,
                          std::function<void(wire::Audited const&)> const& seen = {},
                          wire::Audited begun = {});

// So that metrics and the overview can tell when all the books were last looked at, and what was
// found. Who may only read is not kept from auditing.
void record_audit(adapters::Store& store, wire::Audited const& audited, std::string const& holder);

}  // namespace worker
