#include "worker/auditing.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "worker/metrics/state.h"
#include "worker/sealing.h"

namespace worker {

wire::Audited audit_books(adapters::Store& store, config::Settings const& settings,
                          std::optional<std::string> const& user,
                          std::function<void(wire::Audited const&)> const& seen,
                          wire::Audited begun) {
    auto audited = wire::audit(store, user, seen, std::move(begun));
    std::ranges::move(check_seals(audited.seals, settings.seals),
                      std::back_inserter(audited.findings));
    return audited;
}

void record_audit(adapters::Store& store, wire::Audited const& audited, std::string const& holder) {
    constexpr base::Millis lease{60'000};
    try {
        if (store.begin_duty(metrics::audit_duty, holder, base::Millis{}, lease)) {
            store.end_duty(metrics::audit_duty, holder,
                           fmt::format("{} findings, {} accounts, {} entries, {} jobs",
                                       audited.findings.size(), audited.accounts, audited.entries,
                                       audited.jobs),
                           !audited.findings.empty());
        }
    } catch (adapters::Unavailable const&) {
    } catch (adapters::Unusable const&) {
    }
}

}  // namespace worker
