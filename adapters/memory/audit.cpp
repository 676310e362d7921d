#include "adapters/memory/audit.h"

#include <map>

namespace adapters::memory {

std::vector<ledger::Grant> grants_of(AccountBooks const& books) {
    std::vector<ledger::Grant> grants;
    for (auto const& [number, grant] : books.grants) {
        grants.push_back(grant);
    }
    return grants;
}

void audit(Tables const& tables, std::optional<std::string> const& user,
           std::function<void(AuditPage const&)> const& visit) {
    std::map<base::AccountId, AuditPage> pages;
    for (auto const& [id, books] : tables.accounts) {
        if (!user || books.account.user == *user) {
            pages.emplace(id, AuditPage{.books = {.account = books.account,
                                                  .grants = grants_of(books),
                                                  .entries = books.entries}});
        }
    }
    for (auto const& [id, job] : tables.jobs) {
        if (auto const page = pages.find(job.account); page != pages.end()) {
            page->second.jobs.push_back(job);
        }
    }
    for (auto const& [id, order] : tables.orders) {
        if (auto const page = pages.find(order.account); page != pages.end()) {
            page->second.orders.push_back(order);
        }
    }
    for (auto& [id, page] : pages) {
        if (auto const sealed = tables.sealed.find(id); sealed != tables.sealed.end()) {
            page.sealed = sealed->second;
        }
        visit(page);
    }
}

}  // namespace adapters::memory
