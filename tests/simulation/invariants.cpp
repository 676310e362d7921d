#include "tests/simulation/invariants.h"

#include "jobs/job.h"

namespace simulation {

namespace {

using ledger::Entry;
using ledger::Kind;
using Number = std::int64_t;

Number ms_of(base::Timestamp at) {
    return at.time_since_epoch().count();
}

}  // namespace

void Twelve::broken(int invariant, std::string const& what) {
    found_.push_back("invariant " + std::to_string(invariant) + " (" + user_ + "): " + what);
}

std::vector<std::string> Twelve::broken_by(adapters::AuditPage const& page, base::Timestamp now) {
    found_.clear();
    left_.clear();
    user_ = page.books.account.user;
    entries(page);
    account(page, now);
    for (auto const& each : page.jobs) {
        job(each, page.books.entries);
    }
    for (auto const& entry : page.books.entries) {
        bool known = !entry.job;
        for (auto const& each : page.jobs) {
            known = known || each.id == entry.job;
        }
        if (!known) {
            broken(6, "entry " + std::to_string(entry.seq) + " is of a job that there is not");
        }
    }
    return found_;
}

// 2, 3, 7, 8, 9, 10 and 11.
void Twelve::entries(adapters::AuditPage const& page) {
    std::map<Number, ledger::Grant> grants;
    for (auto const& grant : page.books.grants) {
        grants[grant.number] = grant;
    }
    auto& seen = seen_[user_];
    Number before = 0;
    Number seq = 0;
    for (auto const& entry : page.books.entries) {
        auto const name = "entry " + std::to_string(++seq);
        if (entry.seq != seq) {
            broken(3, name + " is numbered " + std::to_string(entry.seq));
        }
        if (entry.balance_after.value != before + entry.amount.value) {
            broken(3, name + " says a balance that does not follow");
        }
        before += entry.amount.value;
        draws(entry, grants);
        if (before - left_[0] < 0) {
            broken(11, name + " leaves less than nothing without a debt");
        }
        auto const place = static_cast<std::size_t>(seq - 1);
        if (place < seen.size() && seen[place] != entry.hash) {
            broken(10, name + " was changed");
        } else if (place == seen.size()) {
            seen.push_back(entry.hash);
        }
        if (!entry.reference.empty()) {
            std::pair const here{user_, seq};
            if (references_.try_emplace(entry.reference, here).first->second != here) {
                broken(7, name + " has the reference of another: " + entry.reference);
            }
        }
    }
    if (seen.size() > page.books.entries.size()) {
        broken(10, "entries are gone");
    }
}

void Twelve::draws(Entry const& entry, std::map<Number, ledger::Grant> const& grants) {
    auto const name = "entry " + std::to_string(entry.seq);
    Number sum = 0;
    for (auto const& draw : entry.draws) {
        sum += draw.amount.value;
        bool const opens = draw.grant != 0 && !left_.contains(draw.grant);
        left_[draw.grant] += draw.amount.value;
        auto const found = grants.find(draw.grant);
        if (draw.grant == 0 || opens) {
            continue;
        }
        if (found == grants.end()) {
            broken(2, name + " draws on a grant that there is not");
            continue;
        }
        auto const& grant = found->second;
        Number const until = grant.expires_at ? ms_of(*grant.expires_at) : INT64_MAX;
        if (left_[draw.grant] < 0 || left_[draw.grant] > grant.amount.value) {
            broken(2, name + " takes more than a grant has, or gives more than it had");
        }
        bool const out = draw.amount.value < 0;
        if (entry.kind == Kind::expire) {
            bool const exact = entry.draws.size() == 1 && left_[draw.grant] == 0;
            if (!exact || ms_of(entry.effective_at) != until || ms(entry.recorded_at) < until) {
                broken(9, name + " is not the rest of its grant at its date");
            }
        } else if (out &&
                   (ms_of(entry.recorded_at) >= until || entry.recorded_at < grant.effective_at)) {
            broken(8, name + " draws on a grant outside its life");
        }
    }
    if (sum != entry.amount.value || entry.draws.empty()) {
        broken(2, name + " is not what its draws add up to");
    }
}

// 1, 2, 11 and 12.
void Twelve::account(adapters::AuditPage const& page, base::Timestamp now) {
    auto const& account = page.books.account;
    Number sum = 0;
    Number in = 0;
    Number out = 0;
    Number back = 0;
    Number gone = 0;
    for (auto const& entry : page.books.entries) {
        Number const amount = entry.amount.value;
        sum += amount;
        bool const is_back =
            entry.kind == Kind::refund || (entry.kind == Kind::settle && amount > 0);
        (entry.kind == Kind::expire ? gone : is_back ? back : amount > 0 ? in : out) += amount;
    }
    Number left = -account.debt.value;
    Number shown = left;
    for (auto const& grant : page.books.grants) {
        left += grant.remaining.value;
        bool const alive =
            grant.effective_at <= now && (!grant.expires_at || now < *grant.expires_at);
        shown += alive ? grant.remaining.value : 0;
        if (grant.remaining.value != left_[grant.number] || grant.remaining.value < 0 ||
            grant.remaining > grant.amount) {
            broken(2, "grant " + std::to_string(grant.number) + " has not what its draws leave");
        }
    }
    if (account.balance.value != sum || sum != left || account.debt.value != -left_[0]) {
        broken(1, "balance, entries and grants do not agree");
    }
    ledger::Wallet const wallet{.account = account, .grants = page.books.grants};
    if (ledger::balance(wallet, now).value != shown) {
        broken(1, "what is shown is not what can be spent");
    }
    if (account.debt.value < 0) {
        broken(11, "the debt is less than nothing");
    }
    auto const& totals = account.totals;
    if (totals.recharged.value != in || totals.consumed.value != -out ||
        totals.refunded.value != back || totals.expired.value != -gone) {
        broken(12, "the totals are not the sums of the entries");
    }
}

// 4, 5 and 6.
void Twelve::job(jobs::Job const& job, std::vector<Entry> const& entries) {
    auto const name = "job " + std::to_string(job.id.value);

    struct Sums {
        int debits = 0;
        int ends = 0;
        Number net = 0;
    };

    std::map<int, Sums> charges;
    Number net = 0;
    for (auto const& entry : entries) {
        if (entry.job == job.id) {
            auto& charge = charges[entry.charge];
            charge.debits += entry.kind == Kind::consume ? 1 : 0;
            charge.ends += entry.kind == Kind::consume ? 0 : 1;
            charge.net -= entry.amount.value;
            net -= entry.amount.value;
        }
    }
    bool const may_keep = job.terms.on_cancel == pricing::CancelRule::none ||
                          job.terms.on_moderation == pricing::CancelRule::none;
    for (auto const& [number, charge] : charges) {
        bool const current = number == job.bill.charge;
        if (charge.debits != 1 || charge.ends > 1 || number > job.bill.charge) {
            broken(4, name + " has a charge without one debit and at most one end");
        }
        bool const without =
            !current || job.state == jobs::State::failed || job.state == jobs::State::cancelled;
        if (without && charge.net != 0 && !may_keep) {
            broken(4, name + " ended a charge without a result and kept credits");
        }
        bool const open = current && charge.ends == 0 && !jobs::ended(job.state);
        if (open && !job.bill.open && charge.net != 0 && !may_keep) {
            broken(6, name + " has a charge that it does not know of");
        }
    }
    if (net != job.bill.net.value) {
        broken(5, name + " says another price than its entries");
    }
    bool const free = job.quoted.value == 0 || job.bill.waived.value > 0;
    if (job.state == jobs::State::completed) {
        auto const now = charges.contains(job.bill.charge) ? charges[job.bill.charge] : Sums{};
        if (now.net != (free ? 0 : job.bill.settled.value) || (!free && now.debits == 0)) {
            broken(5, name + " is completed at another price than it was settled");
        }
    }
    bool const running = job.state == jobs::State::processing;
    if ((running && job.bill.open == free) ||
        (job.bill.open && !charges.contains(job.bill.charge)) ||
        (jobs::ended(job.state) && job.bill.open)) {
        broken(6, name + " and its charge do not agree");
    }
}

}  // namespace simulation
