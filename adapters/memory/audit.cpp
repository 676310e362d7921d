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

namespace {

bool covers(AuditScope const& scope, ledger::Account const& account) {
    return scope.user ? account.user == *scope.user : !scope.after || account.id > *scope.after;
}

SealedBooks sealed_books(Tables const& tables) {
    SealedBooks books{.seals = tables.seals, .kept = {}};
    for (auto const& [id, leaf] : tables.sealed) {
        books.kept.add(leaf);
    }
    return books;
}

}  // namespace

void audit(Tables const& tables, AuditScope const& scope,
           std::function<void(AuditPage const&)> const& visit) {
    if (!scope.user && scope.sealed) {
        scope.sealed(sealed_books(tables));
    }
    std::map<base::AccountId, AuditPage> pages;
    for (auto const& [id, books] : tables.accounts) {
        if (covers(scope, books.account)) {
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
