// Random lives of an account, played on the ledger and on an independent model at once.
#include <algorithm>
#include <array>
#include <map>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/ledger/purse.h"
#include "tests/support/ledger_model.h"

namespace tests {

enum class Op : std::uint8_t { credit, debit, refund, settle, expire, wait };

struct Step {
    Op op = Op::wait;
    int amount = 1;
    int service = 0;
    int kind = 0;
    int delay = 0;  // before a grant takes effect, in ticks
    int life = 0;   // of a grant, in ticks; zero: for ever
    int which = 0;  // of the open charges
    int shortfall = 0;
};

inline std::ostream& operator<<(std::ostream& out, Step const& step) {
    return out << "{" << static_cast<int>(step.op) << " amount=" << step.amount
               << " service=" << step.service << " kind=" << step.kind << " delay=" << step.delay
               << " life=" << step.life << " which=" << step.which
               << " shortfall=" << step.shortfall << "}";
}

}  // namespace tests

template <>
struct rc::Arbitrary<tests::Step> {
    static Gen<tests::Step> arbitrary() {
        using tests::Op;
        using tests::Step;
        return gen::build<Step>(
            gen::set(&Step::op, gen::weightedElement<Op>({{4, Op::credit},
                                                          {6, Op::debit},
                                                          {3, Op::refund},
                                                          {3, Op::settle},
                                                          {2, Op::expire},
                                                          {3, Op::wait}})),
            gen::set(&Step::amount, gen::inRange(1, 30)),
            gen::set(&Step::service, gen::inRange(0, 3)), gen::set(&Step::kind, gen::inRange(0, 4)),
            gen::set(&Step::delay, gen::inRange(0, 3)), gen::set(&Step::life, gen::inRange(0, 6)),
            gen::set(&Step::which, gen::inRange(0, 8)),
            gen::set(&Step::shortfall, gen::inRange(0, 3)));
    }
};

namespace tests {
namespace {

constexpr Millis tick{1000};
constexpr Millis grace{3000};
constexpr std::array<char const*, 3> services = {"", "tts", "video"};
constexpr std::array<ledger::Kind, 4> credit_kinds = {ledger::Kind::recharge, ledger::Kind::bonus,
                                                      ledger::Kind::signup, ledger::Kind::adjust};

struct Open {
    int number = 0;
    std::string service;
    std::int64_t taken = 0;
};

// Plays steps on both ledgers. `compare` asks after each step whether they agree.
class Twin {
public:
    bool comparing = true;
    Purse purse;
    LedgerModel model;

    void play(Step const& step) {
        switch (step.op) {
            case Op::credit:
                credit(step);
                break;
            case Op::debit:
                debit(step);
                break;
            case Op::refund:
            case Op::settle:
                end(step);
                break;
            case Op::expire:
                model.expire(now());
                ledger::expire(purse.wallet, purse.now);
                break;
            case Op::wait:
                purse.now += step.amount % 4 * tick;
                break;
        }
        if (comparing) {
            compare();
        }
    }

    // What a store would do between two transactions: it keeps everything, and loads in any order
    // only what has something left or belongs to an open charge.
    void reload(unsigned seed) {
        for (auto& grant : purse.wallet.grants) {
            grant.changed = false;
            archive_.insert_or_assign(grant.number, grant);
        }
        purse.wallet.grants.clear();
        for (auto const& [number, grant] : archive_) {
            if (grant.remaining.value > 0 || held(number)) {
                purse.wallet.grants.push_back(grant);
            }
        }
        std::shuffle(purse.wallet.grants.begin(), purse.wallet.grants.end(), std::mt19937{seed});
        purse.wallet.changed = false;
    }

    ledger::Books books() const {
        ledger::Books books{.account = purse.wallet.account, .entries = purse.wallet.posted};
        auto all = archive_;
        for (auto const& grant : purse.wallet.grants) {
            all.insert_or_assign(grant.number, grant);
        }
        for (auto const& [number, grant] : all) {
            books.grants.push_back(grant);
        }
        return books;
    }

private:
    std::int64_t now() const { return base::to_ms(purse.now); }

    void credit(Step const& step) {
        auto const from = purse.now + step.delay * tick;
        auto const until = from + step.life * tick;
        auto const kind = credit_kinds.at(static_cast<std::size_t>(step.kind));
        std::string const service = services.at(static_cast<std::size_t>(step.service));
        ledger::Credit what{
            .kind = kind, .amount = {step.amount}, .effective_at = from, .service = service};
        if (step.life > 0) {
            what.expires_at = until;
        }
        auto const outcome = ledger::credit(purse.wallet, what, purse.now);
        RC_ASSERT(outcome == ledger::CreditOutcome::credited);
        model.credit(std::string{ledger::to_text(kind)}, step.amount, base::to_ms(from),
                     step.life > 0 ? base::to_ms(until) : LedgerModel::never, service, now());
    }

    void debit(Step const& step) {
        std::string const service = services.at(static_cast<std::size_t>(step.service));
        auto const number = ++charges_;
        auto const outcome = ledger::debit(
            purse.wallet,
            {.amount = {step.amount}, .service = service, .job = {1}, .charge = number}, purse.now);
        bool const paid = model.debit(number, step.amount, service, now());
        RC_ASSERT((outcome == ledger::DebitOutcome::debited) == paid);
        if (paid) {
            open_.push_back({.number = number, .service = service, .taken = step.amount});
        }
    }

    void end(Step const& step) {
        if (open_.empty()) {
            return;
        }
        auto const chosen = open_.begin() + step.which % static_cast<int>(open_.size());
        Open const open = *chosen;
        open_.erase(chosen);
        auto const charge = ledger::charge_of(purse.wallet.posted, {1}, open.number);
        RC_ASSERT(charge.taken.value == open.taken);
        if (step.op == Op::refund) {
            ledger::give_back(purse.wallet, charge, {.amount = charge.taken, .grace = grace},
                              purse.now);
            model.give_back("refund", open.number, open.taken, now(), base::Millis{grace}.count());
        } else {
            settle(step, open, charge);
        }
    }

    void settle(Step const& step, Open const& open, ledger::Charge const& charge) {
        auto const how = static_cast<ledger::Shortfall>(step.shortfall);
        auto const settled = ledger::settle(
            purse.wallet, charge,
            {.price = {step.amount}, .shortfall = how, .service = open.service, .grace = grace},
            purse.now);
        auto const extra = step.amount - open.taken;
        std::int64_t absorbed = 0;
        if (extra <= 0) {
            model.give_back("settle", open.number, -extra, now(), base::Millis{grace}.count());
        } else if (how == ledger::Shortfall::absorb) {
            absorbed = extra;
        } else {
            absorbed =
                extra - model.take_more(extra, open.service, now(), how == ledger::Shortfall::debt);
        }
        RC_ASSERT(settled.absorbed.value == absorbed);
        RC_ASSERT(settled.price.value == step.amount - absorbed);
    }

    bool held(std::int64_t grant) const {
        return std::ranges::any_of(open_, [&](Open const& open) {
            auto const charge = ledger::charge_of(purse.wallet.posted, {1}, open.number);
            return std::ranges::any_of(charge.draws,
                                       [&](auto const& draw) { return draw.grant == grant; });
        });
    }

    void compare_lines() {
        RC_ASSERT(model.lines().size() == purse.wallet.posted.size());
        for (; compared_ < model.lines().size(); ++compared_) {
            auto const& line = model.lines()[compared_];
            auto const& entry = purse.wallet.posted[compared_];
            RC_ASSERT(std::string{ledger::to_text(entry.kind)} == line.kind);
            RC_ASSERT(entry.amount.value == line.amount);
            std::vector<std::pair<std::int64_t, std::int64_t>> draws;
            for (auto const& draw : entry.draws) {
                draws.emplace_back(draw.grant, draw.amount.value);
            }
            RC_ASSERT(draws == line.draws);
        }
    }

    void compare() {
        compare_lines();
        auto const& account = purse.wallet.account;
        RC_ASSERT(account.balance.value == model.recorded());
        RC_ASSERT(account.debt.value == model.debt());
        RC_ASSERT(purse.balance() == model.balance(now()));
        for (auto const* const service : services) {
            RC_ASSERT(ledger::spendable_on(purse.wallet, service, purse.now).value ==
                      model.spendable(service, now()));
        }
        for (auto const& grant : purse.wallet.grants) {
            RC_ASSERT(grant.remaining.value == model.left(grant.number));
        }
        auto const& totals = model.totals();
        RC_ASSERT(account.totals == (ledger::Totals{.recharged = {totals.recharged},
                                                    .consumed = {totals.consumed},
                                                    .refunded = {totals.refunded},
                                                    .expired = {totals.expired}}));
        auto const findings = ledger::audit(books(), purse.now);
        if (!findings.empty()) {
            RC_FAIL("the audit found: " + findings.front().what);
        }
    }

    std::vector<Open> open_;
    std::map<std::int64_t, ledger::Grant> archive_;
    int charges_ = 0;
    std::size_t compared_ = 0;
};

base::Hash head_after(std::vector<Step> const& steps, unsigned reload_every) {
    Twin twin;
    twin.comparing = false;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        twin.play(steps[i]);
        if (reload_every > 0 && i % reload_every == 0) {
            twin.reload(static_cast<unsigned>(i));
        }
    }
    return twin.purse.wallet.account.head;
}

RC_GTEST_PROP(LedgerProperty, AgreesWithTheModelAfterEveryStep, (std::vector<Step> const& steps)) {
    Twin twin;
    for (Step const& step : steps) {
        twin.play(step);
    }
}

RC_GTEST_PROP(LedgerProperty, DoesNotDependOnWhatElseIsLoadedNorOnItsOrder,
              (std::vector<Step> const& steps)) {
    auto const every = static_cast<unsigned>(*rc::gen::inRange(1, 5));
    RC_ASSERT(head_after(steps, 0) == head_after(steps, every));
}

RC_GTEST_PROP(LedgerProperty, TheSameLifeGivesTheSameLedger, (std::vector<Step> const& steps)) {
    RC_ASSERT(head_after(steps, 0) == head_after(steps, 0));
}

RC_GTEST_PROP(LedgerProperty, ExpiringAtEveryStepOrOnceAtTheEndIsTheSameMoney,
              (std::vector<Step> steps)) {
    std::erase_if(steps, [](Step const& step) { return step.op == Op::expire; });
    Twin eager;
    Twin lazy;
    lazy.comparing = false;
    for (Step const& step : steps) {
        eager.play({.op = Op::expire});
        eager.play(step);
        lazy.play(step);
        RC_ASSERT(eager.purse.balance() == lazy.purse.balance());
    }
    eager.play({.op = Op::expire});
    lazy.play({.op = Op::expire});
    auto const& a = eager.purse.wallet.account;
    auto const& b = lazy.purse.wallet.account;
    RC_ASSERT(a.balance == b.balance);
    RC_ASSERT(a.debt == b.debt);
    RC_ASSERT(a.totals == b.totals);
    RC_ASSERT(a.entries == b.entries);
    RC_ASSERT(ledger::audit(lazy.books(), lazy.purse.now).empty());
}

RC_GTEST_PROP(LedgerProperty, ARefundedChargeCostsNothing, (std::vector<Step> const& steps)) {
    Twin twin;
    for (Step const& step : steps) {
        twin.play(step);
    }
    auto& purse = twin.purse;
    auto const before = purse.balance();
    auto const affordable = ledger::spendable_on(purse.wallet, "tts", purse.now).value;
    RC_PRE(affordable > 0);
    auto const amount = *rc::gen::inRange<std::int64_t>(1, affordable + 1);
    auto const charge = purse.take(amount, "tts", {2});
    purse.now += *rc::gen::inRange(0, 10) * tick;
    auto const meanwhile = purse.balance();
    purse.refund(charge);
    RC_ASSERT(purse.balance() == meanwhile + amount);
    RC_ASSERT(amount <= before);
}

}  // namespace
}  // namespace tests
