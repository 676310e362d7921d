// What somebody with every right on the database does to the ledger, and the words in which the
// audit tells of it. Each account here is another one's prey, so that one store does for all of
// them.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/audit/forger.h"
#include "worker/auditing.h"
#include "worker/sealing.h"

namespace audit_tests {
namespace {

using ledger::Draw;

adapters::identity::SealKey new_key() {
    using adapters::identity::SealKey;
    return std::move(*SealKey::from_text(SealKey::make()));
}

class Tampering : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        auto& kept = kept_victims()[GetParam().name];
        if (kept == nullptr) {
            kept = GetParam().make();
            kept->desk().auditing = false;
        }
        victim_ = kept.get();
        user_ = testing::UnitTest::GetInstance()->current_test_info()->name();
        user_ = user_.substr(0, user_.find('/'));
        live(user_);
    }

    // A gift, a grant, a purchase; a job that came to its end, one that failed and got its credits
    // back, and a purchase after that.
    void live(std::string const& user) {
        auto& desk = victim_->desk();
        desk.open_account(user);
        desk.give(user, {.amount = {100}, .reference = user + " pays"});
        desk.spend(user, {.amount = {20}, .note = "a poster"});
        for (auto const said : {jobs::Said::completed, jobs::Said::failed}) {
            auto const id = desk.submit(tests::request("script", user)).job->id;
            desk.claim("worker of " + user);
            desk.report({.job = id, .attempt = 1, .said = said, .error = jobs::Error{}});
        }
        desk.spend(user, {.amount = {7}, .note = "another poster"});
        before_ = books_of(*victim_, user);
        ASSERT_EQ(before_.books.entries.size(), 7U);
        ASSERT_EQ(before_.books.entries[5].kind, ledger::Kind::refund);
    }

    void seal() { ASSERT_TRUE(worker::seal(*victim_->desk().store, key())); }

    static adapters::identity::SealKey const& key() {
        static auto const kept = new_key();
        return kept;
    }

    // What the audit says about that account, or about none: a line each.
    std::string findings(std::string const& user) {
        std::string text;
        for (auto const& finding :
             worker::audit_books(*victim_->desk().store, settings_, std::nullopt).findings) {
            if (finding.account == user) {
                text += fmt::format("{}: {}\n", finding.invariant, finding.what);
            }
        }
        return text;
    }

    std::string findings() { return findings(user_); }

    void put_after(std::function<void(Forgery&)> const& change) {
        auto after = before_;
        change(after);
        put(*victim_, before_, after);
    }

    [[nodiscard]] std::string entry(int seq) const {
        return fmt::format("entry {}-{}", before_.books.account.id.value, seq);
    }

    [[nodiscard]] std::string account() const { return base::to_text(before_.books.account.id); }

    static void expect_said(std::string const& text, std::string const& part) {
        EXPECT_NE(text.find(part), std::string::npos) << "no `" << part << "` in\n" << text;
    }

    static std::map<std::string, std::unique_ptr<Victim>>& kept_victims() {
        static std::map<std::string, std::unique_ptr<Victim>> kept;
        return kept;
    }

    static void TearDownTestSuite() { kept_victims().clear(); }

    Victim* victim_ = nullptr;
    std::string user_;
    Forgery before_;
    config::Settings settings_;
};

TEST_P(Tampering, NothingIsSaidOfAnHonestAccount) {
    EXPECT_EQ(findings(), "");
    put_after([](Forgery& forgery) {
        make_all_fit(forgery.books);
        make_jobs_fit(forgery);
    });
    auto const after = books_of(*victim_, user_);
    EXPECT_EQ(after.books.account.head, before_.books.account.head) << "the forger knows the rules";
    EXPECT_EQ(findings(), "");
}

TEST_P(Tampering, AChangedAmountIsFound) {
    victim_->behind_the_guards(
        {"UPDATE {s}.entries SET amount = amount + 1 WHERE seq = 3 AND account = " + account()});
    auto const said = findings();
    expect_said(said, "2: " + entry(3) + " is of -19 credits, its draws add up to -20");
    expect_said(said, "10: " + entry(3) + " or a grant it opened was changed: its hash does not");
}

TEST_P(Tampering, AChangedAmountWithItsOwnHashMadeAnewIsFoundByTheNextEntry) {
    put_after([](Forgery& forgery) {
        auto& entry = forgery.books.entries[2];
        entry.amount += base::Credits{10};
        entry.draws.back().amount += base::Credits{10};
        entry.balance_after += base::Credits{10};
        entry.hash = hash_at(forgery.books, 2);
    });
    auto const said = findings();
    expect_said(said, "10: " + entry(4) + " or a grant it opened was changed");
    expect_said(said, "3: " + entry(4) + " says balance");
    EXPECT_EQ(said.find("10: " + entry(3)), std::string::npos) << said;
}

TEST_P(Tampering, AChangedAmountWithAllThatFollowsMadeAnewIsFoundByTheSeal) {
    seal();
    put_after([](Forgery& forgery) {
        auto& entry = forgery.books.entries[2];
        entry.amount += base::Credits{10};
        entry.draws.back().amount += base::Credits{10};
        make_all_fit(forgery.books);
    });
    EXPECT_EQ(findings(), "10: entry 7 is not the one that was sealed\n");
    seal();
    EXPECT_EQ(findings(), "10: entry 7 is not the one that was sealed\n") << "nor washed clean";
}

TEST_P(Tampering, ADeletedTailIsFoundByTheSeal) {
    seal();
    put_after([](Forgery& forgery) {
        forgery.books.entries.pop_back();
        make_all_fit(forgery.books);
    });
    EXPECT_EQ(findings(), "10: entries up to 7 were sealed, 6 are left\n");
}

TEST_P(Tampering, ADeletedTailIsFoundWithoutASealWhereTheAccountStillCountsIt) {
    victim_->behind_the_guards(
        {"DELETE FROM {s}.entries WHERE seq = 7 AND account = " + account()});
    auto const said = findings();
    expect_said(said, "3: the account counts 7 entries, 6 are there: the tail is missing or added");
    expect_said(said, "10: the account's head is not the hash of its last entry");
}

TEST_P(Tampering, AnEntryDeletedInTheMiddleIsFound) {
    victim_->behind_the_guards(
        {"DELETE FROM {s}.entries WHERE seq = 3 AND account = " + account()});
    expect_said(findings(), "3: " + entry(4) + " follows entry 2: a gap");
}

TEST_P(Tampering, ASwappedPairIsFound) {
    auto const swap = [&](int from, int to) {
        return fmt::format("UPDATE {{s}}.entries SET seq = {} WHERE seq = {} AND account = {}", to,
                           from, account());
    };
    victim_->behind_the_guards({swap(3, 99), swap(7, 3), swap(99, 7)});
    auto const said = findings();
    expect_said(said, "3: " + entry(3) + " says balance");
    expect_said(said, "10: " + entry(3) + " or a grant it opened was changed");
    expect_said(said, "10: " + entry(7) + " or a grant it opened was changed");
}

TEST_P(Tampering, ASwappedPairWithBalancesThatFitIsFound) {
    put_after([](Forgery& forgery) {
        auto& entries = forgery.books.entries;
        std::swap(entries[2], entries[6]);
        base::Credits balance = entries[1].balance_after;
        for (std::size_t place = 2; place < entries.size(); ++place) {
            balance += entries[place].amount;
            entries[place].balance_after = balance;
            entries[place].seq = static_cast<std::int64_t>(place) + 1;
        }
    });
    auto const said = findings();
    expect_said(said, "10: " + entry(3) + " or a grant it opened was changed");
}

TEST_P(Tampering, ABalanceEditedByHandIsFound) {
    auto const balance = before_.books.account.balance.value;
    victim_->execute("UPDATE {s}.accounts SET balance = balance + 1000 WHERE id = " + account());
    auto const said = findings();
    expect_said(said, fmt::format("1: the account says balance {}, its entries add up to {}",
                                  balance + 1000, balance));
    expect_said(said, "1: what is left in the grants, less the debt, is");
}

TEST_P(Tampering, AJobWithoutItsRefundIsFound) {
    put_after([](Forgery& forgery) {
        auto& entries = forgery.books.entries;
        entries.erase(entries.begin() + 5);
        make_all_fit(forgery.books);
        make_jobs_fit(forgery);
    });
    auto const failed =
        std::ranges::find(before_.jobs, jobs::State::failed, &jobs::Job::state)->id.value;
    EXPECT_EQ(findings(), fmt::format("4: job {} (failed) ended without a result and 5 credits "
                                      "were not given back\n",
                                      failed));
}

TEST_P(Tampering, AJobWithoutItsDebitIsFound) {
    put_after([](Forgery& forgery) {
        auto& entries = forgery.books.entries;
        entries.erase(entries.begin() + 3);
        make_all_fit(forgery.books);
        make_jobs_fit(forgery);
    });
    auto const said = findings();
    expect_said(said, "(completed) was never debited");
    expect_said(said, "(completed) was settled at 5 credits, its entries add up to 0");
}

TEST_P(Tampering, AnEditedPriceOfAJobIsFound) {
    auto const id =
        std::ranges::find(before_.jobs, jobs::State::completed, &jobs::Job::state)->id.value;
    victim_->execute(fmt::format("UPDATE {{s}}.jobs SET settled = 1, net = 1 WHERE id = {}", id));
    auto const said = findings();
    expect_said(said, "(completed) says it cost 1 credits, its entries add up to 5");
    expect_said(said, "(completed) was settled at 1 credits, its entries add up to 5");
}

TEST_P(Tampering, AnAddedGrantIsFound) {
    put_after([&](Forgery& forgery) {
        auto more = forgery.books.grants.back();
        more.number += 1;
        more.remaining = more.amount;
        forgery.books.grants.push_back(more);
        forgery.books.account.balance += more.amount;
        forgery.books.account.grants += 1;
        victim_->add(forgery.books.account.id, more);
    });
    auto const said = findings();
    expect_said(said, "2: grant 3 was opened by no entry");
    expect_said(said, "2: grant 3 says 100 left, its draws say 0");
}

TEST_P(Tampering, WhatIsLeftInAGrantEditedByHandIsFound) {
    put_after([](Forgery& forgery) {
        forgery.books.grants.back().remaining -= base::Credits{1};
        forgery.books.grants.front().remaining += base::Credits{1};
    });
    auto const said = findings();
    auto const left = before_.books.grants.front().remaining.value;
    expect_said(said, fmt::format("2: grant 1 says {} left, its draws say {}", left + 1, left));
    expect_said(said, "2: grant 2 says");
}

TEST_P(Tampering, AnEntryMovedToAnotherAccountIsFoundInBoth) {
    auto const other = user_ + " too";
    live(other);
    auto const thief = before_.books.account.id;
    before_ = books_of(*victim_, user_);
    victim_->behind_the_guards({fmt::format(
        "UPDATE {{s}}.entries SET account = {}, seq = 8 WHERE account = {} AND seq = 7",
        thief.value, account())});
    expect_said(findings(), "3: the account counts 7 entries, 6 are there");
    auto const theirs = findings(other);
    expect_said(theirs, "3: the account counts 7 entries, 8 are there");
    expect_said(theirs,
                fmt::format("10: entry {}-8 or a grant it opened was changed", thief.value));
}

TEST_P(Tampering, AnAccountThatIsGoneLeavesItsTraces) {
    victim_->behind_the_guards({"DELETE FROM {s}.accounts WHERE id = " + account()});
    auto const said = findings("");
    for (auto const* const what : {"entries", "grants", "jobs"}) {
        expect_said(said,
                    fmt::format("1: there are {} of account {}, which is gone", what, account()));
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, Tampering, testing::ValuesIn(victims()),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace audit_tests
