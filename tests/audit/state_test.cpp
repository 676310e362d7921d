// An audit that was interrupted goes on where it was, on the store that it was begun on.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/audit/forger.h"
#include "tests/support/temp_dir.h"
#include "worker/audit_state.h"
#include "worker/sealing.h"

namespace audit_tests {
namespace {

using adapters::Unusable;
using worker::AuditState;

struct Interrupted {};

class InterruptedAudit : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        auto& desk = victim_->desk();
        desk.auditing = false;
        for (char const* const user : {"ann", "ben", "cleo", "dan"}) {
            desk.open_account(user);
            desk.spend(user, {.amount = {20}});
        }
    }

    adapters::Store& store() { return *victim_->desk().store; }

    // After so many accounts; what it has come to is kept in the file.
    void run_until(std::int64_t accounts, wire::Audited begun = {}) {
        try {
            wire::audit(
                store(), std::nullopt,
                [&](wire::Audited const& so_far) {
                    if (so_far.accounts == accounts) {
                        worker::write_audit_state({.store = "here", .audited = so_far}, file_);
                        throw Interrupted{};
                    }
                },
                std::move(begun));
        } catch (Interrupted const&) {
            return;
        }
        ADD_FAILURE() << "it came to its end";
    }

    AuditState kept() { return worker::read_audit_state(file_).value(); }

    std::string refusal(std::string const& shown = "here") {
        try {
            worker::check_same_store(kept(), store(), shown, file_);
        } catch (Unusable const& refused) {
            return refused.what();
        }
        return "";
    }

    void seal() {
        using adapters::identity::SealKey;
        auto const key = std::move(*SealKey::from_text(SealKey::make()));
        ASSERT_TRUE(worker::seal(store(), key));
    }

    std::unique_ptr<Victim> victim_ = GetParam().make();
    support::TempDir folder_;
    std::filesystem::path file_ = folder_ / "audit.state";
};

TEST_P(InterruptedAudit, LooksAtEachAccountOnce) {
    run_until(1);
    EXPECT_EQ(kept().audited.place->user, "ann");
    run_until(3, kept().audited);
    EXPECT_EQ(refusal(), "");
    auto const whole = wire::audit(store(), std::nullopt, {}, kept().audited);
    EXPECT_EQ(whole.accounts, 4);
    EXPECT_EQ(whole.entries, 8);
    EXPECT_TRUE(whole.findings.empty());
}

TEST_P(InterruptedAudit, KeepsWhatItHadFound) {
    victim_->execute("UPDATE {s}.accounts SET balance = balance + 1 WHERE {user} = 'ann'");
    run_until(2);
    victim_->execute("UPDATE {s}.accounts SET balance = balance + 1 WHERE {user} = 'dan'");
    auto const whole = wire::audit(store(), std::nullopt, {}, kept().audited);
    EXPECT_EQ(std::ranges::count(whole.findings, "ann", &ledger::Finding::account), 2);
    EXPECT_EQ(std::ranges::count(whole.findings, "dan", &ledger::Finding::account), 2);
}

// What was sealed must be there in each view that accounts are read from, whatever was sealed
// between one and the next.
TEST_P(InterruptedAudit, ChecksTheSealsOfEachOfItsRuns) {
    seal();
    run_until(2);
    victim_->desk().spend("ann", {.amount = {1}});
    seal();
    auto whole = wire::audit(store(), std::nullopt, {}, kept().audited);
    EXPECT_TRUE(whole.findings.empty());
    EXPECT_EQ(whole.seals.size(), 2U);

    victim_->behind_the_guards({"UPDATE {s}.sealed_heads SET seq = seq - 1"});
    whole = wire::audit(store(), std::nullopt, {}, kept().audited);
    EXPECT_TRUE(std::ranges::any_of(whole.findings, [](auto const& finding) {
        return finding.what.starts_with("seal 2 is of 4 accounts with");
    }));
    victim_->behind_the_guards({"DELETE FROM {s}.seals", "DELETE FROM {s}.sealed_heads"});
    whole = wire::audit(store(), std::nullopt, {}, kept().audited);
    ASSERT_EQ(whole.findings.size(), 1U);
    EXPECT_EQ(whole.findings[0].what, "seal 1 was there and is gone");
}

TEST_P(InterruptedAudit, IsNotGoneOnWithOnAnotherStore) {
    run_until(2);
    EXPECT_NE(refusal("there").find("is of an audit of here, and this is there"),
              std::string::npos);
    auto const ben = books_of(*victim_, "ben");
    auto other = ben;
    other.books.entries.back().note = "of another store";
    make_all_fit(other.books);
    put(*victim_, ben, other);
    EXPECT_NE(refusal().find("had come to account ben with its entry 2, which is not in this"),
              std::string::npos)
        << refusal();
}

INSTANTIATE_TEST_SUITE_P(Stores, InterruptedAudit, testing::ValuesIn(victims()),
                         [](auto const& info) { return info.param.name; });

class StateFile : public testing::Test {
protected:
    std::string refusal(std::string const& text) {
        std::ofstream{file_} << text;
        try {
            worker::read_audit_state(file_);
        } catch (Unusable const& refused) {
            return refused.what();
        }
        return "";
    }

    support::TempDir folder_;
    std::filesystem::path file_ = folder_ / "audit.state";
};

TEST_F(StateFile, HoldsAllThatIsNeededAndIsForItsOwnerOnly) {
    EXPECT_FALSE(worker::read_audit_state(file_));
    AuditState state{.store = "postgres://host/money",
                     .began_at = base::from_ms(1'772'323'200'000),
                     .spent = base::Millis{1500},
                     .runs = 2,
                     .audited = {}};
    auto& audited = state.audited;
    audited.accounts = 3;
    audited.entries = 1'000'000'007;
    audited.jobs = 5;
    audited.findings.push_back(
        {.invariant = 4, .account = "ann \xff", .job = {17}, .what = "said \"no\"\n"});
    audited.place = {
        .account = {9}, .user = "\xe5\xae\x89", .entries = 12, .head = base::sha256("x")};
    audited.seals.push_back({.number = 4, .root = base::sha256("y"), .key = "k"});
    worker::write_audit_state({}, file_);
    worker::write_audit_state(state, file_);
    auto const read = worker::read_audit_state(file_).value();
    EXPECT_EQ(read.store, state.store);
    EXPECT_EQ(read.began_at, state.began_at);
    EXPECT_EQ(read.spent, state.spent);
    EXPECT_EQ(read.runs, 2);
    EXPECT_EQ(read.audited.entries, 1'000'000'007);
    ASSERT_EQ(read.audited.findings.size(), 1U);
    EXPECT_EQ(read.audited.findings[0].account, "ann \xff");
    EXPECT_EQ(read.audited.findings[0].job.value, 17);
    EXPECT_EQ(read.audited.findings[0].what, "said \"no\"\n");
    EXPECT_EQ(read.audited.place->user, "\xe5\xae\x89");
    EXPECT_EQ(read.audited.place->head, base::sha256("x"));
    EXPECT_EQ(read.audited.seals.at(0), audited.seals[0]);
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(file_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(StateFile, IsRefusedWhereItIsSomethingElse) {
    for (char const* const text : {"", "some notes", "[]", "{}", R"({"password":"x"})"}) {
        EXPECT_NE(refusal(text).find("is not the state of an audit; name another file"),
                  std::string::npos)
            << text;
    }
    EXPECT_NE(refusal(R"({"tallyman_audit":2})").find("another version"), std::string::npos);
    for (char const* const text :
         {R"({"tallyman_audit":1})", R"({"tallyman_audit":1,"store":7,"findings":[]})"}) {
        EXPECT_NE(refusal(text).find("is damaged; remove it to begin anew"), std::string::npos)
            << text;
    }
}

TEST_F(StateFile, IsNotBelievedWhereOthersCouldHaveWrittenIt) {
    worker::write_audit_state({.store = "s"}, file_);
    std::filesystem::permissions(file_, std::filesystem::perms::group_write,
                                 std::filesystem::perm_options::add);
    EXPECT_THROW(worker::read_audit_state(file_), Unusable);
    std::filesystem::remove(file_);
    worker::write_audit_state({.store = "s"}, folder_ / "elsewhere");
    std::filesystem::create_symlink(folder_ / "elsewhere", file_);
    EXPECT_THROW(worker::read_audit_state(file_), Unusable);
}

}  // namespace
}  // namespace audit_tests
