#include "wire/audit_json.h"

#include <algorithm>
#include <iterator>

#include <boost/json/array.hpp>

#include "jobs/audit.h"
#include "jobs/order_audit.h"

namespace wire {

namespace {

boost::json::object finding_json(ledger::Finding const& finding) {
    boost::json::object out{{"invariant", finding.invariant}};
    if (!finding.account.empty()) {
        out["account"] = finding.account;
    }
    if (finding.job) {
        out["job"] = base::to_text(finding.job);
    }
    out["what"] = finding.what;
    return out;
}

}  // namespace

Audited audit(adapters::Store& store, std::optional<std::string> const& user) {
    Audited audited;
    auto const now = store.now();
    auto const keep = [&](std::vector<ledger::Finding> found) {
        std::ranges::move(found, std::back_inserter(audited.findings));
    };
    keep(store.audit(user, [&](adapters::AuditPage const& page) {
        audited.accounts += 1;
        audited.entries += std::ssize(page.books.entries);
        audited.jobs += std::ssize(page.jobs);
        keep(ledger::audit(page.books, now));
        keep(jobs::audit(page.books.entries, page.jobs));
        keep(jobs::audit_orders(page.books.entries, page.orders, page.books.account.user));
    }));
    return audited;
}

boost::json::object audit_json(Audited const& audited) {
    boost::json::array findings;
    for (auto const& finding : audited.findings) {
        findings.push_back(finding_json(finding));
    }
    return {{"clean", audited.findings.empty()},
            {"checked", boost::json::object{{"accounts", audited.accounts},
                                            {"entries", audited.entries},
                                            {"jobs", audited.jobs}}},
            {"findings", std::move(findings)}};
}

}  // namespace wire
