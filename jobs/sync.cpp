// What is checked, in this order: whose call it is, whether it is of now, whether it was answered
// before, whether the source may do that, and at last the money.
#include "jobs/sync.h"

#include <algorithm>

#include "base/hmac.h"
#include "jobs/credits.h"

namespace jobs {

namespace {

std::string signed_text(SyncRequest const& what) {
    return what.telegram_id + ":" + std::to_string(what.amount.value) + ":" + what.source + ":" +
           what.timestamp;
}

// No source has a colon in its name, so that no two have a reference in common.
std::string reference_of(SyncRequest const& what) {
    auto const own = "sync:" + what.source;
    return what.reference.empty() ? own + ":token:" + signed_text(what)
                                  : own + ":ref:" + what.reference;
}

// Both secrets are always tried, and a source that there is not takes as long as one that is.
bool token_is_good(SyncSource const* source, SyncRequest const& what) {
    static SyncSource const nobody{.name = {}, .secret = "nobody", .previous_secret = {}};
    auto const& known = source == nullptr ? nobody : *source;
    bool const by_new = base::same_secret(token_of(what, known.secret), what.token);
    bool const by_old = base::same_secret(token_of(what, known.previous_secret), what.token);
    bool const good = by_new || (by_old && !known.previous_secret.empty());
    return source != nullptr && good;
}

Synced refused(SyncOutcome outcome) {
    Synced answer;
    answer.outcome = outcome;
    return answer;
}

// Why the source may not do that, if it may not.
std::optional<Synced> forbidden(Batch const& batch, SyncSource const& source,
                                SyncRequest const& what) {
    bool const adds = what.amount.value > 0;
    if (adds ? !source.may_add : !source.may_deduct) {
        return refused(SyncOutcome::direction_not_allowed);
    }
    if (!adds || !source.daily_cap) {
        return std::nullopt;
    }
    auto const found = batch.added_today.find(source.name);
    auto const used = found == batch.added_today.end() ? base::Credits{} : found->second;
    auto const then = base::checked_add(used, what.amount);
    if (then && *then <= *source.daily_cap) {
        return std::nullopt;
    }
    auto answer = refused(SyncOutcome::daily_cap);
    answer.used = used;
    answer.limit = *source.daily_cap;
    answer.free_at = utc_day(batch.now) + std::chrono::days{1};
    return answer;
}

std::optional<Synced> answered_before(Batch& batch, std::string const& user,
                                      SyncRequest const& what) {
    auto const found = batch.by_reference.find(reference_of(what));
    if (found == batch.by_reference.end()) {
        return std::nullopt;
    }
    ledger::Entry const& entry = found->second;
    ledger::Wallet const* const wallet = batch.wallet_of(user);
    bool const same = wallet != nullptr && wallet->account.id == entry.account &&
                      entry.kind == ledger::Kind::sync && entry.amount == what.amount;
    if (!same) {
        auto answer = refused(SyncOutcome::refused);
        answer.moved = {.outcome = MoveOutcome::reference_conflict, .entry = entry};
        return answer;
    }
    auto answer = refused(SyncOutcome::repeated);
    answer.moved = {.outcome = MoveOutcome::repeated,
                    .entry = entry,
                    .balance = shown_after(entry, *wallet, batch.now)};
    return answer;
}

Moved move(Batch& batch, std::string const& user, SyncRequest const& what, Rules const& rules) {
    if (what.amount.value > 0) {
        return give(batch, user,
                    {.kind = ledger::Kind::sync,
                     .amount = what.amount,
                     .action = what.source,
                     .reference = reference_of(what),
                     .note = what.reason},
                    rules);
    }
    return take(batch, user,
                {.kind = ledger::Kind::sync,
                 .amount = -what.amount,
                 .action = what.source,
                 .reference = reference_of(what),
                 .note = what.reason},
                rules);
}

Synced sync_one(Batch& batch, SyncRequest const& what, Rules const& rules) {
    auto const found = batch.sources.find(what.source);
    auto const* const source = found == batch.sources.end() ? nullptr : &found->second;
    if (!token_is_good(source, what)) {
        return refused(SyncOutcome::bad_token);
    }
    if (what.signed_at < batch.now - token_life || what.signed_at > batch.now + token_life) {
        return refused(SyncOutcome::stale_token);
    }
    auto const user = user_of(batch, {.source = what.source, .telegram_id = what.telegram_id});
    if (auto answer = answered_before(batch, user, what)) {
        return *answer;
    }
    if (auto answer = forbidden(batch, *source, what)) {
        return *answer;
    }
    Synced answer;
    answer.moved = move(batch, user, what, rules);
    if (answer.moved.outcome != MoveOutcome::moved) {
        answer.outcome = SyncOutcome::refused;
    } else if (what.amount.value > 0 && source->daily_cap) {
        batch.added_today[what.source] += what.amount;
    }
    return answer;
}

}  // namespace

std::string default_user(std::string const& telegram_id) {
    return "tg:" + telegram_id;
}

std::string user_of(std::map<SyncedUser, std::string> const& links, SyncedUser const& who) {
    auto own = links.find(who);
    if (own == links.end()) {
        own = links.find({.source = "", .telegram_id = who.telegram_id});
    }
    return own == links.end() ? default_user(who.telegram_id) : own->second;
}

std::vector<std::string> users_of(Batch const& batch, Load const& load) {
    std::vector<std::string> users;
    users.reserve(load.synced.size());
    for (auto const& who : load.synced) {
        users.push_back(user_of(batch, who));
    }
    std::ranges::sort(users);
    auto const twice = std::ranges::unique(users);
    users.erase(twice.begin(), twice.end());
    return users;
}

base::Timestamp utc_day(base::Timestamp at) {
    return std::chrono::floor<std::chrono::days>(at);
}

std::string token_of(SyncRequest const& request, std::string_view secret) {
    return base::hex(base::hmac_sha256(secret, signed_text(request)));
}

Load load_for(std::vector<SyncRequest> const& requests) {
    Load load{.new_accounts = static_cast<int>(requests.size())};
    for (auto const& what : requests) {
        load.synced.push_back({.source = what.source, .telegram_id = what.telegram_id});
        load.references.push_back(reference_of(what));
    }
    return load;
}

std::vector<Synced> sync(Batch& batch, std::vector<SyncRequest> const& requests,
                         Rules const& rules) {
    std::vector<Synced> answers;
    answers.reserve(requests.size());
    for (auto const& what : requests) {
        answers.push_back(sync_one(batch, what, rules));
    }
    return answers;
}

}  // namespace jobs
