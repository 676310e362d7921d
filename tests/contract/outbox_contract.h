// Messages of a store, and what a test does with them.
#pragma once

#include "jobs/warn.h"
#include "ledger/credit.h"
#include "ledger/debit.h"
#include "tests/contract/store_contract.h"

namespace contract {

inline constexpr base::Millis lease{10'000};

inline adapters::LanesWanted any_lanes() {
    return {.targets = 10, .lanes = 10, .messages = 10, .lease = lease};
}

class OutboxContract : public StoreContract {
protected:
    void write(std::vector<jobs::Message> const& messages) {
        change({}, [&](jobs::Batch& batch) { batch.messages = messages; });
    }

    adapters::Outbox& outbox() { return store().outbox(); }

    std::vector<adapters::Lane> claim(adapters::LanesWanted const& wanted = any_lanes()) {
        return outbox().claim(wanted).lanes;
    }

    jobs::Warned warn(int limit, int stage = 0) {
        jobs::Warned warned;
        change(jobs::load_for_warnings(jobs::stages()[static_cast<std::size_t>(stage)], limit),
               [&](jobs::Batch& batch) {
                   warned =
                       jobs::warn(batch, jobs::stages()[static_cast<std::size_t>(stage)], limit);
                   for (auto const& notice : batch.notices) {
                       told_.push_back(notice.user);
                   }
               });
        return warned;
    }

    void grant(std::string const& user, base::Millis lasts) {
        change({.users = {user}}, [&](jobs::Batch& batch) {
            auto const outcome = ledger::credit(
                *batch.wallet_of(user),
                {.kind = ledger::Kind::bonus, .amount = {10}, .expires_at = batch.now + lasts},
                batch.now);
            ASSERT_EQ(outcome, ledger::CreditOutcome::credited);
        });
    }

    std::vector<std::string> told_;
};

}  // namespace contract
