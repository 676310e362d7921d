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

// That all of what was sealed is there. A seal that is made meanwhile is of other leaves than were
// read, so it is left to the next audit.
Audited audit(adapters::Store& store, std::optional<std::string> const& user,
              std::function<void(Audited const&)> const& seen) {
    Audited audited;
    ledger::Root leaves;
    if (!user) {
        audited.seals = store.seals().all();
    }
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
        if (page.sealed) {
            leaves.add(*page.sealed);
            keep(ledger::check(*page.sealed, page.books));
        }
        keep(jobs::audit_orders(page.books.entries, page.orders, page.books.account.user));
        if (seen) {
            seen(audited);
        }
    }));
    if (!audited.seals.empty() && store.seals().last() == audited.seals.back()) {
        keep(ledger::check(audited.seals.back(), leaves));
    }
    return audited;
}

boost::json::object seal_json(ledger::Seal const& seal) {
    return {{"number", seal.number},
            {"at", base::to_ms(seal.at)},
            {"accounts", seal.accounts},
            {"entries", seal.entries},
            {"root", base::hex(seal.root)},
            {"previous", base::hex(seal.previous)},
            {"key", seal.key},
            {"signature", seal.signature}};
}

boost::json::object audit_json(Audited const& audited) {
    boost::json::array findings;
    for (auto const& finding : audited.findings) {
        findings.push_back(finding_json(finding));
    }
    boost::json::object checked{
        {"accounts", audited.accounts}, {"entries", audited.entries}, {"jobs", audited.jobs}};
    if (!audited.seals.empty()) {
        checked["seals"] = audited.seals.size();
    }
    return {{"clean", audited.findings.empty()},
            {"checked", std::move(checked)},
            {"findings", std::move(findings)}};
}

}  // namespace wire
