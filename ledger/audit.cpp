// Replays an account's entries from the first to the last and compares with what is stored.
#include "ledger/audit.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "ledger/post.h"

namespace ledger {

namespace {

// Everything here works on books that may have been tampered with, so sums wrap instead of stopping
// the program: a wrapped sum can't agree with a stored one by accident in all the places it is
// compared.
base::Credits wrapping_add(base::Credits a, base::Credits b) {
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(a.value) +
                                      static_cast<std::uint64_t>(b.value))};
}

base::Credits wrapping_negate(base::Credits a) {
    return {static_cast<std::int64_t>(0U - static_cast<std::uint64_t>(a.value))};
}

// A grant, and what the draws on it add up to so far. Most accounts have a handful, so they lie
// side by side instead of each in a place of its own.
struct Known {
    std::int64_t number = 0;
    Grant const* grant = nullptr;
    base::Credits drawn;
    bool expired = false;
};

class Replay {
public:
    Replay(Books const& books, base::Timestamp now) : books_{books}, now_{now} {
        known_.reserve(books.grants.size());
        for (Grant const& grant : books.grants) {
            known_.push_back({.number = grant.number, .grant = &grant});
        }
        std::ranges::sort(known_, {},
                          [](Known const& each) { return std::pair{each.number, each.grant}; });
    }

    std::vector<Finding> run() {
        for (Entry const& entry : books_.entries) {
            check_sequence(entry);
            check_draws(entry);
            check_expiry(entry);
            check_reference(entry);
            check_chain(entry);
            check_overdraft(entry);
            add(entry);
        }
        check_account();
        check_grants();
        return std::move(findings_);
    }

private:
    void find(int invariant, std::string what, base::JobId job = {}) {
        findings_.push_back({.invariant = invariant,
                             .account = books_.account.user,
                             .job = job,
                             .what = std::move(what)});
    }

    static std::string name(Entry const& entry) {
        return "entry " + public_id(entry.account, entry.seq);
    }

    void check_sequence(Entry const& entry) {
        if (entry.seq != last_seq_ + 1) {
            find(3, name(entry) + " follows entry " + std::to_string(last_seq_) + ": a gap");
        }
        last_seq_ = entry.seq;
        balance_ = wrapping_add(balance_, entry.amount);
        if (entry.balance_after != balance_) {
            find(3, name(entry) + " says balance " + std::to_string(entry.balance_after.value) +
                        ", the entries up to it add up to " + std::to_string(balance_.value));
            balance_ = entry.balance_after;
        }
    }

    void check_draws(Entry const& entry) {
        base::Credits sum;
        opened_ = nullptr;
        for (Draw const& draw : entry.draws) {
            sum = wrapping_add(sum, draw.amount);
            if (draw.grant == debt) {
                owed_ = wrapping_add(owed_, draw.amount);
            } else if (Known* const known = find_known(draw.grant)) {
                check_draw(entry, draw, *known);
                known->drawn = wrapping_add(known->drawn, draw.amount);
            } else {
                find(2, name(entry) + " draws on grant " + std::to_string(draw.grant) +
                            ", which does not exist");
            }
        }
        if (sum != entry.amount) {
            find(2, name(entry) + " is of " + std::to_string(entry.amount.value) +
                        " credits, its draws add up to " + std::to_string(sum.value));
        }
    }

    Known* find_known(std::int64_t number) {
        auto const found = std::ranges::lower_bound(known_, number, {}, &Known::number);
        return found == known_.end() || found->number != number ? nullptr : &*found;
    }

    void check_draw(Entry const& entry, Draw const& draw, Known& known) {
        if (draw.grant > last_grant_) {
            last_grant_ = draw.grant;
            opened_ = known.grant;
            if (draw.amount != opened_->amount) {
                find(2, name(entry) + " opens grant " + std::to_string(draw.grant) + " with " +
                            std::to_string(draw.amount.value) + " credits, the grant says " +
                            std::to_string(opened_->amount.value));
            }
            return;
        }
        if (draw.amount.value < 0 && entry.kind != Kind::expire) {
            check_alive(entry, *known.grant);
        }
        if (draw.amount.value > 0) {
            known.expired = false;  // it has something again, which may expire again
        }
    }

    void check_alive(Entry const& entry, Grant const& grant) {
        bool const alive = grant.effective_at <= entry.recorded_at &&
                           (!grant.expires_at || entry.recorded_at < *grant.expires_at);
        if (!alive) {
            find(8,
                 name(entry) + " draws on grant " + std::to_string(grant.number) +
                     " outside its life",
                 entry.job);
        }
    }

    void check_expiry(Entry const& entry) {
        if (entry.kind != Kind::expire) {
            return;
        }
        if (entry.draws.size() != 1) {
            find(9, name(entry) + " expires other than one grant");
            return;
        }
        auto const number = entry.draws.front().grant;
        Known* const known = find_known(number);
        if (known == nullptr) {
            return;  // reported by check_draws
        }
        Grant const& grant = *known->grant;
        bool const due = grant.expires_at && *grant.expires_at <= entry.recorded_at;
        if (!due || entry.effective_at != *grant.expires_at) {
            find(9, name(entry) + " expires grant " + std::to_string(number) + " at another time" +
                        " than its date");
        }
        if (known->drawn.value != 0 || std::exchange(known->expired, true)) {
            find(9, name(entry) + " does not take exactly what was left of grant " +
                        std::to_string(number) + ", once");
        }
    }

    void check_reference(Entry const& entry) {
        if (!entry.reference.empty() && !references_.insert(entry.reference).second) {
            find(7, name(entry) + " repeats the reference " + entry.reference);
        }
    }

    void check_chain(Entry const& entry) {
        if (chain(head_, entry, opened_) != entry.hash) {
            find(10, name(entry) + " or a grant it opened was changed: its hash does not fit",
                 entry.job);
        }
        head_ = entry.hash;
    }

    void check_overdraft(Entry const& entry) {
        if (wrapping_add(balance_, wrapping_negate(owed_)).value < 0) {
            find(11, name(entry) + " leaves less than nothing without a debt", entry.job);
        }
    }

    void add(Entry const& entry) {
        // add_to_totals stops on overflow, so only plausible amounts may reach it.
        constexpr std::int64_t plausible = std::int64_t{1} << 61;
        if (entry.amount.value > plausible || entry.amount.value < -plausible) {
            overflowed_ = true;
            return;
        }
        auto const fits = [](base::Credits total) {
            return total.value < plausible && total.value > -plausible;
        };
        if (fits(totals_.recharged) && fits(totals_.consumed) && fits(totals_.refunded) &&
            fits(totals_.expired)) {
            add_to_totals(totals_, entry.kind, entry.amount);
        } else {
            overflowed_ = true;
        }
    }

    void check_account() {
        Account const& account = books_.account;
        if (account.balance != balance_) {
            find(1, "the account says balance " + std::to_string(account.balance.value) +
                        ", its entries add up to " + std::to_string(balance_.value));
        }
        if (account.entries != last_seq_) {
            find(3, "the account counts " + std::to_string(account.entries) + " entries, " +
                        std::to_string(last_seq_) + " are there: the tail is missing or added");
        }
        if (account.head != head_) {
            find(10, "the account's head is not the hash of its last entry");
        }
        if (account.debt != wrapping_negate(owed_) || account.debt.value < 0) {
            find(1, "the account says debt " + std::to_string(account.debt.value) +
                        ", its entries say " + std::to_string(wrapping_negate(owed_).value));
        }
        if (!overflowed_ && account.totals != totals_) {
            find(12, "the account's totals are not the sums of its entries");
        }
    }

    void check_grants() {
        base::Credits left = wrapping_negate(books_.account.debt);
        for (Known const& known : known_) {
            Grant const& grant = *known.grant;
            left = wrapping_add(left, grant.remaining);
            if (grant.remaining != known.drawn) {
                find(2, "grant " + std::to_string(grant.number) + " says " +
                            std::to_string(grant.remaining.value) + " left, its draws say " +
                            std::to_string(known.drawn.value));
            }
            if (grant.remaining.value < 0 || grant.remaining > grant.amount) {
                find(2, "grant " + std::to_string(grant.number) + " has " +
                            std::to_string(grant.remaining.value) + " left of " +
                            std::to_string(grant.amount.value));
            }
            if (grant.number > last_grant_ || grant.number < 1) {
                find(2, "grant " + std::to_string(grant.number) + " was opened by no entry");
            }
        }
        if (left != books_.account.balance) {
            find(1, "what is left in the grants, less the debt, is " + std::to_string(left.value) +
                        ", the balance " + std::to_string(books_.account.balance.value));
        }
    }

    Books const& books_;
    base::Timestamp now_;
    std::vector<Finding> findings_;
    std::vector<Known> known_;  // by number
    base::Credits owed_;        // what the draws on the debt add up to
    std::set<std::string_view> references_;
    Grant const* opened_ = nullptr;
    std::int64_t last_seq_ = 0;
    std::int64_t last_grant_ = 0;
    base::Credits balance_;
    base::Hash head_{};
    Totals totals_;
    bool overflowed_ = false;
};

}  // namespace

std::vector<Finding> audit(Books const& books, base::Timestamp now) {
    return Replay{books, now}.run();
}

}  // namespace ledger
