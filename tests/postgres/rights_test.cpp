// Least privilege: whoever runs the program is a member of the schema's `_app` role, can live the
// whole life of a job, and can neither change nor remove what was written to the ledger.
#include <tuple>

#include <fmt/core.h>

#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

using jobs::Said;
using jobs::State;

constexpr std::string_view not_allowed = "42501";

// One schema for all of these tests: made by an owner who is no superuser, used by a member.
class Rights : public testing::Test {
protected:
    struct World {
        Place place = fresh_place();
        std::string owner = as_role(place.url, place.schema + "_owner");
        std::string app = as_role(place.url, place.schema + "_login");

        World() {
            Raw super{place.url};
            super.in(place.schema);
            super(fmt::format("CREATE ROLE {0}_owner LOGIN CREATEROLE; CREATE ROLE {0}_login LOGIN",
                              place.schema));
            super(fmt::format("GRANT CREATE ON DATABASE {} TO {}_owner",
                              super.connection().dbname(), place.schema));
            adapters::migrate_postgres(options(owner));
            super(fmt::format("GRANT {0}_app TO {0}_login", place.schema));
        }

        [[nodiscard]] PostgresOptions options(std::string const& url) const {
            auto options = place.options();
            options.url = url;
            options.opening = PostgresOpening::existing;
            return options;
        }
    };

    static World& world() {
        static World the_world;
        return the_world;
    }

    static Raw raw(std::string const& url) { return Raw{url}; }

    std::unique_ptr<tests::Desk> desk_ = desk_over(world().options(world().app));
};

jobs::Report says(base::JobId job, int attempt, Said said) {
    jobs::Report report{.job = job, .attempt = attempt, .said = said};
    if (said == Said::failed) {
        report.error = jobs::Error{.code = "provider_failed"};
    }
    return report;
}

base::JobId processing(tests::Desk& desk, std::string const& user) {
    auto const id = desk.submit(tests::request("script", user)).job->id;
    EXPECT_EQ(desk.claim("w1", 1, {"script"}).size(), 1U);
    return id;
}

TEST_F(Rights, AMemberOfTheAppRoleLivesTheWholeLifeOfAJob) {
    auto& desk = *desk_;
    auto const id = processing(desk, "life");
    desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t1"});
    desk.report(says(id, 1, Said::completed));
    EXPECT_EQ(desk.job(id).state, State::completed);
    auto const failed = processing(desk, "life");
    desk.report(says(failed, 1, Said::failed));
    desk.retry(failed);
    desk.cancel(failed);
    EXPECT_EQ(desk.job(failed).state, State::cancelled);
    EXPECT_EQ(desk.balance("life"), 515);
    desk.now += Millis{10};
    EXPECT_EQ(desk.prune(desk.now), 2);
}

TEST_F(Rights, AMemberOfTheAppRoleMovesMoney) {
    auto& desk = *desk_;
    desk.give("money", {.amount = {100}, .expires_at = desk.now + Millis{1'000}, .reference = "a"});
    desk.spend("money", {.amount = {20}, .reference = "b"});
    desk.now += Millis{2'000};
    EXPECT_EQ(desk.expire().grants, 1);
    EXPECT_EQ(desk.balance("money"), 520);
}

TEST_F(Rights, AMemberOfTheAppRoleSweeps) {
    auto& desk = *desk_;
    auto timed = tests::request("script", "sweeps");
    timed.run_at = desk.now + Millis{1'000};
    desk.submit(timed);
    desk.now += Millis{1'000};
    EXPECT_EQ(desk.wake().ready, 1);
    EXPECT_EQ(desk.claim("w1", 1, {"script"}).size(), 1U);
    desk.now += Millis{60'000};
    EXPECT_EQ(desk.rescue().requeued, 1);
    EXPECT_EQ(desk.claim("w1", 1, {"script"}).size(), 1U);
}

TEST_F(Rights, AMemberOfTheAppRoleDoesWhatIsNoTransaction) {
    auto& store = *desk_->store;
    EXPECT_TRUE(store.begin_duty("d", "me", Millis{1'000}, Millis{1'000}));
    store.end_duty("d", "me", "done", false);
    store.set_schedule_mark("s", store.schedule_mark("s"));
    store.set_queue_mode("tts", adapters::QueueMode::paused);
    store.set_queue_mode("tts", adapters::QueueMode::running);
    store.renew("w1", Millis{1'000});
    auto mine = raw(world().app);
    mine.in(world().place.schema)("SELECT {s}.enqueue('script', 'inbox')");
    EXPECT_EQ(store.inbox(10).size(), 1U);
    auto const key = store.add_api_key({.name = "k", .hash = "h"}).number;
    store.touch_api_key(key, desk_->now);
    EXPECT_TRUE(store.revoke_api_key(key));
    EXPECT_TRUE(store.find_api_key("h")->revoked_at);
    EXPECT_EQ(store.api_keys().size(), 1U);
    store.sync().put({.name = "novel", .secret = "s", .previous_secret = ""});
    store.sync().link({"", "7"}, "ann");
    EXPECT_EQ(store.sync().sources().size(), 1U);
    EXPECT_EQ(store.sync().links("7").size(), 1U);
    store.sync().link({"", "7"}, "");
    EXPECT_TRUE(store.sync().remove("novel"));
    EXPECT_NO_THROW(store.counts());
    EXPECT_NO_THROW(store.work());
    EXPECT_FALSE(adapters::postgres_status(world().options(world().app)).may_change_entries);
    EXPECT_TRUE(adapters::postgres_status(world().options(world().owner)).may_change_entries);
}

// What would change, remove, or open a way to change or remove, rows of that table.
std::vector<std::string> harms_to(std::string const& table) {
    std::vector<std::string> all;
    for (char const* const harm :
         {"UPDATE {0} SET account = account",
          "UPDATE {0} SET account = account WHERE false",
          "DELETE FROM {0}",
          "DELETE FROM {0} WHERE false",
          "TRUNCATE {0}",
          "SELECT * FROM {0} FOR UPDATE",
          "SELECT * FROM {0} FOR KEY SHARE",
          "DROP TABLE {0}",
          "DROP TABLE {0} CASCADE",
          "ALTER TABLE {0} DISABLE TRIGGER ALL",
          "ALTER TABLE {0} DISABLE TRIGGER USER",
          "ALTER TABLE {0} DISABLE RULE nothing",
          "ALTER TABLE {0} ADD COLUMN more int",
          "ALTER TABLE {0} RENAME TO other",
          "ALTER TABLE {0} OWNER TO CURRENT_USER",
          "ALTER TABLE {0} SET SCHEMA public",
          "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY",
          "CREATE INDEX ON {0} (account)",
          "CREATE RULE nothing AS ON INSERT TO {0} DO INSTEAD NOTHING",
          "CREATE TRIGGER swallow BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION "
          "suppress_redundant_updates_trigger()",
          "LOCK TABLE {0} IN ACCESS EXCLUSIVE MODE",
          "CLUSTER {0}",
          "COMMENT ON TABLE {0} IS ''",
          "MERGE INTO {0} t USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE",
          "COPY {0} FROM PROGRAM 'true'",
          "COPY {0} FROM '/dev/null'"}) {
        all.push_back(fmt::format(fmt::runtime(harm), table));
    }
    return all;
}

TEST_F(Rights, NothingThatChangesEntriesOrGrantsIsAllowed) {
    auto mine = raw(world().app);
    mine.in(world().place.schema);
    for (char const* const table : {"entries", "entries_0", "entries_4000000", "grants"}) {
        auto const name = world().place.schema + "." + table;
        for (auto const& harm : harms_to(name)) {
            EXPECT_EQ(mine.refusal(harm), not_allowed) << harm;
        }
    }
}

TEST_F(Rights, APartitionIsReachedThroughItsTableOnly) {
    auto mine = raw(world().app);
    mine.in(world().place.schema);
    for (char const* const way :
         {"INSERT INTO {s}.entries_0 SELECT * FROM {s}.entries", "COPY {s}.entries_0 FROM STDIN",
          "ALTER TABLE {s}.entries DETACH PARTITION {s}.entries_0",
          "INSERT INTO {s}.entries SELECT * FROM {s}.entries ON CONFLICT (account, seq, n) "
          "DO UPDATE SET amount = 0",
          "SELECT {s}.add_partition('entries', 1, 2)"}) {
        EXPECT_EQ(mine.refusal(way), not_allowed) << way;
    }
}

TEST_F(Rights, AccountsAreChangedAndNeverRemoved) {
    desk_->open_account("kept");
    auto mine = raw(world().app);
    mine.in(world().place.schema);
    for (char const* const way :
         {"DELETE FROM {s}.accounts", "TRUNCATE {s}.accounts", "DROP TABLE {s}.accounts",
          "ALTER TABLE {s}.accounts DISABLE TRIGGER ALL"}) {
        EXPECT_EQ(mine.refusal(way), not_allowed) << way;
    }
    for (char const* const way :
         {"UPDATE {s}.accounts SET user_id = 'me'", "UPDATE {s}.accounts SET id = id + 1000",
          "UPDATE {s}.accounts SET created_at = 0",
          "INSERT INTO {s}.accounts SELECT * FROM {s}.accounts ON CONFLICT (id) DO UPDATE SET "
          "user_id = 'me'"}) {
        EXPECT_EQ(mine.refusal(way), "55000") << way;
    }
}

TEST_F(Rights, WhatGuardsTheLedgerIsOutOfReach) {
    auto mine = raw(world().app);
    mine.in(world().place.schema);
    for (char const* const way :
         {"SET session_replication_role = replica",

          "DROP FUNCTION {s}.refuse() CASCADE",
          "ALTER FUNCTION {s}.refuse() RENAME TO allow",
          "CREATE OR REPLACE FUNCTION {s}.refuse() RETURNS trigger LANGUAGE plpgsql AS "
          "'BEGIN RETURN NEW; END'",
          "DROP TRIGGER entries_no_update ON {s}.entries",
          "ALTER TRIGGER entries_no_update ON {s}.entries RENAME TO x",
          "DROP SCHEMA {s} CASCADE",
          "CREATE TABLE {s}.mine (n int)",
          "CREATE FUNCTION {s}.mine() RETURNS int LANGUAGE sql AS "
          "'SELECT 1'",
          "ALTER SCHEMA {s} RENAME TO other",
          "SELECT setval('{s}.entry_numbers', 1)",
          "SELECT setval('{s}.job_ids', 1)",
          "INSERT INTO {s}.schema_steps (what) VALUES ('')",
          "DELETE FROM {s}.schema_steps",
          "UPDATE {s}.entry_references SET seq = 1",
          "DELETE FROM {s}.entry_references",
          "TRUNCATE {s}.entry_references",
          "DELETE FROM {s}.jobs",
          "TRUNCATE {s}.jobs",
          "DELETE FROM {s}.job_keys",
          "UPDATE {s}.job_keys SET job = 1",
          "DELETE FROM {s}.edges",
          "DELETE FROM {s}.api_keys",
          "TRUNCATE {s}.api_keys",
          "UPDATE {s}.api_keys SET scopes = 'admin'",
          "UPDATE {s}.api_keys SET hash = ''",
          "UPDATE {s}.api_keys SET expires_at = NULL",
          "TRUNCATE {s}.sync_sources",
          "ALTER TABLE {s}.sync_sources OWNER TO CURRENT_USER",
          "TRUNCATE {s}.ready",
          "TRUNCATE {s}.inbox"}) {
        EXPECT_EQ(mine.refusal(way), not_allowed) << way;
    }
}

TEST_F(Rights, ARoleThatIsNoMemberSeesNothing) {
    Raw{world().place.url}(fmt::format("CREATE ROLE {}_stranger LOGIN", world().place.schema));
    auto const url = as_role(world().place.url, world().place.schema + "_stranger");
    auto stranger = raw(url);
    stranger.in(world().place.schema);
    EXPECT_EQ(stranger.refusal("SELECT * FROM {s}.entries"), not_allowed);
    EXPECT_EQ(stranger.refusal("SELECT {s}.enqueue('script', 'u')"), not_allowed);
    auto const said = failure_of<Unusable>([&] { adapters::open_postgres(world().options(url)); });
    EXPECT_NE(said.find("may not do that"), std::string::npos) << said;
}

TEST_F(Rights, ABalanceThatTheAppRoleMakesUpIsFound) {
    auto& desk = *desk_;
    desk.open_account("rich");
    auto mine = raw(world().app);
    mine.in(world().place.schema);
    mine("UPDATE {s}.accounts SET balance = balance + 1000 WHERE user_id = 'rich'");
    EXPECT_NE(desk.audit().find("account rich"), std::string::npos);
    mine("UPDATE {s}.accounts SET balance = balance - 1000 WHERE user_id = 'rich'");
    EXPECT_EQ(desk.audit(), "");
}

TEST(Owner, WhoMayMakeNoRoleWorksAlone) {
    auto place = fresh_place();
    Raw super{place.url};
    super(fmt::format("CREATE ROLE {}_plain LOGIN", place.schema));
    super(fmt::format("GRANT CREATE ON DATABASE {} TO {}_plain", super.connection().dbname(),
                      place.schema));
    auto options = place.options();
    options.url = as_role(place.url, place.schema + "_plain");
    auto const desk = desk_over(options);
    auto const id = processing(*desk, "u1");
    desk->report(says(id, 1, Said::completed));
    EXPECT_EQ(desk->balance("u1"), 515);
}

}  // namespace
}  // namespace postgres_tests
