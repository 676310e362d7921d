// Looking things up in a batch.
#include "jobs/batch.h"

namespace jobs {

namespace {

// Wallets and jobs are only ever added at the end, so what is missing from a look-up is the tail.
void bring_up_to_date(Batch& batch) {
    for (std::size_t i = batch.users_seen.size(); i < batch.wallets.size(); ++i) {
        batch.users_seen.emplace(batch.wallets[i].account.user, i);
        batch.accounts_seen.emplace(batch.wallets[i].account.id, i);
    }
}

}  // namespace

ledger::Wallet* Batch::wallet_of(std::string_view user) {
    bring_up_to_date(*this);
    auto const found = users_seen.find(std::string{user});
    return found == users_seen.end() ? nullptr : &wallets[found->second];
}

ledger::Wallet* Batch::wallet_of(base::AccountId account) {
    bring_up_to_date(*this);
    auto const found = accounts_seen.find(account);
    return found == accounts_seen.end() ? nullptr : &wallets[found->second];
}

base::JobId Batch::take_job_id() {
    CHECK(job_ids_taken < job_ids.size());
    return job_ids[job_ids_taken++];
}

base::AccountId Batch::take_account_id() {
    CHECK(account_ids_taken < account_ids.size());
    return account_ids[account_ids_taken++];
}

LoadedJob* Batch::find(base::JobId id) {
    for (std::size_t i = jobs_seen.size(); i < jobs.size(); ++i) {
        jobs_seen.emplace(jobs[i].job.id, i);
    }
    auto const found = jobs_seen.find(id);
    return found == jobs_seen.end() ? nullptr : &jobs[found->second];
}

}  // namespace jobs
