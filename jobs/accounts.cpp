// Credits that move without a job.
#include "jobs/accounts.h"

namespace jobs {

namespace {

// The answer to a reference that was used before, if it was.
std::optional<Moved> earlier(Batch& batch, std::string const& user, std::string const& reference,
                             ledger::Kind kind, base::Credits amount) {
    auto const found = batch.by_reference.find(reference);
    if (reference.empty() || found == batch.by_reference.end()) {
        return std::nullopt;
    }
    ledger::Entry const& entry = found->second;
    ledger::Wallet const* const wallet = batch.wallet_of(user);
    bool const same = wallet != nullptr && wallet->account.id == entry.account &&
                      entry.kind == kind && entry.amount == amount;
    return Moved{.outcome = same ? MoveOutcome::repeated : MoveOutcome::reference_conflict,
                 .entry = entry,
                 .balance = wallet == nullptr ? base::Credits{} : balance(*wallet, batch.now)};
}

Moved moved(Batch& batch, ledger::Wallet const& wallet) {
    ledger::Entry const& entry = wallet.posted.back();
    if (!entry.reference.empty()) {
        batch.by_reference.emplace(entry.reference, entry);
    }
    return {.outcome = MoveOutcome::moved, .entry = entry, .balance = balance(wallet, batch.now)};
}

enum class Use : std::uint8_t { first, later };

Use use_of(Batch& batch, std::string const& user) {
    return batch.wallet_of(user) == nullptr ? Use::first : Use::later;
}

Moved answer(Batch& batch, ledger::Wallet const& wallet, MoveOutcome outcome, Use use) {
    if (outcome == MoveOutcome::moved) {
        return moved(batch, wallet);
    }
    Moved refused{.outcome = outcome, .entry = {}, .balance = balance(wallet, batch.now)};
    if (outcome == MoveOutcome::braked) {
        refused.braked_until = wallet.account.standing.brake->until;
        refused.frees_in = refused.braked_until.value_or(batch.now) - batch.now;
    }
    if (use == Use::first) {
        close_unused(batch);
    }
    return refused;
}

MoveOutcome outcome_of(ledger::CreditOutcome outcome) {
    switch (outcome) {
        case ledger::CreditOutcome::credited:
            return MoveOutcome::moved;
        case ledger::CreditOutcome::not_positive:
            return MoveOutcome::not_positive;
        case ledger::CreditOutcome::already_expired:
            return MoveOutcome::already_expired;
        case ledger::CreditOutcome::overflow:
            return MoveOutcome::overflow;
    }
    CHECK(false);
}

MoveOutcome outcome_of(ledger::DebitOutcome outcome) {
    switch (outcome) {
        case ledger::DebitOutcome::debited:
            return MoveOutcome::moved;
        case ledger::DebitOutcome::not_positive:
            return MoveOutcome::not_positive;
        case ledger::DebitOutcome::insufficient_credits:
            return MoveOutcome::insufficient_credits;
        case ledger::DebitOutcome::frozen:
            return MoveOutcome::frozen;
        case ledger::DebitOutcome::braked:
            return MoveOutcome::braked;
        case ledger::DebitOutcome::overflow:
            return MoveOutcome::overflow;
    }
    CHECK(false);
}

}  // namespace

Load load_for_move(std::string const& user, std::string const& reference) {
    Load load{.users = {user}, .new_accounts = 1};
    if (!reference.empty()) {
        load.references.push_back(reference);
    }
    return load;
}

ledger::Wallet& wallet_for(Batch& batch, std::string const& user, Rules const& rules) {
    if (ledger::Wallet* const known = batch.wallet_of(user)) {
        return *known;
    }
    auto const id = batch.take_account_id();
    batch.wallets.push_back(ledger::open_account(id, user, rules.signup_gift, batch.now));
    return batch.wallets.back();
}

Moved grant(Batch& batch, std::string const& user, ledger::Credit const& what, Rules const& rules) {
    if (auto answer = earlier(batch, user, what.reference, what.kind, what.amount)) {
        return *answer;
    }
    if (what.amount.value <= 0) {
        return {.outcome = MoveOutcome::not_positive};
    }
    auto const use = use_of(batch, user);
    ledger::Wallet& wallet = wallet_for(batch, user, rules);
    auto const outcome = outcome_of(ledger::credit(wallet, what, batch.now));
    return answer(batch, wallet, outcome, use);
}

Moved spend(Batch& batch, std::string const& user, ledger::Debit const& what, Rules const& rules) {
    if (auto answer = earlier(batch, user, what.reference, what.kind, -what.amount)) {
        return *answer;
    }
    if (what.amount.value <= 0) {
        return {.outcome = MoveOutcome::not_positive};
    }
    auto const use = use_of(batch, user);
    ledger::Wallet& wallet = wallet_for(batch, user, rules);
    auto const outcome = outcome_of(ledger::debit(wallet, what, batch.now));
    return answer(batch, wallet, outcome, use);
}

void close_unused(Batch& batch) {
    ledger::Account const& account = batch.wallets.back().account;
    CHECK(batch.wallets.back().created && batch.account_ids_taken > 0 &&
          batch.account_ids[batch.account_ids_taken - 1] == account.id);
    batch.users_seen.erase(account.user);
    batch.accounts_seen.erase(account.id);
    batch.account_ids_taken -= 1;
    batch.wallets.pop_back();
}

Load load_for_expiry(int accounts) {
    return {.expirable = accounts};
}

ExpiryRun expire(Batch& batch) {
    ExpiryRun run;
    for (ledger::Wallet& wallet : batch.wallets) {
        auto const expired = ledger::expire(wallet, batch.now);
        run.accounts += expired.grants > 0 ? 1 : 0;
        run.grants += expired.grants;
        run.credits += expired.credits;
    }
    return run;
}

}  // namespace jobs
