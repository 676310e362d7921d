// Compares each job with its entries.
#include "jobs/audit.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace jobs {

namespace {

// What the entries of one charge add up to, as positive amounts taken from the account.
struct ChargeSum {
    base::JobId job;
    int number = 0;
    int debits = 0;
    int settles = 0;
    int refunds = 0;
    base::Credits net;
    bool known = false;  // there is such a job
};

using Charges = std::span<ChargeSum const>;  // of one job, by number

class JobAudit {
public:
    JobAudit(Job const& job, Charges charges, std::vector<ledger::Finding>& findings)
        : job_{job}, charges_{charges}, findings_{findings} {}

    void run() {
        for (auto const& sum : charges_) {
            check_charge(sum.number, sum);
        }
        check_net();
        check_state();
    }

private:
    void find(int invariant, std::string const& what) {
        findings_.push_back({.invariant = invariant,
                             .account = job_.user,
                             .job = job_.id,
                             .what = "job " + base::to_text(job_.id) + " (" +
                                     std::string{to_text(job_.state)} + ") " + what});
    }

    [[nodiscard]] bool kept_on_cancel(int number) const {
        return job_.terms.on_cancel == pricing::CancelRule::none && number <= job_.bill.charge;
    }

    [[nodiscard]] bool kept_on_moderation(int number) const {
        return job_.terms.on_moderation == pricing::CancelRule::none && number <= job_.bill.charge;
    }

    void check_charge(int number, ChargeSum const& sum) {
        auto const name = "charge " + std::to_string(number);
        if (sum.debits != 1) {
            find(4, name + " has " + std::to_string(sum.debits) + " debits");
        }
        if (sum.settles + sum.refunds > 1) {
            find(4, name + " was ended more than once");
        }
        bool const current = number == job_.bill.charge;
        if (number > job_.bill.charge) {
            find(6, name + " is in the ledger and not on the job");
        } else if (!current && sum.net.value != 0 && !kept_on_cancel(number) &&
                   !kept_on_moderation(number)) {
            find(4, name + " ended without a result and " + std::to_string(sum.net.value) +
                        " credits of it were not given back");
        }
    }

    void check_net() {
        base::Credits net;
        for (auto const& sum : charges_) {
            net += sum.net;
        }
        if (net != job_.bill.net) {
            find(5, "says it cost " + std::to_string(job_.bill.net.value) +
                        " credits, its entries add up to " + std::to_string(net.value));
        }
    }

    // A cancelled run kept its charge, and the job was queued again without a new one since.
    [[nodiscard]] bool kept_by_earlier_run() const {
        auto const last = job_.bill.charge;
        return !job_.bill.open && job_.bill.debited.value == 0 &&
               (kept_on_cancel(last) || kept_on_moderation(last));
    }

    [[nodiscard]] ChargeSum current() const {
        auto const found = std::ranges::find(charges_, job_.bill.charge, &ChargeSum::number);
        bool const none = found == charges_.end() || kept_by_earlier_run();
        return none ? ChargeSum{} : *found;
    }

    [[nodiscard]] bool pays() const { return job_.quoted.value > 0 && job_.bill.waived.value == 0; }

    void check_state() {
        switch (job_.state) {
            case State::queued:
                return check_open(job_.bill.open);
            case State::processing:
                return check_open(pays());
            case State::completed:
                return check_completed();
            case State::failed:
            case State::cancelled:
                return check_unsuccessful();
        }
    }

    void check_open(bool open) {
        ChargeSum const sum = current();
        bool const held = sum.debits == 1 && sum.settles + sum.refunds == 0;
        if (held && sum.net != job_.bill.debited) {
            find(6, "says it holds " + std::to_string(job_.bill.debited.value) +
                        " credits, its charge holds " + std::to_string(sum.net.value));
        }
        if (open != job_.bill.open || open != held) {
            find(6, open ? "has no open charge" : "has an open charge");
        }
    }

    void check_completed() {
        if (job_.bill.open) {
            find(4, "has an open charge");
        }
        if (pays() && current().debits == 0) {
            find(6, "was never debited");
        }
        auto const price = pays() ? job_.bill.settled : base::Credits{};
        if (current().net != price) {
            find(5, "was settled at " + std::to_string(price.value) +
                        " credits, its entries add up to " + std::to_string(current().net.value));
        }
    }

    void check_unsuccessful() {
        if (job_.bill.open) {
            find(4, "has an open charge");
        }
        bool const kept = job_.state == State::cancelled ? kept_on_cancel(job_.bill.charge)
                                                         : kept_on_moderation(job_.bill.charge);
        if (current().net.value != 0 && !kept) {
            find(4, "ended without a result and " + std::to_string(current().net.value) +
                        " credits were not given back");
        }
    }

    Job const& job_;
    Charges charges_;
    std::vector<ledger::Finding>& findings_;
};

// Entries may have been tampered with: an amount that can't be summed is reported by its own
// account's audit, and is left out here.
bool summable(base::Credits amount) {
    constexpr std::int64_t plausible = std::int64_t{1} << 60;
    return amount.value > -plausible && amount.value < plausible;
}

void add(ChargeSum& sum, ledger::Entry const& entry) {
    sum.debits += entry.kind == ledger::Kind::consume ? 1 : 0;
    sum.settles += entry.kind == ledger::Kind::settle ? 1 : 0;
    sum.refunds += entry.kind == ledger::Kind::refund ? 1 : 0;
    if (summable(entry.amount) && summable(sum.net)) {
        sum.net -= entry.amount;
    }
}

// Of all charges, by job and number. An account has as many as entries: in one piece of memory.
std::vector<ChargeSum> charges_in(std::span<ledger::Entry const> entries) {
    std::vector<ledger::Entry const*> charged;
    charged.reserve(entries.size());
    for (ledger::Entry const& entry : entries) {
        if (entry.job) {
            charged.push_back(&entry);
        }
    }
    std::ranges::sort(charged, {}, [](ledger::Entry const* entry) {
        return std::tuple{entry->job, entry->charge, entry->seq};
    });
    std::vector<ChargeSum> sums;
    sums.reserve(charged.size());
    for (auto const* const entry : charged) {
        if (sums.empty() || sums.back().job != entry->job || sums.back().number != entry->charge) {
            sums.push_back({.job = entry->job, .number = entry->charge});
        }
        add(sums.back(), *entry);
    }
    return sums;
}

}  // namespace

std::vector<ledger::Finding> audit(std::span<ledger::Entry const> entries,
                                   std::span<Job const> jobs) {
    auto charges = charges_in(entries);
    std::vector<ledger::Finding> findings;
    for (Job const& job : jobs) {
        auto const of_job = std::ranges::equal_range(charges, job.id, {}, &ChargeSum::job);
        for (auto& charge : of_job) {
            charge.known = true;
        }
        JobAudit{job, {of_job.begin(), of_job.end()}, findings}.run();
    }
    base::JobId last;
    for (auto const& charge : charges) {
        if (!charge.known && charge.job != last) {
            last = charge.job;
            findings.push_back({.invariant = 6,
                                .job = charge.job,
                                .what = "entries name job " + base::to_text(charge.job) +
                                        ", which the account does not have"});
        }
    }
    return findings;
}

}  // namespace jobs
