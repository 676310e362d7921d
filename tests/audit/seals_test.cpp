// Seals that somebody edits, removes or makes anew, and guards that they don't put back.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/audit/victim.h"
#include "worker/auditing.h"
#include "worker/sealing.h"

namespace audit_tests {
namespace {

using adapters::identity::SealKey;

class SealedLedger : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        auto& desk = victim_->desk();
        desk.auditing = false;
        for (char const* const user : {"ann", "ben"}) {
            desk.open_account(user);
            desk.spend(user, {.amount = {20}});
        }
        seal();
        desk.spend("ann", {.amount = {5}});
        seal();
        EXPECT_EQ(findings(), "");
    }

    void seal() { ASSERT_TRUE(worker::seal(*victim_->desk().store, key_)); }

    std::string findings() {
        std::string text;
        for (auto const& finding :
             worker::audit_books(*victim_->desk().store, settings_, std::nullopt).findings) {
            text += fmt::format("{}: {}\n", finding.invariant, finding.what);
        }
        return text;
    }

    // Found after the first and not after the second, which undoes it.
    void expect_found(std::string const& harm, std::string const& undo, std::string const& what) {
        victim_->behind_the_guards({harm});
        auto const said = findings();
        EXPECT_NE(said.find(what), std::string::npos) << harm << ": no `" << what << "` in\n"
                                                      << said;
        victim_->behind_the_guards({undo});
        EXPECT_EQ(findings(), "") << undo;
    }

    std::unique_ptr<Victim> victim_ = GetParam().make();
    SealKey key_ = std::move(*SealKey::from_text(SealKey::make()));
    config::Settings settings_;
};

TEST_P(SealedLedger, ThatWasEditedIsFound) {
    expect_found("UPDATE {s}.seals SET entries = entries + 1 WHERE number = 1",
                 "UPDATE {s}.seals SET entries = entries - 1 WHERE number = 1",
                 "10: seal 1 has a signature that is not its key's");
    expect_found("UPDATE {s}.seals SET entries = entries + 1 WHERE number = 1",
                 "UPDATE {s}.seals SET entries = entries - 1 WHERE number = 1",
                 "10: seal 2 does not follow from the one before it");
    expect_found("UPDATE {s}.sealed_heads SET seq = seq - 1",
                 "UPDATE {s}.sealed_heads SET seq = seq + 1", "10: seal 2 is of 2 accounts with");
    expect_found("UPDATE {s}.seals SET number = 7 WHERE number = 2",
                 "UPDATE {s}.seals SET number = 2 WHERE number = 7",
                 "10: seal 7 does not follow from the one before it");
}

TEST_P(SealedLedger, ThatIsGoneIsFound) {
    victim_->behind_the_guards({"DELETE FROM {s}.seals WHERE number = 2"});
    EXPECT_NE(findings().find("10: seal 1 is of 2 accounts with 4 entries, what is kept of it is "
                              "of 2 with 5 or of others"),
              std::string::npos)
        << findings();
    victim_->behind_the_guards({"DELETE FROM {s}.seals"});
    EXPECT_EQ(findings(), "10: 2 accounts were sealed and there is no seal: it is gone\n");
}

// The chain and the signatures are whole again: only who knows the key can tell.
TEST_P(SealedLedger, ThatWasSignedWithAnotherKeyIsFoundWhereKeysAreNamed) {
    settings_.seals.trusted_keys = {key_.public_hex()};
    EXPECT_EQ(findings(), "");
    auto seal = victim_->desk().store->seals().all().back();
    auto const other = std::move(*SealKey::from_text(SealKey::make()));
    seal.key = other.public_hex();
    seal.signature = other.sign(ledger::sealed_text(seal));
    victim_->behind_the_guards(
        {fmt::format("UPDATE {{s}}.seals SET key = '{}', signature = '{}' WHERE number = 2",
                     seal.key, seal.signature)});
    EXPECT_EQ(findings(), fmt::format("10: seal 2 is signed with a key that is not in "
                                      "seals.trusted_keys: {}\n",
                                      seal.key));
}

// What was sealed of an account is rewritten with the account, so that the two agree.
TEST_P(SealedLedger, AnAccountThatIsGoneWithAllThatWasKeptOfItIsFound) {
    std::vector<std::string> harm;
    for (auto const* const table : {"entries", "grants", "sealed_heads"}) {
        harm.push_back(
            fmt::format("DELETE FROM {{s}}.{} WHERE account = (SELECT id FROM "
                        "{{s}}.accounts WHERE {{user}} = 'ben')",
                        table));
    }
    harm.emplace_back("DELETE FROM {s}.accounts WHERE {user} = 'ben'");
    victim_->behind_the_guards(harm);
    EXPECT_EQ(findings(),
              "10: seal 2 is of 2 accounts with 5 entries, what is kept of it is of 1 "
              "with 3 or of others\n");
}

TEST_P(SealedLedger, WithAGuardThatWasNotPutBackIsFound) {
    auto const name = victim_->switch_off_a_guard();
    auto const said = findings();
    EXPECT_NE(said.find(fmt::format("10: the guard {}", name)), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(Stores, SealedLedger, testing::ValuesIn(victims()),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace audit_tests
