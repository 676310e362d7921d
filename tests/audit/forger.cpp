#include "tests/audit/forger.h"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/post.h"

namespace audit_tests {

namespace {

ledger::Grant const* opened_by(ledger::Books const& books, std::size_t place) {
    std::int64_t last = 0;
    for (std::size_t at = 0; at <= place; ++at) {
        for (auto const& draw : books.entries[at].draws) {
            if (draw.grant > last) {
                last = draw.grant;
                if (at == place) {
                    auto const grant =
                        std::ranges::find(books.grants, draw.grant, &ledger::Grant::number);
                    return grant == books.grants.end() ? nullptr : &*grant;
                }
            }
        }
    }
    return nullptr;
}

void put_entry(Victim& victim, ledger::Entry const& entry, std::vector<std::string>& out) {
    out.push_back(fmt::format(
        "UPDATE {{s}}.entries SET kind = {}, amount = {}, balance_after = {}, job = {}, "
        "charge = {}, action = '{}', reference = '{}', note = '{}', recorded_at = {}, "
        "effective_at = {}, draws = '{}', hash = {} WHERE account = {} AND seq = {}",
        static_cast<int>(entry.kind), entry.amount.value, entry.balance_after.value,
        entry.job.value, entry.charge, entry.action, entry.reference, entry.note,
        base::to_ms(entry.recorded_at), base::to_ms(entry.effective_at),
        ledger::to_line(entry.draws), victim.bytes(entry.hash), entry.account.value, entry.seq));
}

void put_account(Victim& victim, ledger::Account const& account, std::vector<std::string>& out) {
    auto const& totals = account.totals;
    out.push_back(fmt::format(
        "UPDATE {{s}}.accounts SET balance = {}, debt = {}, entries = {}, grants = {}, head = {}, "
        "recharged = {}, consumed = {}, refunded = {}, expired = {} WHERE id = {}",
        account.balance.value, account.debt.value, account.entries, account.grants,
        victim.bytes(account.head), totals.recharged.value, totals.consumed.value,
        totals.refunded.value, totals.expired.value, account.id.value));
}

}  // namespace

Forgery books_of(Victim& victim, std::string const& user) {
    Forgery forgery;
    victim.desk().store->audit({.user = user}, [&](adapters::AuditPage const& page) {
        forgery = {.books = page.books, .jobs = page.jobs};
    });
    return forgery;
}

base::Hash hash_at(ledger::Books const& books, std::size_t place) {
    auto const before = place == 0 ? base::Hash{} : books.entries[place - 1].hash;
    return ledger::chain(before, books.entries[place], opened_by(books, place));
}

void make_all_fit(ledger::Books& books) {
    auto& account = books.account;
    account.balance = {};
    account.debt = {};
    account.totals = {};
    account.entries = 0;
    account.head = {};
    for (auto& grant : books.grants) {
        grant.remaining = {};
    }
    for (std::size_t place = 0; place < books.entries.size(); ++place) {
        auto& entry = books.entries[place];
        entry.seq = ++account.entries;
        account.balance += entry.amount;
        entry.balance_after = account.balance;
        ledger::add_to_totals(account.totals, entry.kind, entry.amount);
        for (auto const& draw : entry.draws) {
            auto const grant = std::ranges::find(books.grants, draw.grant, &ledger::Grant::number);
            if (grant != books.grants.end()) {
                grant->remaining += draw.amount;
            }
        }
        entry.hash = hash_at(books, place);
        account.head = entry.hash;
    }
}

void make_jobs_fit(Forgery& forgery) {
    for (auto& job : forgery.jobs) {
        job.bill.net = {};
        for (auto const& entry : forgery.books.entries) {
            if (entry.job == job.id) {
                job.bill.net -= entry.amount;
            }
        }
    }
}

void put(Victim& victim, Forgery const& before, Forgery const& after) {
    std::vector<std::string> all;
    auto const& account = after.books.account;
    auto const left = std::ssize(after.books.entries);
    if (left < std::ssize(before.books.entries)) {
        all.push_back(fmt::format("DELETE FROM {{s}}.entries WHERE account = {} AND seq > {}",
                                  account.id.value, left));
    }
    for (auto const& entry : after.books.entries) {
        put_entry(victim, entry, all);
    }
    put_account(victim, account, all);
    for (auto& statement : victim.what_is_left(account, after.books.grants)) {
        all.push_back(std::move(statement));
    }
    for (auto const& job : after.jobs) {
        all.push_back(fmt::format(
            "UPDATE {{s}}.jobs SET quoted = {}, debited = {}, settled = {}, net = {} WHERE id = {}",
            job.quoted.value, job.bill.debited.value, job.bill.settled.value, job.bill.net.value,
            job.id.value));
    }
    victim.behind_the_guards(all);
}

}  // namespace audit_tests
