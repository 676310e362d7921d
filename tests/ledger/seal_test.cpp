// Seals: what they say of the ledger, and what the audit makes of them.
#include "ledger/seal.h"

#include <gtest/gtest.h>

#include "ledger/credit.h"
#include "ledger/debit.h"

namespace tests {
namespace {

using ledger::Leaf;
using ledger::Root;
using ledger::Seal;

constexpr auto noon = base::from_ms(1'772'366'400'000);

bool always(Seal const&) {
    return true;
}

bool never(Seal const&) {
    return false;
}

ledger::Books books_with(int debits) {
    auto wallet = ledger::open_account({7}, "ann", {520}, noon);
    for (int i = 0; i < debits; ++i) {
        ledger::debit(wallet, {.amount = {1}}, noon);
    }
    return {.account = wallet.account, .grants = wallet.grants, .entries = wallet.posted};
}

Leaf leaf_of(ledger::Books const& books) {
    return {.account = books.account.id, .seq = books.account.entries, .head = books.account.head};
}

Leaf leaf(std::int64_t account, std::int64_t seq) {
    Leaf made{.account = {account}, .seq = seq};
    made.head.fill(static_cast<std::uint8_t>(account));
    return made;
}

Root root_of(std::vector<Leaf> const& leaves) {
    Root root;
    for (auto const& one : leaves) {
        root.add(one);
    }
    return root;
}

std::vector<Seal> three_seals() {
    std::vector<Seal> seals;
    std::optional<Seal> last;
    for (int i = 1; i <= 3; ++i) {
        auto seal = ledger::next_seal(last, root_of({leaf(1, i)}), noon);
        seal.key = "key";
        seal.signature = "signature " + std::to_string(i);
        seals.push_back(seal);
        last = seal;
    }
    return seals;
}

TEST(Seal, TheRootIsOfEveryLeafAndAllOfIt) {
    auto const root = root_of({leaf(1, 4), leaf(2, 5)});
    EXPECT_EQ(root.accounts(), 2);
    EXPECT_EQ(root.entries(), 9);
    EXPECT_EQ(root.hash(), root_of({leaf(1, 4), leaf(2, 5)}).hash());
    auto other = leaf(2, 5);
    other.head[31] ^= 1U;
    EXPECT_NE(root.hash(), root_of({leaf(1, 4), other}).hash());
    EXPECT_NE(root.hash(), root_of({leaf(1, 4), leaf(2, 6)}).hash());
    EXPECT_NE(root.hash(), root_of({leaf(1, 4), leaf(3, 5)}).hash());
    EXPECT_NE(root.hash(), root_of({leaf(1, 4)}).hash());
    EXPECT_NE(root_of({leaf(1, 4)}).hash(), Root{}.hash());
}

TEST(Seal, ItsTextNamesEveryFieldButTheSignature) {
    auto const seal = three_seals().at(1);
    EXPECT_EQ(ledger::sealed_text(seal),
              "tallyman seal 2\nat 1772366400000\naccounts 1\nentries 2\nroot " +
                  base::hex(seal.root) + "\nprevious " + base::hex(seal.previous) + "\nkey key\n");
}

TEST(Seal, AnAccountThatHasGoneOnStillHasWhatWasSealed) {
    auto const sealed = leaf_of(books_with(2));
    EXPECT_TRUE(ledger::check(sealed, books_with(2)).empty());
    EXPECT_TRUE(ledger::check(sealed, books_with(5)).empty());
}

TEST(Seal, EntriesThatWereCutOffAreFound) {
    auto const found = ledger::check(leaf_of(books_with(2)), books_with(1));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].invariant, 10);
    EXPECT_EQ(found[0].account, "ann");
    EXPECT_EQ(found[0].what, "entries up to 3 were sealed, 2 are left");
}

TEST(Seal, AnEntryInPlaceOfASealedOneIsFound) {
    auto other = books_with(2);
    other.entries.back().hash[0] ^= 1U;
    auto const found = ledger::check(leaf_of(books_with(2)), other);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].what, "entry 3 is not the one that was sealed");
}

TEST(Seal, LeavesThatAreNotThoseOfTheSealAreFound) {
    auto const seal = three_seals().back();
    EXPECT_TRUE(ledger::check(seal, root_of({leaf(1, 3)})).empty());
    EXPECT_EQ(ledger::check(seal, root_of({leaf(1, 2)})).size(), 1U);
    EXPECT_EQ(ledger::check(seal, Root{}).size(), 1U);
}

TEST(Seal, AChainOfSealsIsWhole) {
    EXPECT_TRUE(ledger::check({}, always).empty());
    EXPECT_TRUE(ledger::check(three_seals(), always).empty());
}

TEST(Seal, ASealThatIsGoneOrChangedIsFound) {
    auto gone = three_seals();
    gone.erase(gone.begin() + 1);
    EXPECT_EQ(ledger::check(gone, always).size(), 1U);
    gone.erase(gone.begin());
    EXPECT_EQ(ledger::check(gone, always).size(), 1U);
    auto changed = three_seals();
    changed[1].entries += 1;
    EXPECT_EQ(ledger::check(changed, always).size(), 1U);
}

TEST(Seal, ABadSignatureIsFound) {
    EXPECT_EQ(ledger::check(three_seals(), never).size(), 3U);
}

}  // namespace
}  // namespace tests
