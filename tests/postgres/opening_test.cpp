// Opening: where the store's schema is, whether it is up to date, and what is said when there is
// nothing to open. No message has a password in it.
#include <fmt/core.h>

#include "tests/contract/processes.h"
#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

template <typename Error>
std::string refusal_to_open(PostgresOptions const& options) {
    return failure_of<Error>([&] { adapters::open_postgres(options); });
}

TEST(Opening, TwoSchemasOfOneDatabaseDoNotSeeEachOther) {
    auto const here = desk_over(fresh_place().options());
    auto const there = desk_over(fresh_place().options());
    auto const id = here->submit(tests::request("script", "u1")).job->id;
    there->open_account("u2");
    EXPECT_FALSE(there->store->find_job(id).has_value());
    EXPECT_FALSE(there->store->find_wallet("u1").has_value());
    EXPECT_FALSE(here->store->find_wallet("u2").has_value());
    EXPECT_TRUE(there->claim("w1", 5).empty());
    EXPECT_EQ(here->claim("w1", 5).size(), 1U) << "the same name of a worker may be used in both";
    EXPECT_FALSE(there->store->services_ready().size() > 0);
}

TEST(Opening, TakesWordsOfSqlForASchema) {
    auto options = fresh_place().options();
    for (char const* const name :
         {"user", "select", "_", "a_name_of_just_so_many_as_forty_letters_"}) {
        options.schema = name;
        auto const desk = desk_over(options);
        desk->submit(tests::request("script"));
        EXPECT_EQ(desk->claim("w1").size(), 1U) << name;
        EXPECT_EQ(desk->balance("u1"), 515) << name;
        EXPECT_EQ(desk->audit(), "") << name;
    }
}

TEST(Opening, RefusesNamesThatAreNone) {
    auto options = fresh_place().options();
    for (std::string const name : {"", "Name", "a-b", "a b", "a\"b", "a'b", "1a", "pg_mine", "a;b",
                                   "ä", "a_name_of_more_letters_than_forty_is_too_long"}) {
        options.schema = name;
        EXPECT_TRUE(holds(refusal_to_open<Unusable>(options), "store.schema: `" + name + "`"));
        EXPECT_TRUE(holds(failure_of<Unusable>([&] { adapters::migrate_postgres(options); }),
                          "store.schema"));
        EXPECT_TRUE(holds(failure_of<Unusable>([&] { adapters::postgres_status(options); }),
                          "store.schema"));
    }
}

TEST(Opening, SaysWhereASchemaStands) {
    auto const options = fresh_place().options();
    auto const before = adapters::postgres_status(options);
    EXPECT_FALSE(before.exists);
    EXPECT_EQ(before.version, 0);
    EXPECT_EQ(before.pending.size(), static_cast<std::size_t>(before.wanted));
    EXPECT_TRUE(before.server.starts_with("1")) << before.server;
    EXPECT_FALSE(before.pooled);
    EXPECT_EQ(before.durability, "fsync is off");
    adapters::migrate_postgres(options);
    auto const after = adapters::postgres_status(options);
    EXPECT_TRUE(after.exists);
    EXPECT_EQ(after.version, after.wanted);
    EXPECT_TRUE(after.pending.empty());
    EXPECT_EQ(adapters::migrate_postgres(options).version, after.wanted) << "nothing to do";
}

TEST(Opening, OfAnExistingStoreWhereThereIsNoneSaysWhatToDo) {
    auto options = fresh_place().options();
    options.opening = PostgresOpening::existing;
    EXPECT_TRUE(holds(refusal_to_open<Unusable>(options), "run `tallyman migrate`"));
    EXPECT_FALSE(adapters::postgres_status(options).exists) << "and nothing was made";
}

TEST(Opening, RefusesANewerSchema) {
    auto const place = fresh_place();
    adapters::migrate_postgres(place.options());
    Raw{place.url}.in(place.schema)("INSERT INTO {s}.schema_steps (what) VALUES ('the future')");
    EXPECT_TRUE(holds(refusal_to_open<Unusable>(place.options()), "use a newer tallyman"));
    EXPECT_TRUE(holds(failure_of<Unusable>([&] { adapters::migrate_postgres(place.options()); }),
                      "use a newer tallyman"));
}

TEST(Opening, AtOnceBySeveralProcessesMakesOneSchema) {
    auto const place = fresh_place();
    std::vector<std::unique_ptr<contract::Child>> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(std::make_unique<contract::Child>([&] {
            adapters::open_postgres(place.options())->now();
            return 0;
        }));
    }
    for (auto const& child : children) {
        EXPECT_EQ(child->wait(), 0);
    }
    EXPECT_EQ(Raw{place.url}.in(place.schema)("SELECT count(*) FROM {s}.schema_steps"),
              std::to_string(adapters::postgres_status(place.options()).wanted));
}

TEST(Opening, AMigrationThatCanNotGoOnLeavesNothingBehind) {
    auto const place = fresh_place();
    Raw raw{place.url};
    raw.in(place.schema)("CREATE SCHEMA {s}");
    raw("CREATE TABLE {s}.accounts (mine text)");
    EXPECT_TRUE(holds(refusal_to_open<Unusable>(place.options()), "already exists"));
    EXPECT_EQ(raw("SELECT count(*) FROM pg_class WHERE relnamespace = '{s}'::regnamespace"), "1");
    EXPECT_EQ(left_in_transaction(raw), "0");
}

TEST(Opening, WhereAnotherIsolationIsUsualSaysWhatToSet) {
    for (char const* const level : {"serializable", "repeatable read"}) {
        auto const url = support::fresh_database();
        Raw raw{url};
        raw(fmt::format("ALTER DATABASE {} SET default_transaction_isolation = '{}'",
                        raw.connection().dbname(), level));
        EXPECT_TRUE(holds(refusal_to_open<Unusable>({.url = url}),
                          fmt::format("default_transaction_isolation is '{}'; set it", level)));
    }
}

TEST(Opening, OfADatabaseThatOnlyReadsSaysSo) {
    auto const url = support::fresh_database();
    adapters::migrate_postgres({.url = url});
    Raw raw{url};
    raw(fmt::format("ALTER DATABASE {} SET default_transaction_read_only = on",
                    raw.connection().dbname()));
    auto const desk = desk_over({.url = url});
    EXPECT_TRUE(holds(failure_of<Unavailable>([&] { desk->open_account("u1"); }), "read-only"));
}

TEST(Opening, WhereNoServerIsSaysWhereItLooked) {
    PostgresOptions options{.url = "postgres://me:secret-word@127.0.0.1:1/db"};
    auto const said = refusal_to_open<Unavailable>(options);
    EXPECT_TRUE(holds(said, "store postgres://me@127.0.0.1:1/db: can't be reached"));
    EXPECT_FALSE(holds(said, "secret-word"));
    EXPECT_FALSE(holds(said, "\n"));
    options.url = "host=127.0.0.1 port=1 user=me password='secret word' dbname=db";
    auto const words = refusal_to_open<Unavailable>(options);
    EXPECT_TRUE(holds(words, "can't be reached"));
    EXPECT_FALSE(holds(words, "secret"));
    options.url = "postgres://me@127.0.0.1:1/db?password=secret-word";
    EXPECT_FALSE(holds(refusal_to_open<Unavailable>(options), "secret-word"));
}

TEST(Opening, WithAUrlThatIsNoneDoesNotTellThePassword) {
    for (char const* const url :
         {"postgres://me:secret-word@127.0.0.1:notaport/db", "postgres://me:secret-word@[::1/db",
          "postgres://me:secret-word@127.0.0.1:1/db?nonsense=1", "host=h passwrd=secret-word",
          "postgres://me:secret-word%zz@127.0.0.1:1/db",
          "postgres://me:secret@word@127.0.0.1:1/db"}) {
        auto const said = failure_of<std::runtime_error>(
            [&] { adapters::open_postgres({.url = url, .patience = Millis{500}}); });
        EXPECT_FALSE(holds(said, "secret")) << url;
        EXPECT_FALSE(holds(said, "word@")) << url;
        EXPECT_FALSE(holds(said, "it did not fail")) << url;
    }
}

TEST(Opening, WithAWrongPasswordOrWithoutADatabaseSaysWhich) {
    support::PrivateServer server{{"postgres", "--password", "secret-word"}};
    EXPECT_NO_THROW(adapters::open_postgres({.url = server.url()}));
    auto wrong = server.url();
    wrong.replace(wrong.find("secret-word"), 11, "other-word!");
    auto const login = refusal_to_open<Unusable>({.url = wrong});
    EXPECT_TRUE(holds(login, "check user and password"));
    EXPECT_FALSE(holds(login, "other-word"));
    auto const nowhere = refusal_to_open<Unusable>({.url = server.url() + "x"});
    EXPECT_TRUE(holds(nowhere, "no such database"));
    EXPECT_FALSE(holds(nowhere, "secret-word"));
    auto const nobody = as_role(server.url(), "nobody:secret-word");
    EXPECT_TRUE(holds(refusal_to_open<Unusable>({.url = nobody}), "check user and password"));
    auto const without = as_role(server.url(), "postgres");
    EXPECT_TRUE(holds(refusal_to_open<Unusable>({.url = without}), "password"));
}

}  // namespace
}  // namespace postgres_tests
