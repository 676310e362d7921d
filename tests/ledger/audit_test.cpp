// The audit finds whatever was tampered with. Most tests mend the chain of hashes after tampering,
// so that the broken invariant has to be found by itself.
#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::Books;
using ledger::Kind;

constexpr Timestamp audit_time = start_of_tests + 30 * day;

// One of everything: grants that live, expire and are restricted; a debit over two grants, settled
// down; a refund after expiry; an overrun into debt, paid by the next credit.
Purse busy_purse() {
    Purse purse;
    purse.add({.kind = Kind::signup, .amount = {20}, .expires_at = purse.now + day});  // entry 1
    purse.add({.amount = {100}, .reference = "order 1"});                              // 2
    auto const settled = purse.take(30, "", {1});                                      // 3
    ledger::settle(purse.wallet, settled, {.price = {25}, .grace = week}, purse.now);  // 4
    auto const failed = purse.take(10, "", {2});                                       // 5
    purse.now += 2 * day;
    purse.add({.kind = Kind::bonus, .amount = {3}, .expires_at = purse.now + day});  // 6
    purse.refund(failed);                                                            // 7
    purse.now += day;
    ledger::expire(purse.wallet, purse.now);    // 8
    auto const over = purse.take(95, "", {3});  // 9
    ledger::settle(purse.wallet, over,
                   {.price = {120}, .shortfall = ledger::Shortfall::debt, .grace = week},
                   purse.now);                            // 10
    purse.add({.amount = {50}, .reference = "order 2"});  // 11
    return purse;
}

// Hashes everything anew, as someone who knows how the chain is made would do.
void mend_chain(Books& books) {
    base::Hash head{};
    std::int64_t last_grant = 0;
    for (ledger::Entry& entry : books.entries) {
        ledger::Grant const* opened = nullptr;
        for (ledger::Draw const& draw : entry.draws) {
            auto const found = std::ranges::find(books.grants, draw.grant, &ledger::Grant::number);
            if (draw.grant > last_grant && found != books.grants.end()) {
                last_grant = draw.grant;
                opened = &*found;
            }
        }
        entry.hash = ledger::chain(head, entry, opened);
        head = entry.hash;
    }
    books.account.head = head;
}

bool finds(Books const& books, int invariant) {
    return std::ranges::any_of(ledger::audit(books, audit_time),
                               [&](auto const& finding) { return finding.invariant == invariant; });
}

std::string all_findings(Books const& books) {
    std::string text;
    for (auto const& finding : ledger::audit(books, audit_time)) {
        text += std::to_string(finding.invariant) + ": " + finding.what + "\n";
    }
    return text;
}

void expect_found(int invariant, std::function<void(Books&)> const& tamper) {
    auto books = busy_purse().books();
    tamper(books);
    mend_chain(books);
    EXPECT_TRUE(finds(books, invariant)) << "found only\n" << all_findings(books);
    EXPECT_FALSE(finds(books, 10)) << "the chain was mended";
}

ledger::Entry& entry_of_kind(Books& books, Kind kind) {
    return *std::ranges::find(books.entries, kind, &ledger::Entry::kind);
}

TEST(Audit, HonestBooksAreClean) {
    auto const books = busy_purse().books();
    EXPECT_EQ(all_findings(books), "");
    EXPECT_EQ(books.entries.size(), 11U);
    EXPECT_EQ(ledger::audit({.account = {.user = "new"}}, audit_time).size(), 0U);
}

TEST(Audit, MendingTheChainOfHonestBooksChangesNothing) {
    auto books = busy_purse().books();
    auto const head = books.account.head;
    mend_chain(books);
    EXPECT_EQ(books.account.head, head);
}

TEST(Audit, NamesTheAccount) {
    auto books = busy_purse().books();
    books.account.balance += Credits{1};
    auto const findings = ledger::audit(books, audit_time);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].account, "u1");
    EXPECT_FALSE(findings[0].what.empty());
}

TEST(Audit, FindsABalanceThatIsNotTheSumOfTheEntries) {
    expect_found(1, [](Books& books) { books.account.balance += Credits{1}; });
}

TEST(Audit, FindsADebtThatNoEntryMade) {
    expect_found(1, [](Books& books) { books.account.debt += Credits{1}; });
}

TEST(Audit, FindsBalanceAndGrantsApart) {
    expect_found(1, [](Books& books) { books.grants[1].remaining += Credits{1}; });
}

TEST(Audit, FindsAnEntryThatIsNotTheSumOfItsDraws) {
    expect_found(2, [](Books& books) { books.entries[2].draws[0].amount -= Credits{1}; });
}

TEST(Audit, FindsAGrantThatHasMoreLeftThanItsDrawsLeave) {
    expect_found(2, [](Books& books) { books.grants[1].remaining += Credits{1}; });
}

TEST(Audit, FindsAGrantWithLessThanNothingLeft) {
    expect_found(2, [](Books& books) { books.grants[0].remaining = {-1}; });
}

TEST(Audit, FindsAGrantWithMoreLeftThanItHad) {
    expect_found(2, [](Books& books) { books.grants[1].remaining = {101}; });
}

TEST(Audit, FindsAGrantThatNoEntryOpened) {
    expect_found(2, [](Books& books) {
        books.grants.push_back({.number = 99, .amount = {5}, .effective_at = start_of_tests});
    });
}

TEST(Audit, FindsAGrantThatSaysAnotherAmountThanItWasOpenedWith) {
    expect_found(2, [](Books& books) { books.grants[1].amount += Credits{50}; });
}

TEST(Audit, FindsAMissingGrant) {
    expect_found(2, [](Books& books) { books.grants.erase(books.grants.begin() + 1); });
}

TEST(Audit, FindsADrawOnAGrantThatDoesNotExist) {
    expect_found(2, [](Books& books) { books.entries[2].draws.back().grant = 77; });
}

TEST(Audit, FindsAGapInTheSequence) {
    expect_found(3, [](Books& books) { books.entries.erase(books.entries.begin() + 3); });
}

TEST(Audit, FindsAMissingTail) {
    expect_found(3, [](Books& books) { books.entries.pop_back(); });
}

TEST(Audit, FindsAWrongBalanceAfter) {
    expect_found(3, [](Books& books) { books.entries[4].balance_after += Credits{1}; });
}

TEST(Audit, FindsAReferenceUsedTwice) {
    expect_found(7, [](Books& books) { books.entries.back().reference = "order 1"; });
}

TEST(Audit, FindsADrawOnAnExpiredGrant) {
    expect_found(8, [](Books& books) {
        // The grant of entry 1 paid entry 3; now its date lies before that.
        books.grants[0].expires_at = books.entries[2].recorded_at - Millis{1};
    });
}

TEST(Audit, TheInstantOfExpiryIsTooLateForADraw) {
    expect_found(8,
                 [](Books& books) { books.grants[0].expires_at = books.entries[2].recorded_at; });
}

TEST(Audit, FindsADrawBeforeTheGrantTookEffect) {
    expect_found(8,
                 [](Books& books) { books.grants[0].effective_at = start_of_tests + Millis{1}; });
}

TEST(Audit, FindsAnExpiryOfAGrantThatNeverExpires) {
    expect_found(9, [](Books& books) {
        auto const grant = entry_of_kind(books, Kind::expire).draws[0].grant;
        std::ranges::find(books.grants, grant, &ledger::Grant::number)->expires_at.reset();
    });
}

TEST(Audit, FindsAnExpiryDatedOtherwiseThanItsGrant) {
    expect_found(
        9, [](Books& books) { entry_of_kind(books, Kind::expire).effective_at += Millis{1}; });
}

TEST(Audit, FindsAnExpiryRecordedBeforeItsDate) {
    expect_found(9, [](Books& books) {
        auto& entry = entry_of_kind(books, Kind::expire);
        entry.recorded_at = entry.effective_at - Millis{1};
    });
}

TEST(Audit, FindsAnExpiryThatTookLessThanWasLeft) {
    expect_found(9, [](Books& books) {
        auto& entry = entry_of_kind(books, Kind::expire);
        entry.amount += Credits{1};
        entry.draws[0].amount += Credits{1};
    });
}

TEST(Audit, FindsAnExpiryThatTookFromTwoGrants) {
    expect_found(9, [](Books& books) {
        auto& entry = entry_of_kind(books, Kind::expire);
        entry.amount -= Credits{1};
        entry.draws.push_back({.grant = 2, .amount = {-1}});
    });
}

TEST(Audit, FindsAnOverdraft) {
    // The debt of entry 10 is taken out of the grant instead, which goes below zero.
    expect_found(11, [](Books& books) {
        auto& draws = books.entries[9].draws;
        auto const owed = std::ranges::find(draws, ledger::debt, &ledger::Draw::grant);
        ASSERT_NE(owed, draws.end());
        owed->grant = 2;
    });
}

TEST(Audit, FindsEachTotalThatIsNotTheSumOfItsEntries) {
    using Field = Credits ledger::Totals::*;
    for (Field const field : {&ledger::Totals::recharged, &ledger::Totals::consumed,
                              &ledger::Totals::refunded, &ledger::Totals::expired}) {
        expect_found(12, [&](Books& books) { books.account.totals.*field += Credits{1}; });
    }
}

TEST(Audit, TheChainFindsAnyChangedFieldOfAnyEntry) {
    using Change = void (*)(ledger::Entry&);
    std::vector<Change> const changes = {
        [](ledger::Entry& e) { e.kind = e.kind == Kind::sync ? Kind::adjust : Kind::sync; },
        [](ledger::Entry& e) { e.amount += Credits{1}; },
        [](ledger::Entry& e) { e.balance_after += Credits{1}; },
        [](ledger::Entry& e) { e.job = {88}; },
        [](ledger::Entry& e) { e.charge += 1; },
        [](ledger::Entry& e) { e.reference += "x"; },
        [](ledger::Entry& e) { e.note += "x"; },
        [](ledger::Entry& e) { e.recorded_at += Millis{1}; },
        [](ledger::Entry& e) { e.effective_at += Millis{1}; },
        [](ledger::Entry& e) { e.draws[0].amount += Credits{1}; },
        [](ledger::Entry& e) { e.hash[31] ^= 1U; },
    };
    auto const honest = busy_purse().books();
    for (std::size_t entry = 0; entry < honest.entries.size(); ++entry) {
        for (std::size_t change = 0; change < changes.size(); ++change) {
            auto books = honest;
            changes[change](books.entries[entry]);
            EXPECT_TRUE(finds(books, 10)) << "entry " << entry + 1 << ", change " << change;
        }
    }
}

TEST(Audit, TheChainFindsAChangedGrant) {
    auto const honest = busy_purse().books();
    for (std::size_t grant = 0; grant < honest.grants.size(); ++grant) {
        auto later = honest;
        later.grants[grant].expires_at = audit_time + 365 * day;
        EXPECT_TRUE(finds(later, 10)) << "expiry of grant " << grant + 1;
        auto free = honest;
        free.grants[grant].service += "tts";
        EXPECT_TRUE(finds(free, 10)) << "service of grant " << grant + 1;
        auto gift = honest;
        gift.grants[grant].kind = Kind::adjust;
        EXPECT_TRUE(finds(gift, 10)) << "kind of grant " << grant + 1;
    }
}

TEST(Audit, TheChainFindsEntriesThatChangedPlaces) {
    auto books = busy_purse().books();
    std::swap(books.entries[3], books.entries[4]);
    EXPECT_TRUE(finds(books, 10));
}

TEST(Audit, AbsurdNumbersAreFindingsAndStopNothing) {
    constexpr Credits most{std::numeric_limits<std::int64_t>::max()};
    auto books = busy_purse().books();
    books.entries[0].amount = most;
    books.entries[1].amount = most;
    books.entries[2].draws[0].amount = {std::numeric_limits<std::int64_t>::min()};
    books.grants[0].remaining = most;
    books.grants[1].remaining = most;
    books.account.debt = {std::numeric_limits<std::int64_t>::min()};
    EXPECT_TRUE(finds(books, 1));
    EXPECT_TRUE(finds(books, 2));
}

TEST(LedgerAudit, OfSumsThatNoAccountCanHaveIsDoneToItsEnd) {
    constexpr std::int64_t most = std::int64_t{1} << 61;
    for (auto const kind : {Kind::recharge, Kind::consume, Kind::refund, Kind::expire}) {
        for (auto const sign : {1, -1}) {
            auto books = busy_purse().books();
            for (int extra = 0; extra < 2; ++extra) {
                auto entry = books.entries.back();
                entry.seq += 1;
                entry.kind = kind;
                entry.amount = {sign * most};
                books.entries.push_back(entry);
            }
            EXPECT_TRUE(finds(books, 1));
        }
    }
}

TEST(LedgerAudit, FindsADebtBelowNothingAndAGrantWithoutANumber) {
    auto books = busy_purse().books();
    books.account.debt = {-1};
    EXPECT_TRUE(finds(books, 1));
    books = busy_purse().books();
    books.grants.front().number = 0;
    EXPECT_TRUE(finds(books, 2));
}

}  // namespace
}  // namespace tests
