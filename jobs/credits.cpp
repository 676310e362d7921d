// Each call is one entry. What a repeat must have in common stands in that entry: its amount, what
// it was for, and its note, which is made of all the rest.
#include "jobs/credits.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "jobs/money.h"
#include "jobs/outbox.h"

namespace jobs {

namespace {

// A user's own references can't take those of another user, or the number of an order.
std::string reference_of(std::string const& user, std::string const& reference) {
    return reference.empty()
               ? ""
               : "consume:" + std::to_string(user.size()) + ":" + user + ":" + reference;
}

// The answer to a reference that was used before, if it was. `amount` none: whatever it was.
std::optional<Moved> earlier(Batch& batch, std::string const& user, ledger::Entry const& again,
                             std::optional<base::Credits> amount) {
    auto const found = batch.by_reference.find(again.reference);
    if (again.reference.empty() || found == batch.by_reference.end()) {
        return std::nullopt;
    }
    ledger::Entry const& entry = found->second;
    ledger::Wallet const* const wallet = batch.wallet_of(user);
    bool const same = wallet != nullptr && wallet->account.id == entry.account &&
                      entry.kind == again.kind && entry.action == again.action &&
                      entry.note == again.note && (!amount || entry.amount == *amount);
    if (!same) {
        return Moved{.outcome = MoveOutcome::reference_conflict, .entry = entry};
    }
    bool const was_free = entry.seq == 0;  // it stands in no ledger, and says what was shown
    return Moved{
        .outcome = MoveOutcome::repeated,
        .entry = entry,
        .balance = was_free ? entry.balance_after : shown_after(entry, *wallet, batch.now)};
}

void sweep(Batch& batch, std::string const& user) {
    if (auto* const wallet = batch.wallet_of(user)) {
        ledger::expire(*wallet, batch.now);
    }
}

bool can_spend(ledger::Wallet const* wallet, ledger::Debit const& debit, base::Timestamp now) {
    return wallet != nullptr && !wallet->account.frozen && debit.amount.value > 0 &&
           ledger::spendable_on(*wallet, debit.service, now) >= debit.amount;
}

// Why a guard says no to it, if one does. A brake that is pulled stays pulled.
std::optional<Moved> guarded(Batch& batch, std::string const& user, ledger::Debit const& debit,
                             Taking const& taking, Rules const& rules) {
    auto* const wallet = batch.wallet_of(user);
    ledger::Account const nobody;
    auto const& account = wallet == nullptr ? nobody : wallet->account;
    if (taking.amount.value <= 0 || account.frozen || ledger::braked(account.standing, batch.now)) {
        return std::nullopt;  // the debit itself is refused
    }
    if (auto hit = over_cap(batch, account, taking, rules)) {
        batch.notices.push_back(cap_hit(batch, *hit, user, taking.service));
        Moved refused{.outcome = MoveOutcome::over_cap, .entry = {}, .balance = {}};
        refused.hit = std::move(hit);
        return refused;
    }
    bool const funds = wallet != nullptr &&
                       ledger::spendable_on(*wallet, debit.service, batch.now) >= taking.amount;
    if (!funds || !brakes(batch, *wallet, taking, rules)) {
        return std::nullopt;
    }
    auto const& brake = *wallet->account.standing.brake;
    Moved refused{.outcome = MoveOutcome::braked,
                  .entry = {},
                  .balance = ledger::balance(*wallet, batch.now)};
    refused.braked_until = brake.until;
    refused.frees_in = brake.until.value_or(batch.now) - batch.now;
    refused.why = brake.reason;
    return refused;
}

std::string note_of(Recharge const& what) {
    return "recharge, paid " + std::to_string(what.paid) + " by " + what.method;
}

// What cost nothing makes no entry, so that it was asked for is kept beside the ledger.
void keep_free_use(Batch& batch, ledger::Entry use, ledger::Account const& account,
                   base::Credits shown) {
    if (use.reference.empty()) {
        return;
    }
    use.account = account.id;
    use.recorded_at = batch.now;
    use.balance_after = shown;
    batch.by_reference.emplace(use.reference, use);
    batch.used_free.push_back(std::move(use));
}

// All that the price is made of, so that another use under the same reference is told apart.
std::string note_of(Request const& request) {
    auto note = request.service + " points";
    auto const& usage = request.usage;
    if (usage.duration) {
        note += ", " + base::to_text(*usage.duration);
    }
    if (usage.maximum && usage.maximum != usage.duration) {
        note += ", at most " + base::to_text(*usage.maximum);
    }
    if (usage.characters) {
        note += ", " + std::to_string(*usage.characters) + " characters";
    }
    return note;
}

}  // namespace

// What was shown as the balance right after that entry. What was not in effect yet is in the
// ledger's balance, but could not be spent. When a grant was made is not kept with it: one that
// takes effect after the entry was there before it if a later one was drawn from, or, most likely,
// if it is for the future even now; otherwise it was made since.
base::Credits shown_after(ledger::Entry const& entry, ledger::Wallet const& wallet,
                          base::Timestamp now) {
    std::int64_t last = 0;
    for (auto const& draw : entry.draws) {
        last = std::max(last, draw.grant);
    }
    auto shown = entry.balance_after;
    for (auto const& grant : wallet.grants) {
        bool const was_there = grant.number < last || grant.effective_at > now;
        if (was_there && grant.effective_at > entry.recorded_at) {
            shown -= grant.remaining;
        }
    }
    return shown;
}

Moved give(Batch& batch, std::string const& user, ledger::Credit const& what, Rules const& rules) {
    if (what.amount.value > 0) {
        sweep(batch, user);
    }
    return grant(batch, user, what, rules);
}

// A refusal changes nothing, so it records no expiry either.
Moved take(Batch& batch, std::string const& user, ledger::Debit const& what, Rules const& rules) {
    if (can_spend(batch.wallet_of(user), what, batch.now)) {
        sweep(batch, user);
    }
    auto moved = spend(batch, user, what, rules);
    auto const* const wallet = batch.wallet_of(user);
    if (moved.outcome == MoveOutcome::insufficient_credits && wallet != nullptr) {
        moved.balance = ledger::spendable_on(*wallet, what.service, batch.now);
    }
    return moved;
}

Moved take_guarded(Batch& batch, std::string const& user, ledger::Debit const& debit,
                   Taking const& taking, Rules const& rules) {
    if (auto refused = guarded(batch, user, debit, taking, rules)) {
        return *refused;
    }
    auto moved = take(batch, user, debit, rules);
    if (moved.outcome == MoveOutcome::moved) {
        count(batch, batch.wallet_of(user)->account, taking, rules);
    }
    return moved;
}

bool is_own_reference(std::string_view text) {
    constexpr std::array<std::string_view, 6> own{
        "order:", "bonus:", "returned:", "membership:", "consume:", "sync:"};
    return std::ranges::any_of(own,
                               [&](std::string_view prefix) { return text.starts_with(prefix); });
}

std::string_view given_reference(std::string_view stored) {
    auto rest = stored;
    if (rest.starts_with("sync:")) {  // sync.cpp makes these
        auto const name = rest.find(':', sizeof "sync:" - 1);
        constexpr std::string_view mark = ":ref:";
        bool const given = name != std::string_view::npos && rest.substr(name).starts_with(mark);
        return given ? rest.substr(name + mark.size()) : "";
    }
    if (!rest.starts_with("consume:")) {
        return stored;
    }
    rest.remove_prefix(rest.find(':') + 1);
    auto const length = base::parse_integer(rest.substr(0, rest.find(':')));
    rest.remove_prefix(std::min(rest.size(), rest.find(':') + 1));
    bool const fits = length && *length > 0 && *length < std::ssize(rest) &&
                      rest[static_cast<std::size_t>(*length)] == ':';
    return fits ? rest.substr(static_cast<std::size_t>(*length) + 1) : stored;
}

Load load_for(Consumption const& what, Rules const& rules) {
    auto load = load_for_move(what.user, reference_of(what.user, what.reference));
    look_at_spending(load, rules, {what.action});
    if (what.api_key != 0) {
        load.api_keys = {what.api_key};
    }
    return load;
}

Load load_for(Recharge const& what) {
    return load_for_move(what.user, what.order);
}

Moved consume(Batch& batch, Consumption const& what, Rules const& rules) {
    ledger::Debit const debit{.amount = what.amount,
                              .action = what.action,
                              .reference = reference_of(what.user, what.reference),
                              .note = what.description};
    ledger::Entry const again{.kind = debit.kind,
                              .action = debit.action,
                              .reference = debit.reference,
                              .note = debit.note};
    if (auto answer = earlier(batch, what.user, again, -what.amount)) {
        return *answer;
    }
    Taking const taking{.service = what.action, .amount = what.amount, .api_key = what.api_key};
    return take_guarded(batch, what.user, debit, taking, rules);
}

Moved recharge(Batch& batch, Recharge const& what, Rules const& rules) {
    ledger::Credit const credit{
        .amount = what.credits, .reference = what.order, .note = note_of(what)};
    ledger::Entry const again{
        .kind = credit.kind, .reference = credit.reference, .note = credit.note};
    if (auto answer = earlier(batch, what.user, again, what.credits)) {
        return *answer;
    }
    return give(batch, what.user, credit, rules);
}

Load load_for(PointsUse const& use, Rules const& rules) {
    auto const& user = use.request.user;
    auto load = load_for_move(user, reference_of(user, use.reference));
    load.free_uses = load.references;
    look_at_spending(load, rules, {use.request.service});
    if (use.request.api_key != 0) {
        load.api_keys = {use.request.api_key};
    }
    return load;
}

Submission cost_of(Batch& batch, PointsUse const& use, pricing::Book const& book,
                   Rules const& rules) {
    auto const& user = use.request.user;
    auto const* const known = batch.wallet_of(user);
    auto const as_it_would_be = known != nullptr
                                    ? ledger::Wallet{}
                                    : ledger::open_account({}, user, rules.signup_gift, batch.now);
    auto const& wallet = known != nullptr ? *known : as_it_would_be;
    auto answer = judge(batch, use.request, wallet, book, rules);
    if (answer.job && waived_for_member(wallet.account, *answer.job, batch.now)) {
        answer.required = {};
    }
    return answer;
}

PointsPaid pay(Batch& batch, PointsUse const& use, pricing::Book const& book, Rules const& rules) {
    auto const& user = use.request.user;
    ledger::Entry const again{.kind = ledger::Kind::consume,
                              .action = use.request.service,
                              .reference = reference_of(user, use.reference),
                              .note = note_of(use.request)};
    if (auto answer = earlier(batch, user, again, std::nullopt)) {
        return {.judged = {}, .moved = *answer};
    }
    PointsPaid paid{.judged = cost_of(batch, use, book, rules), .moved = {}};
    if (paid.judged.hit) {
        batch.notices.push_back(cap_hit(batch, *paid.judged.hit, user, use.request.service));
    }
    if (paid.judged.outcome != SubmitOutcome::created) {
        return paid;
    }
    if (paid.judged.required.value == 0) {
        auto const& wallet = wallet_for(batch, user, rules);
        paid.moved.balance = ledger::balance(wallet, batch.now);
        keep_free_use(batch, again, wallet.account, paid.moved.balance);
        return paid;
    }

    ledger::Debit const debit{.amount = paid.judged.required,
                              .service = use.request.service,
                              .reference = again.reference,
                              .note = again.note};
    Taking const taking{
        .service = debit.service, .amount = debit.amount, .api_key = use.request.api_key};
    paid.moved = take_guarded(batch, user, debit, taking, rules);
    return paid;
}

Load load_for_account(std::string const& user) {
    return {.users = {user}, .new_accounts = 1};
}

AccountPut put_account(Batch& batch, std::string const& user, AccountFacts const& facts,
                       Rules const& rules) {
    AccountPut put{.opened = batch.wallet_of(user) == nullptr, .wallet = {}};
    ledger::Wallet& wallet = wallet_for(batch, user, rules);
    auto const set = [&wallet](std::string& field, std::optional<std::string> const& fact) {
        if (fact && field != *fact) {
            field = *fact;
            wallet.changed = true;
        }
    };
    set(wallet.account.username, facts.username);
    set(wallet.account.email, facts.email);
    set(wallet.account.tier, facts.tier);
    set(wallet.account.time_zone, facts.time_zone);
    put.wallet = wallet;
    return put;
}

}  // namespace jobs
