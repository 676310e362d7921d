// Rows of money.
#include "adapters/sqlite/rows.h"

#include <fmt/core.h>

#include "adapters/store.h"

namespace adapters::sqlite {

std::string select(std::string_view columns, std::string_view rest) {
    return fmt::format("SELECT {} FROM {}", columns, rest);
}

std::string_view const account_columns =
    "id, user, tier, username, email, time_zone, member_until, frozen, created_at, balance, debt, "
    "entries, grants, head, "
    "recharged, consumed, refunded, expired, standing";

ledger::Account read_account(Query& row) {
    ledger::Account account;
    account.id = {row.integer()};
    account.user = row.text();
    account.tier = row.text();
    account.username = row.text();
    account.email = row.text();
    account.time_zone = row.text();
    account.member_until = row.maybe_time();
    account.frozen = row.flag();
    account.created_at = row.time();
    account.balance = row.credits();
    account.debt = row.credits();
    account.entries = row.integer();
    account.grants = row.integer();
    account.head = row.hash();
    account.totals.recharged = row.credits();
    account.totals.consumed = row.credits();
    account.totals.refunded = row.credits();
    account.totals.expired = row.credits();
    account.standing = ledger::parse_standing(row.view());
    return account;
}

std::string_view const grant_columns =
    "number, kind, amount, remaining, effective_at, expires_at, service";

ledger::Grant read_grant(Query& row) {
    ledger::Grant grant;
    grant.number = row.integer();
    grant.kind = static_cast<ledger::Kind>(row.integer());
    grant.amount = row.credits();
    grant.remaining = row.credits();
    grant.effective_at = row.time();
    grant.expires_at = row.maybe_time();
    grant.service = row.text();
    return grant;
}

std::string_view const entry_columns =
    "account, seq, kind, amount, balance_after, job, charge, action, reference, note, recorded_at, "
    "effective_at, draws, hash";

ledger::Entry read_entry(Query& row) {
    ledger::Entry entry;
    entry.account = {row.integer()};
    entry.seq = row.integer();
    entry.kind = static_cast<ledger::Kind>(row.integer());
    entry.amount = row.credits();
    entry.balance_after = row.credits();
    entry.job = {row.integer()};
    entry.charge = row.small();
    entry.action = row.text();
    entry.reference = row.text();
    entry.note = row.text();
    entry.recorded_at = row.time();
    entry.effective_at = row.time();
    // Draws that can't be read were tampered with: none of them is what the audit reports.
    entry.draws = ledger::parse_draws(row.view()).value_or(std::vector<ledger::Draw>{});
    entry.hash = row.hash();
    return entry;
}

}  // namespace adapters::sqlite
