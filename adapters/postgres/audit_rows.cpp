#include "adapters/postgres/audit_rows.h"

#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

// Two numbers that came as one: the low one has so many bits with its sign, so that no two pairs
// are the same number.
struct Pair {
    std::int64_t high = 0;
    std::int64_t low = 0;
};

Pair split(std::int64_t both, int bits) {
    auto const half = std::int64_t{1} << (bits - 1);
    auto const mask = (std::int64_t{1} << bits) - 1;
    auto const low = ((both + half) & mask) - half;
    return {.high = (both - low) >> bits, .low = low};
}

}  // namespace

AuditTable const audited_accounts{
    "id, entries, user_id, tier, facts, member_until, frozen, created_at, balance, debt, grants, "
    "head, recharged, consumed, refunded, expired, open",
    17, "accounts", "id"};

AuditTable const audited_grants{"account, number, kind, amount, effective_at, expires_at, service",
                                7, "grants"};

// Each column that is written costs the server more than to find it, and a null costs nothing. So
// small ones share a number, and what is mostly the same as another one is null then.
AuditTable const audited_entries{
    "account, seq, charge::bigint * 65536 + kind, amount, balance_after, job, action, reference, "
    "note, recorded_at, nullif(effective_at, recorded_at), draws, hash",
    13, "entries"};

// Neither the user nor the terms: they stand behind wide columns, and to take a row apart up to
// them is a quarter of what reading it costs. Few jobs need the terms; those are read apart.
AuditTable const audited_jobs{
    "account, id, charge::bigint * 131072 + state * 2 + charge_open::int, quoted, "
    "nullif(debited, quoted), nullif(settled, debited), nullif(waived, 0), nullif(net, debited)",
    8, "job_now"};

AuditTable const audited_orders{
    "account, created_at, id, bought, amount, status, paid_at, provider, trade, grant_number, "
    "bonus_number, returns, revoked, owed, lost",
    15, "orders"};

AuditTable const audited_leaves{"account, seq, head", 3, "sealed_heads"};

ledger::Wallet wallet_in(Columns columns) {
    ledger::Wallet wallet;
    auto& account = wallet.account;
    account.id = {columns.integer()};
    account.entries = columns.integer();
    account.user = columns.view();
    account.tier = columns.view();
    read_facts(columns.view(), account);
    account.member_until = columns.maybe_time();
    account.frozen = columns.flag();
    account.created_at = columns.time();
    account.balance = columns.credits();
    account.debt = columns.credits();
    account.grants = columns.integer();
    account.head = columns.hash();
    account.totals.recharged = columns.credits();
    account.totals.consumed = columns.credits();
    account.totals.refunded = columns.credits();
    account.totals.expired = columns.credits();
    wallet.grants = parse_grants(columns.view());
    return wallet;
}

ledger::Grant grant_in(Columns columns) {
    ledger::Grant grant;
    columns.integer();
    grant.number = columns.integer();
    grant.kind = static_cast<ledger::Kind>(columns.integer());
    grant.amount = columns.credits();
    grant.effective_at = columns.time();
    grant.expires_at = columns.maybe_time();
    grant.service = columns.view();
    return grant;
}

ledger::Leaf leaf_in(Columns columns) {
    ledger::Leaf leaf;
    leaf.account = {columns.integer()};
    leaf.seq = columns.integer();
    leaf.head = columns.hash();
    return leaf;
}

jobs::Order order_in(Columns columns) {
    jobs::Order order;
    order.account = {columns.integer()};
    order.created_at = columns.time();
    order.id = columns.view();
    order.bought = jobs::parse_bought(columns.view()).value_or(jobs::CreditsBought{});
    order.amount = columns.integer();
    order.status = static_cast<jobs::OrderStatus>(columns.small());
    order.paid_at = columns.nullable_time();
    order.provider = columns.view();
    order.trade = columns.view();
    order.grant = columns.integer();
    order.bonus_grant = columns.integer();
    order.returns = jobs::parse_returns(columns.view());
    order.revoked = columns.credits();
    order.owed = columns.credits();
    order.lost = columns.credits();
    return order;
}

void read_into(Columns columns, ledger::Entry& entry) {
    entry.account = {columns.integer()};
    entry.seq = columns.integer();
    auto const kind = split(columns.integer(), 16);
    entry.kind = static_cast<ledger::Kind>(kind.low);
    entry.charge = static_cast<int>(kind.high);
    entry.amount = columns.credits();
    entry.balance_after = columns.credits();
    entry.job = {columns.integer()};
    entry.action = columns.view();
    entry.reference = columns.view();
    entry.note = columns.view();
    entry.recorded_at = columns.time();
    entry.effective_at = columns.nullable_time().value_or(entry.recorded_at);
    // Draws that can't be read were tampered with: none of them is what the audit reports.
    ledger::parse_draws(columns.view(), entry.draws);
    entry.hash = columns.hash();
}

void read_into(Columns columns, jobs::Job& job) {
    job.account = {columns.integer()};
    job.id = {columns.integer()};
    auto& bill = job.bill;
    auto const state = split(columns.integer(), 17);
    job.state = static_cast<jobs::State>(state.low >> 1);
    bill.open = (state.low & 1) != 0;
    bill.charge = static_cast<int>(state.high);
    job.quoted = columns.credits();
    bill.debited = columns.credits_or(job.quoted);
    bill.settled = columns.credits_or(bill.debited);
    bill.waived = columns.credits_or({});
    bill.net = columns.credits_or(bill.debited);
    job.terms = {};
}

// A charge may have been kept: an earlier one, one that nothing was taken for since, or that of a
// job that ended without a result and still cost something.
bool needs_terms(jobs::Job const& job) {
    auto const& bill = job.bill;
    bool const unsuccessful =
        job.state == jobs::State::failed || job.state == jobs::State::cancelled;
    bool const idle = bill.charge > 0 && !bill.open && bill.debited.value == 0;
    return bill.charge > 1 || idle || (unsuccessful && bill.net.value != 0);
}

}  // namespace adapters::postgres
