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

class Audit {
public:
    Audit(Audited& audited, base::Timestamp now) : audited_{audited}, now_{now} {}

    void keep(std::vector<ledger::Finding> found) {
        std::ranges::move(found, std::back_inserter(audited_.findings));
    }

    void account(adapters::AuditPage const& page) {
        audited_.accounts += 1;
        audited_.entries += std::ssize(page.books.entries);
        audited_.jobs += std::ssize(page.jobs);
        keep(page.findings);
        keep(ledger::audit(page.books, now_));
        keep(jobs::audit(page.books.entries, page.jobs));
        if (page.sealed) {
            keep(ledger::check(*page.sealed, page.books));
        }
        keep(jobs::audit_orders(page.books.entries, page.orders, page.books.account.user));
        auto const& entries = page.books.entries;
        auto& place = audited_.place ? *audited_.place : audited_.place.emplace();
        place.account = page.books.account.id;
        place.user = page.books.account.user;
        place.entries = entries.empty() ? 0 : entries.back().seq;
        place.head = entries.empty() ? base::Hash{} : entries.back().hash;
    }

    // In each view that accounts are read from, all of what the last seal of that view is of must
    // be there. What an earlier view had must be there still.
    void sealed(adapters::SealedBooks const& books) {
        if (!audited_.seals.empty()) {
            keep_once(ledger::check_kept(audited_.seals.back(), books.seals));
        }
        if (!books.seals.empty()) {
            keep_once(ledger::check(books.seals.back(), books.kept));
        } else {
            keep_once(ledger::check_unsealed(books.kept));
        }
        audited_.seals = books.seals;
    }

private:
    void keep_once(std::vector<ledger::Finding> const& found) {
        for (auto const& finding : found) {
            auto const same = [&](auto const& other) { return other.what == finding.what; };
            if (std::ranges::none_of(audited_.findings, same)) {
                audited_.findings.push_back(finding);
            }
        }
    }

    Audited& audited_;
    base::Timestamp now_;
};

}  // namespace

Audited audit(adapters::Store& store, std::optional<std::string> const& user,
              std::function<void(Audited const&)> const& seen, Audited begun) {
    auto audited = std::move(begun);
    Audit audit{audited, store.now()};
    adapters::AuditScope scope{.user = user, .after = {}, .sealed = {}};
    if (audited.place) {
        scope.after = audited.place->account;
    }
    scope.sealed = [&](adapters::SealedBooks const& books) { audit.sealed(books); };
    audit.keep(store.audit(scope, [&](adapters::AuditPage const& page) {
        audit.account(page);
        if (seen) {
            seen(audited);
        }
    }));
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
