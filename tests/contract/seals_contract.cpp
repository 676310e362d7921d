// Seals: kept as they were made, and how far each account was sealed.
#include "ledger/debit.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using ledger::Leaf;

struct Seen {
    Leaf leaf;
    bool changed = false;

    friend bool operator==(Seen const&, Seen const&) = default;
};

std::vector<Seen> leaves_of(adapters::Store& store) {
    std::vector<Seen> seen;
    store.seals().leaves([&](Leaf const& leaf, bool changed) { seen.push_back({leaf, changed}); });
    return seen;
}

Leaf leaf_of(adapters::Store& store, std::string const& user) {
    auto const account = store.find_wallet(user)->account;
    return {.account = account.id, .seq = account.entries, .head = account.head};
}

ledger::Seal a_seal(std::int64_t number) {
    ledger::Seal seal{.number = number,
                      .at = base::from_ms(1'700'000'000'000 + number),
                      .accounts = 2,
                      .entries = 3,
                      .key = "0a1b",
                      .signature = "ff"};
    seal.root.fill(static_cast<std::uint8_t>(number));
    seal.previous.fill(7);
    return seal;
}

}  // namespace

TEST_P(StoreContract, SealsAreKeptInOrderAndOnlyTheNextOneIsAdded) {
    EXPECT_TRUE(store().seals().all().empty());
    EXPECT_FALSE(store().seals().last());
    EXPECT_TRUE(store().seals().add(a_seal(1), {}));
    EXPECT_FALSE(store().seals().add(a_seal(1), {}));
    EXPECT_TRUE(store().seals().add(a_seal(2), {}));
    EXPECT_EQ(store().seals().all(), (std::vector{a_seal(1), a_seal(2)}));
    EXPECT_EQ(store().seals().last(), a_seal(2));
}

TEST_P(StoreContract, LeavesAreThoseThatChangedAndThoseThatDidNot) {
    open("ann");
    open("ben", 0);  // no entries: nothing to seal
    open("cat");
    auto const ann = leaf_of(store(), "ann");
    auto const cat = leaf_of(store(), "cat");
    EXPECT_EQ(leaves_of(store()), (std::vector<Seen>{{ann, true}, {cat, true}}));

    ASSERT_TRUE(store().seals().add(a_seal(1), {ann, cat}));
    EXPECT_EQ(leaves_of(store()), (std::vector<Seen>{{ann, false}, {cat, false}}));

    change({.users = {"cat"}}, [](jobs::Batch& batch) {
        ledger::debit(*batch.wallet_of("cat"), {.amount = {5}}, batch.now);
    });
    auto const newer = leaf_of(store(), "cat");
    EXPECT_NE(newer, cat);
    EXPECT_EQ(leaves_of(store()), (std::vector<Seen>{{ann, false}, {newer, true}}));
}

TEST_P(StoreContract, WhatWasSealedStaysWhenItIsMoreThanThereIsLeft) {
    open("ann");
    auto const there = leaf_of(store(), "ann");
    Leaf const more{.account = there.account, .seq = there.seq + 3, .head = a_seal(1).previous};
    ASSERT_TRUE(store().seals().add(a_seal(1), {more}));
    EXPECT_EQ(leaves_of(store()), (std::vector<Seen>{{more, false}}));
}

TEST_P(StoreContract, TheAuditIsGivenWhatWasSealedAndFindsWhatIsGone) {
    open("ann");
    open("ben");
    auto const ann = leaf_of(store(), "ann");
    ASSERT_TRUE(store().seals().add(a_seal(1), {ann}));
    std::vector<std::optional<Leaf>> sealed;
    auto const see = [&](adapters::AuditPage const& page) { sealed.push_back(page.sealed); };
    EXPECT_TRUE(store().audit({}, see).empty());
    EXPECT_EQ(sealed, (std::vector<std::optional<Leaf>>{ann, std::nullopt}));

    sealed.clear();
    EXPECT_TRUE(store().audit({.user = "ann"}, see).empty());
    EXPECT_EQ(sealed, (std::vector<std::optional<Leaf>>{ann}));
}

}  // namespace contract
