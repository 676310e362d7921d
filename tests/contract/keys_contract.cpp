// API keys.
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using adapters::ApiKey;
using adapters::Scope;
using base::Millis;

ApiKey a_key(std::string const& hash) {
    ApiKey key;
    key.name = "pipeline 'one'";
    key.prefix = "tm_3fK9";
    key.hash = hash;
    key.scopes = {Scope::jobs, Scope::credits};
    key.per_minute = 600;
    key.daily_cap = {5'000};
    key.monthly_cap = {90'000};
    return key;
}

void expect_same_key(ApiKey const& expected, ApiKey const& actual) {
    EXPECT_EQ(expected.number, actual.number);
    EXPECT_EQ(expected.name, actual.name);
    EXPECT_EQ(expected.prefix, actual.prefix);
    EXPECT_EQ(expected.hash, actual.hash);
    EXPECT_EQ(expected.scopes, actual.scopes);
    EXPECT_EQ(expected.per_minute, actual.per_minute);
    EXPECT_EQ(expected.daily_cap, actual.daily_cap);
    EXPECT_EQ(expected.monthly_cap, actual.monthly_cap);
    EXPECT_EQ(expected.created_at, actual.created_at);
    EXPECT_EQ(expected.expires_at, actual.expires_at);
    EXPECT_EQ(expected.revoked_at, actual.revoked_at);
    EXPECT_EQ(expected.last_used_at, actual.last_used_at);
}

}  // namespace

TEST_P(StoreContract, AnApiKeyIsKeptWithANumberAndATime) {
    EXPECT_TRUE(store().api_keys().empty());
    auto wanted = a_key("h1");
    wanted.expires_at = now() + Millis{90'000};
    auto const first = store().add_api_key(wanted);
    wanted.number = first.number;
    wanted.created_at = now();
    EXPECT_GT(first.number, 0);
    expect_same_key(wanted, first);

    clock_.advance(Millis{5});
    auto const second = store().add_api_key(a_key("h2"));
    EXPECT_GT(second.number, first.number);
    EXPECT_EQ(second.created_at, now());
    EXPECT_EQ(second.expires_at, std::nullopt);

    auto const all = store().api_keys();
    ASSERT_EQ(all.size(), 2U);
    expect_same_key(first, all[0]);
    expect_same_key(second, all[1]);
}

TEST_P(StoreContract, AnApiKeyIsFoundByItsHash) {
    auto const added = store().add_api_key(a_key("h1"));
    auto const found = store().find_api_key("h1");
    ASSERT_TRUE(found);
    expect_same_key(added, *found);
    EXPECT_FALSE(store().find_api_key("h2"));
    EXPECT_FALSE(store().find_api_key(""));
    EXPECT_FALSE(store().find_api_key("' OR true --"));
}

TEST_P(StoreContract, AnApiKeyThatIsAddedTwiceIsOne) {
    auto const first = store().add_api_key(a_key("h1"));
    auto again = a_key("h1");
    again.name = "another";
    again.scopes = {Scope::admin};
    expect_same_key(first, store().add_api_key(again));
    EXPECT_EQ(store().api_keys().size(), 1U);
}

TEST_P(StoreContract, ARevokedApiKeyStaysRevokedSinceTheFirstTime) {
    auto const one = store().add_api_key(a_key("h1")).number;
    auto const other = store().add_api_key(a_key("h2")).number;
    auto const at = now();
    EXPECT_TRUE(store().revoke_api_key(one));
    clock_.advance(Millis{1'000});
    EXPECT_TRUE(store().revoke_api_key(one));
    EXPECT_EQ(store().find_api_key("h1")->revoked_at, at);
    EXPECT_EQ(store().find_api_key("h2")->revoked_at, std::nullopt);
    EXPECT_FALSE(store().revoke_api_key(other + 100));
    EXPECT_FALSE(store().revoke_api_key(-1));
}

TEST_P(StoreContract, TheLastUseOfAnApiKeyNeverMovesBack) {
    auto const number = store().add_api_key(a_key("h1")).number;
    EXPECT_EQ(store().find_api_key("h1")->last_used_at, std::nullopt);
    store().touch_api_key(number, now());
    store().touch_api_key(number, now() - Millis{60'000});
    EXPECT_EQ(store().find_api_key("h1")->last_used_at, now());
    store().touch_api_key(number, now() + Millis{60'000});
    EXPECT_EQ(store().find_api_key("h1")->last_used_at, now() + Millis{60'000});
    EXPECT_NO_THROW(store().touch_api_key(number + 100, now()));
}

TEST_P(StoreContract, ABudgetIsThatOfTheKeyWithACap) {
    auto const capped = store().add_api_key(a_key("h1")).number;
    auto free_key = a_key("h2");
    free_key.daily_cap = {};
    free_key.monthly_cap = {};
    auto const free = store().add_api_key(free_key).number;
    auto const day = now();
    auto const charge = [&](std::int64_t key, base::Timestamp at, std::int64_t amount) {
        change({}, [&](jobs::Batch& batch) {
            batch.key_charges.push_back({.key = key, .opened_at = at, .amount = {amount}});
        });
    };
    charge(capped, day - Millis{2}, 100);
    charge(capped, day - Millis{1}, 10);
    charge(capped, day, 5);
    charge(capped, day, -2);
    charge(free, day, 1'000);
    auto const windows = [&](base::Timestamp at) {
        EXPECT_EQ(at, now());
        return jobs::KeyWindows{.day = day, .month = day - Millis{1}};
    };
    auto const batch = load({.api_keys = {capped, free, 77}, .key_windows = windows});
    ASSERT_EQ(batch.key_budgets.size(), 1U);
    auto const& budget = batch.key_budgets.at(capped);
    EXPECT_EQ(budget.daily_cap.value, 5'000);
    EXPECT_EQ(budget.monthly_cap.value, 90'000);
    EXPECT_EQ(budget.used_today.value, 3);
    EXPECT_EQ(budget.used_this_month.value, 13);
}

TEST_P(StoreContract, TheBudgetsOfTheKeysOfJobsAreLoaded) {
    auto const key = store().add_api_key(a_key("h1")).number;
    open("u1");
    auto job = support::a_job();
    job.api_key = key;
    job.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    auto const id = add(job);
    auto const windows = [&](base::Timestamp) { return jobs::KeyWindows{}; };
    auto const batch = load({.claim = jobs::Claim{.limit = 1, .rooms = {{"tts", 1}}},
                             .wallets_of_jobs = true,
                             .api_keys_of_jobs = true,
                             .key_windows = windows});
    ASSERT_EQ(batch.jobs.size(), 1U);
    EXPECT_EQ(batch.jobs[0].job.api_key, key);
    EXPECT_EQ(batch.jobs[0].job.trace, job.trace);
    EXPECT_EQ(batch.key_budgets.size(), 1U);
    EXPECT_EQ(store().find_job(id)->api_key, key);
}

}  // namespace contract
