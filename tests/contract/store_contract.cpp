// What the tests of the contract share.
#include "tests/contract/store_contract.h"

#include "ledger/debit.h"

namespace contract {

jobs::Batch StoreContract::load(jobs::Load const& what) {
    jobs::Batch seen;
    store_->transact(what, [&](jobs::Batch& batch) { seen = batch; });
    return seen;
}

base::AccountId StoreContract::open(std::string const& user, std::int64_t credits) {
    base::AccountId id;
    change({.users = {user}, .new_accounts = 1}, [&](jobs::Batch& batch) {
        id = batch.take_account_id();
        batch.wallets.push_back(ledger::open_account(id, user, {credits}, batch.now));
    });
    return id;
}

base::JobId StoreContract::add(jobs::Job job) {
    return add(std::vector{std::move(job)}).front();
}

std::vector<base::JobId> StoreContract::add(std::vector<jobs::Job> const& jobs) {
    std::vector<base::JobId> ids;
    jobs::Load what{.new_jobs = static_cast<int>(jobs.size())};
    for (jobs::Job const& job : jobs) {
        what.users.push_back(job.user);
    }
    change(what, [&](jobs::Batch& batch) {
        ids.clear();
        for (jobs::Job job : jobs) {
            job.id = batch.take_job_id();
            job.account = batch.wallet_of(job.user)->account.id;
            ids.push_back(job.id);
            batch.parents_of_new.insert(batch.parents_of_new.end(), job.after.begin(),
                                        job.after.end());
            batch.new_jobs.push_back(std::move(job));
        }
    });
    return ids;
}

void StoreContract::change_job(base::JobId id, std::function<void(jobs::Job&)> const& how) {
    change({.jobs = {id}}, [&](jobs::Batch& batch) {
        how(batch.jobs.at(0).job);
        batch.jobs.at(0).changed = true;
    });
}

void StoreContract::charge(base::JobId id, std::int64_t credits) {
    change({.jobs = {id}, .wallets_of_jobs = true}, [&](jobs::Batch& batch) {
        jobs::LoadedJob& loaded = batch.jobs.at(0);
        ledger::debit(batch.wallets.at(0),
                      {.amount = {credits},
                       .service = loaded.job.service,
                       .job = id,
                       .charge = loaded.job.bill.charge + 1},
                      batch.now);
        loaded.job.bill.charge += 1;
        loaded.job.bill.open = true;
        loaded.job.bill.debited = {credits};
        loaded.changed = true;
    });
}

std::vector<base::JobId> ids_of(std::vector<jobs::LoadedJob> const& loaded) {
    std::vector<base::JobId> ids;
    for (jobs::LoadedJob const& each : loaded) {
        ids.push_back(each.job.id);
    }
    return ids;
}

std::vector<base::JobId> ids_of(std::vector<jobs::Job> const& jobs) {
    std::vector<base::JobId> ids;
    for (jobs::Job const& job : jobs) {
        ids.push_back(job.id);
    }
    return ids;
}

std::vector<std::int64_t> numbers_of(std::vector<ledger::Grant> const& grants) {
    std::vector<std::int64_t> numbers;
    for (ledger::Grant const& grant : grants) {
        numbers.push_back(grant.number);
    }
    return numbers;
}

namespace {

void expect_same_course(jobs::Job const& expected, jobs::Job const& actual) {
    EXPECT_EQ(expected.state, actual.state);
    EXPECT_EQ(expected.wait, actual.wait);
    EXPECT_EQ(expected.priority, actual.priority);
    EXPECT_EQ(expected.turn, actual.turn);
    EXPECT_EQ(expected.attempt, actual.attempt);
    EXPECT_EQ(expected.failures, actual.failures);
    EXPECT_EQ(expected.losses, actual.losses);
    EXPECT_EQ(expected.progress, actual.progress);
    EXPECT_EQ(expected.progress_note, actual.progress_note);
    EXPECT_EQ(expected.run_at, actual.run_at);
    EXPECT_EQ(expected.started_at, actual.started_at);
    EXPECT_EQ(expected.finished_at, actual.finished_at);
    EXPECT_EQ(expected.lease_until, actual.lease_until);
    EXPECT_EQ(expected.deadline_at, actual.deadline_at);
    EXPECT_EQ(expected.worker, actual.worker);
}

void expect_same_outcome(jobs::Job const& expected, jobs::Job const& actual) {
    EXPECT_EQ(expected.bill, actual.bill);
    EXPECT_EQ(expected.provider, actual.provider);
    EXPECT_EQ(expected.task, actual.task);
    EXPECT_EQ(expected.fate_unknown, actual.fate_unknown);
    EXPECT_EQ(expected.duration, actual.duration);
    EXPECT_EQ(expected.measurement, actual.measurement);
    EXPECT_EQ(expected.result, actual.result);
    EXPECT_EQ(expected.error, actual.error);
    EXPECT_EQ(expected.late_result, actual.late_result);
    EXPECT_EQ(expected.poison, actual.poison);
    EXPECT_EQ(expected.pruned, actual.pruned);
}

}  // namespace

void expect_same(jobs::Job const& expected, jobs::Job const& actual) {
    EXPECT_EQ(expected.id, actual.id);
    EXPECT_EQ(expected.account, actual.account);
    EXPECT_EQ(expected.user, actual.user);
    EXPECT_EQ(expected.service, actual.service);
    EXPECT_EQ(expected.created_at, actual.created_at);
    EXPECT_EQ(expected.input, actual.input);
    EXPECT_EQ(expected.key, actual.key);
    EXPECT_EQ(expected.body_hash, actual.body_hash);
    EXPECT_EQ(expected.after, actual.after);
    EXPECT_EQ(expected.has_children, actual.has_children);
    EXPECT_EQ(expected.webhook, actual.webhook);
    EXPECT_EQ(expected.trace, actual.trace);
    EXPECT_EQ(expected.api_key, actual.api_key);
    EXPECT_EQ(expected.terms, actual.terms);
    EXPECT_EQ(expected.version, actual.version);
    EXPECT_EQ(expected.quoted, actual.quoted);
    expect_same_course(expected, actual);
    expect_same_outcome(expected, actual);
}

void expect_same(ledger::Account const& expected, ledger::Account const& actual) {
    EXPECT_EQ(expected.id, actual.id);
    EXPECT_EQ(expected.user, actual.user);
    EXPECT_EQ(expected.tier, actual.tier);
    EXPECT_EQ(expected.username, actual.username);
    EXPECT_EQ(expected.email, actual.email);
    EXPECT_EQ(expected.time_zone, actual.time_zone);
    EXPECT_EQ(expected.member_until, actual.member_until);
    EXPECT_EQ(expected.frozen, actual.frozen);
    EXPECT_EQ(expected.standing, actual.standing);
    EXPECT_EQ(expected.created_at, actual.created_at);
    EXPECT_EQ(expected.balance, actual.balance);
    EXPECT_EQ(expected.debt, actual.debt);
    EXPECT_EQ(expected.entries, actual.entries);
    EXPECT_EQ(expected.grants, actual.grants);
    EXPECT_EQ(expected.head, actual.head);
    EXPECT_EQ(expected.totals, actual.totals);
}

void expect_same(ledger::Entry const& expected, ledger::Entry const& actual) {
    EXPECT_EQ(expected.account, actual.account);
    EXPECT_EQ(expected.seq, actual.seq);
    EXPECT_EQ(expected.kind, actual.kind);
    EXPECT_EQ(expected.amount, actual.amount);
    EXPECT_EQ(expected.balance_after, actual.balance_after);
    EXPECT_EQ(expected.job, actual.job);
    EXPECT_EQ(expected.charge, actual.charge);
    EXPECT_EQ(expected.action, actual.action);
    EXPECT_EQ(expected.reference, actual.reference);
    EXPECT_EQ(expected.note, actual.note);
    EXPECT_EQ(expected.recorded_at, actual.recorded_at);
    EXPECT_EQ(expected.effective_at, actual.effective_at);
    EXPECT_EQ(expected.draws, actual.draws);
    EXPECT_EQ(expected.hash, actual.hash);
}

}  // namespace contract
