// Rows of money.
#include "adapters/postgres/rows.h"

#include <algorithm>

#include "adapters/postgres/text.h"

namespace adapters::postgres {

namespace {

// Service names may hold anything, so what means something in the line is written as %XX.
std::string escaped(std::string_view name) {
    std::string out;
    for (char const c : name) {
        switch (c) {
            case ':':
                out += "%3a";
                break;
            case ';':
                out += "%3b";
                break;
            case '%':
                out += "%25";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string unescaped(std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '%' || i + 2 >= name.size()) {
            out += name[i];
            continue;
        }
        auto const code = name.substr(i + 1, 2);
        out += code == "3a" ? ':' : code == "3b" ? ';' : '%';
        i += 2;
    }
    return out;
}

// The part before the mark; `rest` is moved behind it.
std::string_view cut(std::string_view& rest, char mark) {
    auto const at = rest.find(mark);
    auto const part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return part;
}

std::int64_t number(std::string_view digits) {
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

ledger::Grant parse_grant(std::string_view line) {
    ledger::Grant grant;
    grant.number = number(cut(line, ':'));
    grant.kind = static_cast<ledger::Kind>(number(cut(line, ':')));
    grant.amount = {number(cut(line, ':'))};
    grant.remaining = {number(cut(line, ':'))};
    grant.effective_at = base::from_ms(number(cut(line, ':')));
    if (auto const expires = number(cut(line, ':')); expires != 0) {
        grant.expires_at = base::from_ms(expires);
    }
    grant.service = unescaped(line);
    return grant;
}

std::optional<std::int64_t> next_expiry(ledger::Wallet const& wallet) {
    std::optional<std::int64_t> soonest;
    for (auto const& grant : wallet.grants) {
        if (grant.expires_at && grant.remaining.value > 0) {
            auto const at = base::to_ms(*grant.expires_at);
            soonest = std::min(soonest.value_or(at), at);
        }
    }
    return soonest;
}

std::int64_t or_zero(std::optional<base::Timestamp> const& at) {
    return at ? base::to_ms(*at) : 0;
}

// Username, e-mail, time zone and what stands in the way of spending are seldom there and never
// asked for: one column for the four, so that a debit carries one empty value instead of four. The
// last one is left out with its mark where there is nothing.
std::string facts_of(ledger::Account const& account) {
    auto const standing = ledger::line_of(account.standing);
    if (account.username.empty() && account.email.empty() && account.time_zone.empty() &&
        standing.empty()) {
        return "";
    }
    return escaped(account.username) + ':' + escaped(account.email) + ':' +
           escaped(account.time_zone) + (standing.empty() ? "" : ':' + escaped(standing));
}

}  // namespace

void read_facts(std::string_view facts, ledger::Account& account) {
    if (!facts.empty()) {
        account.username = unescaped(cut(facts, ':'));
        account.email = unescaped(cut(facts, ':'));
        account.time_zone = unescaped(cut(facts, ':'));
        account.standing = ledger::parse_standing(unescaped(facts));
    }
}

std::string to_line(std::vector<ledger::Grant> const& grants) {
    std::vector<ledger::Grant const*> open;
    for (auto const& grant : grants) {
        if (grant.remaining.value > 0) {
            open.push_back(&grant);
        }
    }
    std::ranges::sort(open, {}, &ledger::Grant::number);
    std::string line;
    for (auto const* grant : open) {
        line += line.empty() ? "" : ";";
        for (auto const value : {grant->number, static_cast<std::int64_t>(grant->kind),
                                 grant->amount.value, grant->remaining.value,
                                 base::to_ms(grant->effective_at), or_zero(grant->expires_at)}) {
            line += std::to_string(value) + ':';
        }
        line += escaped(grant->service);
    }
    return line;
}

std::vector<ledger::Grant> parse_grants(std::string_view line) {
    std::vector<ledger::Grant> grants;
    while (!line.empty()) {
        grants.push_back(parse_grant(cut(line, ';')));
    }
    return grants;
}

std::string_view const account_columns =
    "id, user_id, tier, facts, member_until, frozen, created_at, balance, "
    "debt, entries, grants, head, "
    "recharged, consumed, refunded, expired, open";

ledger::Wallet read_wallet(pqxx::row const& source) {
    Row row{source};
    ledger::Wallet wallet;
    auto& account = wallet.account;
    account.id = {row.integer()};
    account.user = row.text();
    account.tier = row.text();
    read_facts(row.text(), account);
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
    wallet.grants = parse_grants(row.view());
    return wallet;
}

void put_new_account(Rows& rows, ledger::Wallet const& wallet) {
    auto const& account = wallet.account;
    rows.put(account.id, or_zero(account.member_until), account.created_at, next_expiry(wallet),
             account.balance, account.debt, account.entries, account.grants,
             account.totals.recharged, account.totals.consumed, account.totals.refunded,
             account.totals.expired, account.frozen, account.user, account.tier, facts_of(account),
             account.head, to_line(wallet.grants));
    rows.end_row();
}

void put_changed_account(Rows& rows, ledger::Wallet const& wallet, std::int64_t entries_before) {
    auto const& account = wallet.account;
    rows.put(account.id, or_zero(account.member_until), next_expiry(wallet), account.balance,
             account.debt, account.entries, account.grants, account.totals.recharged,
             account.totals.consumed, account.totals.refunded, account.totals.expired,
             account.frozen, account.tier, facts_of(account), account.head, to_line(wallet.grants),
             entries_before);
    rows.end_row();
}

std::string_view const grant_columns =
    "number, kind, amount, effective_at, coalesce(expires_at, 0), service";

ledger::Grant read_grant(pqxx::row const& source) {
    Row row{source};
    ledger::Grant grant;
    grant.number = row.integer();
    grant.kind = static_cast<ledger::Kind>(row.integer());
    grant.amount = row.credits();
    grant.effective_at = row.time();
    grant.expires_at = row.maybe_time();
    grant.service = row.text();
    return grant;
}

std::string_view const entry_columns =
    "account, seq, kind, amount, balance_after, job, charge, action, reference, note, recorded_at, "
    "effective_at, draws, hash";

ledger::Entry read_entry(pqxx::row const& source) {
    Row row{source};
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

void put_entry(Rows& rows, ledger::Entry const& entry) {
    rows.put(entry.account, entry.seq, entry.amount, entry.balance_after, entry.job,
             entry.recorded_at, entry.effective_at, entry.charge, static_cast<int>(entry.kind),
             entry.hash, ledger::to_line(entry.draws), entry.action, entry.reference, entry.note);
    rows.end_row();
}

}  // namespace adapters::postgres
