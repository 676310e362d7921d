#include "tests/simulation/compare.h"

#include <sstream>

#include "jobs/job.h"

namespace simulation {

namespace {

Int ms(std::optional<base::Timestamp> const& at, Int none) {
    return at ? at->time_since_epoch().count() : none;
}

Int ms(base::Timestamp at) {
    return at.time_since_epoch().count();
}

// Two texts with the same fields in the same order: easy to compare, and to read where they differ.
std::string line_of(ledger::Entry const& entry) {
    std::ostringstream text;
    text << ledger::to_text(entry.kind) << " " << entry.amount.value << " after "
         << entry.balance_after.value << " of";
    for (auto const& draw : entry.draws) {
        text << " " << draw.grant << ":" << draw.amount.value;
    }
    text << " job " << entry.job.value << "/" << entry.charge << " at " << ms(entry.recorded_at)
         << " as of " << ms(entry.effective_at) << (entry.reference.empty() ? "" : " referenced");
    return text.str();
}

std::string line_of(Line const& line) {
    std::ostringstream text;
    text << line.kind << " " << line.amount << " after " << line.after << " of";
    for (auto const& [number, credits] : line.parts) {
        text << " " << number << ":" << credits;
    }
    text << " job " << line.job << "/" << line.charge << " at " << line.recorded << " as of "
         << line.effective << (line.reference.empty() ? "" : " referenced");
    return text.str();
}

std::string line_of(ledger::Grant const& grant) {
    std::ostringstream text;
    text << grant.remaining.value << " of " << grant.amount.value << " from "
         << ms(grant.effective_at) << " until " << ms(grant.expires_at, never) << " for "
         << grant.service;
    return text.str();
}

std::string line_of(Lot const& lot) {
    std::ostringstream text;
    text << lot.left << " of " << lot.size << " from " << lot.from << " until " << lot.until
         << " for " << lot.service;
    return text.str();
}

std::string line_of(jobs::Job const& job) {
    std::ostringstream text;
    auto const& bill = job.bill;
    text << job.service << " " << jobs::to_text(job.state) << " waits " << jobs::to_text(job.wait)
         << " attempt " << job.attempt << " failures " << job.failures << " losses " << job.losses
         << " run_at " << ms(job.run_at) << " lease " << ms(job.lease_until, 0) << " deadline "
         << ms(job.deadline_at, 0) << " worker " << job.worker << " task " << job.task
         << (job.fate_unknown ? " unknown" : "") << (job.parked ? " parked" : "")
         << (job.late_result ? " late" : "") << (job.poison ? " poison" : "") << " quoted "
         << job.quoted.value << " charge " << bill.charge << (bill.open ? " open" : "")
         << " debited " << bill.debited.value << " settled " << bill.settled.value << " refunded "
         << bill.refunded.value << " waived " << bill.waived.value << " absorbed "
         << bill.absorbed.value << " net " << bill.net.value;
    return text.str();
}

std::string line_of(ModelJob const& job) {
    std::ostringstream text;
    text << job.service << " " << job.state << " waits " << job.wait << " attempt " << job.attempt
         << " failures " << job.failures << " losses " << job.losses << " run_at " << job.run_at
         << " lease " << job.lease << " deadline " << job.deadline << " worker " << job.worker
         << " task " << job.task << (job.unknown ? " unknown" : "") << (job.parked ? " parked" : "")
         << (job.late ? " late" : "") << (job.poison ? " poison" : "") << " quoted " << job.quoted
         << " charge " << job.charge << (job.open ? " open" : "") << " debited " << job.debited
         << " settled " << job.settled << " refunded " << job.refunded << " waived " << job.waived
         << " absorbed " << job.absorbed << " net " << job.net;
    return text.str();
}

std::string both(std::string const& what, std::string const& store, std::string const& model) {
    return what + "\n    store: " + store + "\n    model: " + model;
}

std::string money_of(ledger::Account const& account) {
    std::ostringstream text;
    auto const& totals = account.totals;
    text << account.balance.value << " debt " << account.debt.value << " in "
         << totals.recharged.value << " out " << totals.consumed.value << " back "
         << totals.refunded.value << " gone " << totals.expired.value << " entries "
         << account.entries << " member " << ms(account.member_until, 0)
         << (account.frozen ? " frozen" : "");
    return text.str();
}

std::string money_of(Purse const& purse) {
    std::ostringstream text;
    text << purse.recorded() << " debt " << purse.debt << " in " << purse.recharged << " out "
         << purse.consumed << " back " << purse.refunded << " gone " << purse.expired << " entries "
         << purse.lines.size() << " member " << purse.member_until
         << (purse.frozen ? " frozen" : "");
    return text.str();
}

}  // namespace

std::string difference(adapters::AuditPage const& page, Model const& model) {
    auto const& user = page.books.account.user;
    auto const known = model.purses.find(user);
    if (known == model.purses.end()) {
        return "the model has no account " + user;
    }
    Purse const& purse = known->second;
    for (std::size_t i = 0; i < purse.lines.size() && i < page.books.entries.size(); ++i) {
        auto const store = line_of(page.books.entries[i]);
        auto const expected = line_of(purse.lines[i]);
        if (store != expected) {
            return both(user + "'s entry " + std::to_string(i + 1), store, expected);
        }
    }
    if (auto const store = money_of(page.books.account); store != money_of(purse)) {
        return both(user + "'s account", store, money_of(purse));
    }
    for (auto const& grant : page.books.grants) {
        auto const lot = purse.lots.find(grant.number);
        auto const expected = lot == purse.lots.end() ? "none" : line_of(lot->second);
        if (line_of(grant) != expected) {
            return both(user + "'s grant " + std::to_string(grant.number), line_of(grant),
                        expected);
        }
    }
    for (auto const& job : page.jobs) {
        auto const found = model.jobs.find(job.id.value);
        auto const expected = found == model.jobs.end() ? "none" : line_of(found->second);
        if (line_of(job) != expected) {
            return both("job " + std::to_string(job.id.value), line_of(job), expected);
        }
    }
    for (auto const& order : page.orders) {
        auto const found = model.orders.find(order.id);
        bool const paid = order.status == jobs::OrderStatus::paid;
        bool const expected = found != model.orders.end() && found->second.status == "paid";
        if (order.channel != "credits" && paid != expected) {
            return "order " + order.id + (paid ? " is paid" : " is not paid") +
                   " against the model";
        }
    }
    return {};
}

}  // namespace simulation
