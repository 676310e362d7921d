// Makes entries, and chains each to the one before it.
#include "ledger/post.h"

#include <cstring>

namespace ledger {

namespace {

// A canonical byte form: fixed-width little-endian numbers, texts with their length before them, so
// that no two different entries have the same bytes.
class Bytes {
public:
    // Hashing millions of entries needs no memory for each: what they are written into is kept.
    Bytes() : bytes_{kept()} { bytes_.clear(); }

    Bytes(Bytes const&) = delete;
    Bytes& operator=(Bytes const&) = delete;
    ~Bytes() = default;

    void number(std::int64_t value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        bytes_.append(raw, sizeof value);
    }

    void text(std::string_view value) {
        number(static_cast<std::int64_t>(value.size()));
        bytes_.append(value);
    }

    void hash(base::Hash const& value) {
        bytes_.append(reinterpret_cast<char const*>(value.data()), value.size());
    }

    [[nodiscard]] std::string_view view() const { return bytes_; }

private:
    static std::string& kept() {
        thread_local std::string bytes;
        return bytes;
    }

    std::string& bytes_;
};

void add_grant(Bytes& bytes, Grant const& grant) {
    bytes.number(grant.number);
    bytes.number(static_cast<std::int64_t>(grant.kind));
    bytes.number(grant.amount.value);
    bytes.number(base::to_ms(grant.effective_at));
    bytes.number(grant.expires_at ? 1 : 0);
    bytes.number(grant.expires_at ? base::to_ms(*grant.expires_at) : 0);
    bytes.text(grant.service);
}

void apply(Wallet& wallet, Draw const& draw) {
    if (draw.grant == debt) {
        wallet.account.debt -= draw.amount;
        CHECK(wallet.account.debt.value >= 0);
        return;
    }
    Grant* const grant = find_grant(wallet, draw.grant);
    CHECK(grant != nullptr);
    grant->remaining += draw.amount;
    CHECK(grant->remaining.value >= 0 && grant->remaining <= grant->amount);
    grant->changed = true;
}

}  // namespace

Grant* find_grant(Wallet& wallet, std::int64_t number) {
    for (Grant& grant : wallet.grants) {
        if (grant.number == number) {
            return &grant;
        }
    }
    return nullptr;
}

Grant& open_grant(Wallet& wallet, Grant grant) {
    grant.number = wallet.account.grants + 1;
    CHECK(find_grant(wallet, grant.number) == nullptr);
    grant.remaining = {};
    grant.changed = true;
    return wallet.grants.emplace_back(std::move(grant));
}

base::Hash chain(base::Hash const& before, Entry const& entry, Grant const* opened) {
    Bytes bytes;
    bytes.hash(before);
    bytes.number(entry.account.value);
    bytes.number(entry.seq);
    bytes.number(static_cast<std::int64_t>(entry.kind));
    bytes.number(entry.amount.value);
    bytes.number(entry.balance_after.value);
    bytes.number(entry.job.value);
    bytes.number(entry.charge);
    bytes.text(entry.action);
    bytes.text(entry.reference);
    bytes.text(entry.note);
    bytes.number(base::to_ms(entry.recorded_at));
    bytes.number(base::to_ms(entry.effective_at));
    bytes.number(static_cast<std::int64_t>(entry.draws.size()));
    for (Draw const& draw : entry.draws) {
        bytes.number(draw.grant);
        bytes.number(draw.amount.value);
    }
    if (opened != nullptr) {
        add_grant(bytes, *opened);
    }
    return base::sha256(bytes.view());
}

void add_to_totals(Totals& totals, Kind kind, base::Credits amount) {
    bool const in = amount.value > 0;
    switch (kind) {
        case Kind::recharge:
        case Kind::bonus:
        case Kind::signup:
            totals.recharged += amount;
            return;
        case Kind::sync:
        case Kind::adjust:
            in ? totals.recharged += amount : totals.consumed -= amount;
            return;
        case Kind::consume:
            totals.consumed -= amount;
            return;
        case Kind::settle:
            in ? totals.refunded += amount : totals.consumed -= amount;
            return;
        case Kind::refund:
            totals.refunded += amount;
            return;
        case Kind::expire:
            totals.expired -= amount;
            return;
    }
}

Entry const& post(Wallet& wallet, Posting posting) {
    Account& account = wallet.account;
    Entry entry{.account = account.id,
                .seq = account.entries + 1,
                .kind = posting.kind,
                .job = posting.job,
                .charge = posting.charge,
                .action = std::move(posting.action),
                .reference = std::move(posting.reference),
                .note = std::move(posting.note),
                .recorded_at = posting.recorded_at,
                .effective_at = posting.effective_at,
                .draws = std::move(posting.draws)};
    Grant const* opened = nullptr;
    for (Draw const& draw : entry.draws) {
        apply(wallet, draw);
        entry.amount += draw.amount;
        if (draw.grant > account.grants) {
            account.grants = draw.grant;
            opened = find_grant(wallet, draw.grant);
        }
    }
    account.balance += entry.amount;
    account.entries = entry.seq;
    add_to_totals(account.totals, entry.kind, entry.amount);
    entry.balance_after = account.balance;
    entry.hash = chain(account.head, entry, opened);
    account.head = entry.hash;
    wallet.changed = true;
    return wallet.posted.emplace_back(std::move(entry));
}

}  // namespace ledger
