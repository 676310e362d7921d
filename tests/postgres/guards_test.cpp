// The second line: triggers that refuse to the owner too, an audit that names a guard which is gone
// or altered, and hashes that find what was changed while it was.
#include <fmt/core.h>

#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

class Guards : public testing::Test {
protected:
    Guards() {
        owner_.in(place_.schema);
        desk_->open_account("u1");
        desk_->spend("u1", {.amount = {20}, .reference = "first"});
        desk_->give("u1", {.amount = {100}, .reference = "second"});
        desk_->spend("u1", {.amount = {5}, .reference = "third"});
    }

    // What the store says of itself, without the books.
    std::string store_findings() {
        std::string text;
        auto const skip = [](adapters::AuditPage const&) {};
        for (auto const& finding : desk_->store->audit({}, skip)) {
            text += fmt::format("{}: {}\n", finding.invariant, finding.what);
        }
        return text;
    }

    void expect_named(std::string const& harm, std::string const& guard, std::string const& table) {
        owner_(harm);
        EXPECT_NE(store_findings().find(fmt::format("10: the guard {} of {} is", guard, table)),
                  std::string::npos)
            << harm << "\n"
            << store_findings();
    }

    // Changes it as one who can switch the triggers off, and on again.
    void behind_the_guards(std::string const& sql) {
        owner_("SET session_replication_role = replica");
        owner_(sql);
        owner_("SET session_replication_role = origin");
    }

    Place place_ = fresh_place();
    std::unique_ptr<tests::Desk> desk_ = desk_over(place_.options());
    Raw owner_{place_.url};
};

TEST_F(Guards, RefuseToTheOwnerToo) {
    for (char const* const table : {"entries", "entries_0"}) {
        for (char const* const harm :
             {"UPDATE {{s}}.{} SET note = 'x'", "DELETE FROM {{s}}.{}", "TRUNCATE {{s}}.{}",
              "UPDATE {{s}}.{} SET n = n + 4000000", "TRUNCATE {{s}}.{} CASCADE"}) {
            EXPECT_EQ(owner_.refusal(fmt::format(fmt::runtime(harm), table)), "55000")
                << harm << " " << table;
        }
    }
    for (char const* const harm :
         {"UPDATE {s}.grants SET amount = 1", "DELETE FROM {s}.grants", "TRUNCATE {s}.grants",
          "UPDATE {s}.accounts SET user_id = 'x'", "UPDATE {s}.accounts SET id = 7",
          "DELETE FROM {s}.accounts", "TRUNCATE {s}.accounts", "TRUNCATE {s}.entries_4000000"}) {
        EXPECT_EQ(owner_.refusal(harm), "55000") << harm;
    }
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Guards, AreNamedWhenTheyAreDisabled) {
    for (auto const& [table, guard] : {std::pair{"entries", "entries_no_update"},
                                       {"entries_0", "entries_no_update"},
                                       {"entries_0", "entries_no_delete"},
                                       {"entries_0", "entries_no_truncate"},
                                       {"entries_4000000", "entries_no_truncate"},
                                       {"grants", "grants_no_delete"},
                                       {"accounts", "accounts_keep_user"}}) {
        for (char const* const how : {"DISABLE", "ENABLE REPLICA"}) {
            expect_named(fmt::format("ALTER TABLE {{s}}.{} {} TRIGGER {}", table, how, guard),
                         guard, table);
            owner_(fmt::format("ALTER TABLE {{s}}.{} ENABLE TRIGGER {}", table, guard));
            EXPECT_EQ(store_findings(), "") << table << " " << guard;
        }
    }
}

TEST_F(Guards, AreNamedWhenTheyAreDropped) {
    expect_named("DROP TRIGGER entries_no_update ON {s}.entries", "entries_no_update", "entries_0");
    expect_named("DROP TRIGGER entries_no_truncate ON {s}.entries_0", "entries_no_truncate",
                 "entries_0");
    expect_named("DROP TRIGGER grants_no_update ON {s}.grants", "grants_no_update", "grants");
    expect_named("DROP TRIGGER accounts_no_delete ON {s}.accounts", "accounts_no_delete",
                 "accounts");
}

TEST_F(Guards, AreNamedWhenAnotherTriggerHasTheirName) {
    auto const replace = [](std::string_view table, std::string_view name, std::string_view by) {
        return fmt::format("DROP TRIGGER {1} ON {{s}}.{0}; CREATE TRIGGER {1} {2}", table, name,
                           by);
    };
    expect_named(replace("grants", "grants_no_update",
                         "BEFORE UPDATE ON {s}.grants FOR EACH ROW WHEN (false) EXECUTE FUNCTION "
                         "{s}.refuse('')"),
                 "grants_no_update", "grants");
    expect_named(
        replace("grants", "grants_no_delete",
                "BEFORE UPDATE ON {s}.grants FOR EACH ROW EXECUTE FUNCTION {s}.refuse('')"),
        "grants_no_delete", "grants");
    expect_named(replace("entries", "entries_no_update",
                         "BEFORE UPDATE OF note ON {s}.entries FOR EACH ROW EXECUTE FUNCTION "
                         "{s}.refuse('')"),
                 "entries_no_update", "entries");
    expect_named(replace("accounts", "accounts_keep_user",
                         "BEFORE UPDATE OF created_at ON {s}.accounts FOR EACH ROW EXECUTE "
                         "FUNCTION {s}.refuse('')"),
                 "accounts_keep_user", "accounts");
    expect_named(replace("accounts", "accounts_no_truncate",
                         "BEFORE TRUNCATE ON {s}.accounts EXECUTE FUNCTION "
                         "suppress_redundant_updates_trigger()"),
                 "accounts_no_truncate", "accounts");
}

TEST_F(Guards, AreNamedWhenWhatTheyCallNoLongerRefuses) {
    for (char const* const body :
         {"BEGIN RETURN NEW; END", "BEGIN /* RAISE EXCEPTION */ RETURN NEW; END",
          "BEGIN IF false THEN RAISE EXCEPTION ''; END IF; RETURN NEW; END"}) {
        expect_named(
            fmt::format("CREATE OR REPLACE FUNCTION {{s}}.refuse() RETURNS trigger LANGUAGE "
                        "plpgsql AS $${}$$",
                        body),
            "entries_no_update", "entries");
    }
}

TEST_F(Guards, OfAPartitionThatWasTakenOutAndPutBackAreNamed) {
    owner_("ALTER TABLE {s}.entries DETACH PARTITION {s}.entries_0");
    owner_("UPDATE {s}.entries_0 SET amount = amount * 2 WHERE reference = 'second'");
    owner_("DROP TRIGGER entries_no_truncate ON {s}.entries_0");
    owner_(
        "ALTER TABLE {s}.entries ATTACH PARTITION {s}.entries_0 FOR VALUES FROM (0) TO (4000000)");
    EXPECT_NE(desk_->audit().find("entries_no_truncate of entries_0"), std::string::npos);
    EXPECT_NE(desk_->audit().find("invariant 10, account u1"), std::string::npos);
}

class Tampering : public Guards, public testing::WithParamInterface<char const*> {};

TEST_P(Tampering, BehindTheGuardsIsFound) {
    behind_the_guards(GetParam());
    EXPECT_EQ(store_findings().find("guard"), std::string::npos) << "they are all there again";
    desk_->auditing = false;
    auto const found = desk_->audit();
    EXPECT_NE(found.find("account u1"), std::string::npos) << GetParam() << "\n" << found;
    EXPECT_NE(found.find("invariant 10"), std::string::npos) << GetParam() << "\n" << found;
}

INSTANTIATE_TEST_SUITE_P(
    Entries, Tampering,
    testing::Values(
        "UPDATE {s}.entries SET amount = amount + 1 WHERE reference = 'second'",
        "UPDATE {s}.entries SET balance_after = balance_after + 1 WHERE reference = 'third'",
        "UPDATE {s}.entries SET note = 'a gift' WHERE reference = 'first'",
        "UPDATE {s}.entries SET reference = 'other' WHERE reference = 'first'",
        "UPDATE {s}.entries SET recorded_at = recorded_at - 1 WHERE reference = 'first'",
        "UPDATE {s}.entries SET effective_at = effective_at - 1 WHERE reference = 'third'",
        "UPDATE {s}.entries SET kind = 8 WHERE reference = 'third'",
        "UPDATE {s}.entries SET job = 99 WHERE reference = 'third'",
        "UPDATE {s}.entries SET charge = 2 WHERE reference = 'third'",
        "UPDATE {s}.entries SET hash = sha256('x') WHERE reference = 'first'",
        "DELETE FROM {s}.entries WHERE reference = 'third'",
        "DELETE FROM {s}.entries WHERE reference = 'first'",
        "UPDATE {s}.grants SET amount = amount + 50 WHERE number = 2",
        "UPDATE {s}.grants SET expires_at = 9999999999999 WHERE number = 2",
        "UPDATE {s}.grants SET service = 'tts' WHERE number = 2",
        "UPDATE {s}.accounts SET head = sha256('x')"));

}  // namespace
}  // namespace postgres_tests
