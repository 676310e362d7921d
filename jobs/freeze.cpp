#include "jobs/freeze.h"

#include "jobs/wake.h"

namespace jobs {

namespace {

Frozen answer(ledger::Wallet const* wallet, FreezeOutcome outcome) {
    return {.outcome = outcome, .wallet = wallet == nullptr ? ledger::Wallet{} : *wallet};
}

// Nothing stops it any more: its jobs go on.
Frozen release(Batch& batch, ledger::Wallet& wallet, Rules const& rules) {
    wallet.changed = true;
    bool const stopped =
        wallet.account.frozen || ledger::braked(wallet.account.standing, batch.now);
    if (!stopped) {
        batch.released.push_back(wallet.account.id);
    }
    auto const id = wallet.account.id;
    auto const freed = stopped ? 0 : wake(batch, rules).ready;
    auto done = answer(batch.wallet_of(id), FreezeOutcome::done);
    done.freed = freed;
    return done;
}

}  // namespace

Load load_for_freeze(std::string const& user) {
    return {.users = {user}};
}

Frozen freeze(Batch& batch, std::string const& user, std::string reason, std::string by) {
    auto* const wallet = batch.wallet_of(user);
    if (wallet == nullptr) {
        return answer(wallet, FreezeOutcome::missing);
    }
    if (wallet->account.frozen) {
        return answer(wallet, FreezeOutcome::unchanged);
    }
    wallet->account.frozen = true;
    wallet->account.standing.freeze = ledger::Stop{
        .reason = std::move(reason), .by = std::move(by), .since = batch.now, .until = {}};
    wallet->changed = true;
    batch.stopped.push_back(wallet->account.id);
    return answer(wallet, FreezeOutcome::done);
}

Load load_for_release(std::string const& user) {
    Load load{.sweep = Sweep{.freed = user, .freed_most = most_freed},
              .users = {user},
              .wallets_of_jobs = true,
              .charges_of_all = true,
              .fairness_of_jobs = true,
              .in_flight = true};
    return load;
}

Frozen unfreeze(Batch& batch, std::string const& user, Rules const& rules) {
    auto* const wallet = batch.wallet_of(user);
    if (wallet == nullptr) {
        return answer(wallet, FreezeOutcome::missing);
    }
    if (!wallet->account.frozen) {
        return answer(wallet, FreezeOutcome::unchanged);
    }
    wallet->account.frozen = false;
    wallet->account.standing.freeze.reset();
    return release(batch, *wallet, rules);
}

Frozen lift_brake(Batch& batch, std::string const& user, Rules const& rules) {
    auto* const wallet = batch.wallet_of(user);
    if (wallet == nullptr) {
        return answer(wallet, FreezeOutcome::missing);
    }
    auto& standing = wallet->account.standing;
    if (!ledger::braked(standing, batch.now)) {
        return answer(wallet, FreezeOutcome::unchanged);
    }
    standing.brake.reset();
    standing.brake_lifted_at = batch.now;
    return release(batch, *wallet, rules);
}

Frozen set_caps(Batch& batch, std::string const& user, ledger::Caps const& caps) {
    auto* const wallet = batch.wallet_of(user);
    if (wallet == nullptr) {
        return answer(wallet, FreezeOutcome::missing);
    }
    if (wallet->account.standing.caps == caps) {
        return answer(wallet, FreezeOutcome::unchanged);
    }
    wallet->account.standing.caps = caps;
    wallet->changed = true;
    return answer(wallet, FreezeOutcome::done);
}

Frozen set_member_until(Batch& batch, std::string const& user,
                        std::optional<base::Timestamp> until) {
    auto* const wallet = batch.wallet_of(user);
    if (wallet == nullptr) {
        return answer(wallet, FreezeOutcome::missing);
    }
    auto& held = wallet->account.member_until;
    bool const is_member = held && *held > batch.now;
    if (until ? held == until : !is_member) {
        return answer(wallet, FreezeOutcome::unchanged);
    }
    held = until.value_or(batch.now);
    wallet->changed = true;
    return answer(wallet, FreezeOutcome::done);
}

}  // namespace jobs
