// The loops of the program, one step at a time.
#include "tests/jobs/desk.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "jobs/audit.h"
#include "jobs/order_audit.h"
#include "jobs/prune.h"

namespace tests {

namespace {

constexpr int many = 100'000;

pricing::Terms fixed(std::int64_t credits) {
    return {.mode = pricing::Mode::fixed, .credits = {credits}};
}

pricing::Terms by_second(std::int64_t credits, pricing::Measure measure, pricing::Overrun overrun) {
    return {.mode = pricing::Mode::duration,
            .per_second = {credits * base::one.micros},
            .measure = measure,
            .estimate = {3 * base::one.micros},
            .overrun = overrun};
}

std::vector<std::string> all_services(pricing::Book const& book) {
    std::vector<std::string> names;
    for (auto const& [name, periods] : book.services) {
        names.push_back(name);
    }
    return names;
}

}  // namespace

pricing::Book desk_book() {
    using pricing::Measure;
    using pricing::Overrun;
    pricing::Terms poster = fixed(10);
    poster.on_cancel = pricing::CancelRule::none;
    pricing::Terms polish = fixed(1);
    polish.members_free = true;
    std::map<std::string, pricing::Terms> const terms = {
        {"script", fixed(5)},
        {"polish", polish},
        {"poster", poster},
        {"caption", {.mode = pricing::Mode::free}},
        {"tts", by_second(1, Measure::output, Overrun::absorb)},
        {"song", by_second(1, Measure::output, Overrun::charge)},
        {"opera", by_second(1, Measure::output, Overrun::debt)},
        {"video", by_second(5, Measure::input, Overrun::absorb)},
        {"clip", by_second(2, Measure::declared, Overrun::absorb)},
    };
    pricing::Book book;
    for (auto const& [name, plain] : terms) {
        book.services[name] = {{.from = {}, .terms = plain, .tiers = {{"gold", {800'000}}}}};
    }
    book.version = pricing::version_of(book);
    return book;
}

jobs::Request request(std::string const& service, std::string const& user) {
    return {.user = user, .service = service, .input = "{}", .body_hash = base::sha256(service)};
}

Desk::Desk()
    : Desk{[](Clock clock) { return adapters::open_memory({.clock = std::move(clock)}); }} {}

Desk::Desk(MakeStore const& make_store) : store{make_store([this] { return now; })} {}

void Desk::transact(jobs::Load const& load, jobs::Decide const& decide) {
    store->transact(load, decide);
    if (auditing) {
        EXPECT_EQ(audit(), "");
    }
}

jobs::Submission Desk::submit(jobs::Request request) {
    return submit_all({std::move(request)}).at(0);
}

std::vector<jobs::Submission> Desk::submit_all(std::vector<jobs::Request> const& requests) {
    std::vector<jobs::Submission> answers;
    transact(jobs::load_for_submit(requests, rules),
             [&](jobs::Batch& batch) { answers = jobs::submit(batch, requests, book, rules); });
    return answers;
}

std::vector<jobs::Start> Desk::claim(std::string const& worker, int limit,
                                     std::vector<std::string> services) {
    auto& presence = present_[worker];
    if (presence == nullptr) {
        presence = store->enter(worker);
    }
    jobs::Claim claim{.limit = limit};
    for (auto const& service : services.empty() ? all_services(book) : services) {
        claim.rooms.push_back({.service = service, .slots = limit});
    }
    std::vector<jobs::Start> starts;
    transact(jobs::load_for_start(claim, rules),
             [&](jobs::Batch& batch) { starts = jobs::start(batch, worker, rules); });
    return starts;
}

void Desk::kill(std::string const& worker) {
    present_.erase(worker);
}

jobs::Reported Desk::report(jobs::Report report) {
    auto const before = store->find_job(report.job);
    bool const late = before && before->deadline_at && *before->deadline_at <= now;
    report.needs_charge = before && (late || jobs::needs_charge(*before, report.said));
    std::vector const reports{report};
    jobs::Reported answer;
    transact(jobs::load_for_report(reports),
             [&](jobs::Batch& batch) { answer = jobs::report(batch, reports, rules).at(0); });
    return answer;
}

jobs::Steered Desk::cancel(base::JobId id) {
    jobs::Steered answer;
    transact(jobs::load_for_cancel(id),
             [&](jobs::Batch& batch) { answer = jobs::cancel(batch, id, rules); });
    return answer;
}

jobs::Steered Desk::retry(base::JobId id) {
    jobs::Steered answer;
    transact(jobs::load_for_retry(id),
             [&](jobs::Batch& batch) { answer = jobs::retry(batch, id, rules); });
    return answer;
}

jobs::Woken Desk::wake() {
    jobs::Woken woken;
    transact(jobs::load_for_wake(many),
             [&](jobs::Batch& batch) { woken = jobs::wake(batch, rules); });
    return woken;
}

jobs::Rescued Desk::rescue() {
    jobs::Rescued rescued;
    transact(jobs::load_for_rescue(many),
             [&](jobs::Batch& batch) { rescued = jobs::rescue(batch, rules); });
    return rescued;
}

int Desk::prune(Timestamp ended_before) {
    int pruned = 0;
    transact(jobs::load_for_prune(ended_before, many),
             [&](jobs::Batch& batch) { pruned = jobs::prune(batch); });
    return pruned;
}

jobs::ExpiryRun Desk::expire(int accounts) {
    jobs::ExpiryRun run;
    transact(jobs::load_for_expiry(accounts),
             [&](jobs::Batch& batch) { run = jobs::expire(batch); });
    return run;
}

jobs::Moved Desk::give(std::string const& user, ledger::Credit const& what) {
    jobs::Moved moved;
    transact(jobs::load_for_move(user, what.reference),
             [&](jobs::Batch& batch) { moved = jobs::grant(batch, user, what, rules); });
    return moved;
}

jobs::Moved Desk::spend(std::string const& user, ledger::Debit const& what) {
    jobs::Moved moved;
    transact(jobs::load_for_move(user, what.reference),
             [&](jobs::Batch& batch) { moved = jobs::spend(batch, user, what, rules); });
    return moved;
}

void Desk::open_account(std::string const& user) {
    transact(jobs::load_for_move(user, ""),
             [&](jobs::Batch& batch) { jobs::wallet_for(batch, user, rules); });
}

void Desk::change_account(std::string const& user,
                          std::function<void(ledger::Account&)> const& change) {
    transact(jobs::load_for_move(user, ""), [&](jobs::Batch& batch) {
        ledger::Wallet& wallet = jobs::wallet_for(batch, user, rules);
        change(wallet.account);
        wallet.changed = true;
    });
}

jobs::Job Desk::job(base::JobId id) {
    auto const found = store->find_job(id);
    EXPECT_TRUE(found.has_value()) << "no job " << id.value;
    return found.value_or(jobs::Job{});
}

std::int64_t Desk::balance(std::string const& user) {
    auto const wallet = store->find_wallet(user);
    EXPECT_TRUE(wallet.has_value()) << "no account " << user;
    return wallet ? ledger::balance(*wallet, now).value : 0;
}

std::vector<ledger::Entry> Desk::entries(std::string const& user) {
    auto const wallet = store->find_wallet(user);
    EXPECT_TRUE(wallet.has_value()) << "no account " << user;
    if (!wallet) {
        return {};
    }
    auto list = store->entries_of(wallet->account.id, {.limit = many});
    std::ranges::reverse(list);
    return list;
}

std::string Desk::audit() {
    std::string text;
    auto const add = [&](std::vector<ledger::Finding> const& findings) {
        for (auto const& finding : findings) {
            text += "invariant " + std::to_string(finding.invariant) + ", account " +
                    finding.account + ": " + finding.what + "\n";
        }
    };
    add(store->audit({}, [&](adapters::AuditPage const& page) {
        add(ledger::audit(page.books, now));
        add(page.findings);
        add(jobs::audit(page.books.entries, page.jobs));
        add(jobs::audit_orders(page.books.entries, page.orders, page.books.account.user));
    }));
    return text;
}

}  // namespace tests
