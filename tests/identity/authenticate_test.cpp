// Who is let in over HTTP, as what, and what it costs the store.
#include "worker/http/authenticate.h"

#include <chrono>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/identity/api_key.h"
#include "adapters/memory/open.h"
#include "tests/identity/signer.h"
#include "tests/support/flaky_store.h"

namespace tests {
namespace {

namespace asio = boost::asio;
using namespace adapters::identity;
using adapters::Scope;
using adapters::http::Header;
using adapters::http::Request;
using base::Millis;
using worker::http::Admission;
using worker::http::Authenticator;

class Door : public testing::Test {
protected:
    Door() {
        KeySetOptions options;
        options.keys.push_back(signer_.key());
        keys_.emplace(std::move(options));
        open();
    }

    ~Door() override { pool_.join(); }

    void open(adapters::RateLimit* shared = nullptr, std::int64_t user_per_minute = 0) {
        authenticator_.emplace(
            worker::http::AuthenticatorParts{.store = counted_,
                                             .pool = pool_,
                                             .keys = &*keys_,
                                             .shared_rate = shared,
                                             .user_per_minute = user_per_minute});
    }

    Admission knock(std::vector<Header> headers, std::string remote = "10.0.0.1") {
        Request request;
        request.headers = std::move(headers);
        request.remote = std::move(remote);
        asio::io_context io;
        std::optional<Admission> admission;
        std::exception_ptr trouble;
        auto const task = [&]() -> asio::awaitable<void> {
            auto answer = co_await authenticator_->authenticate(request);
            admission.emplace(std::move(answer));
        };
        asio::co_spawn(io, task(), [&](std::exception_ptr error) { trouble = error; });
        io.run();
        if (trouble) {
            std::rethrow_exception(trouble);
        }
        return std::move(*admission);
    }

    Admission knock_with_key(std::string const& text, std::string const& remote = "10.0.0.1") {
        return knock({{"x-api-key", text}}, remote);
    }

    Admission knock_with_token(std::string const& token) {
        return knock({{"authorization", "Bearer " + token}});
    }

    // The key's text.
    std::string add(adapters::ApiKey facts) {
        auto made = make_api_key();
        made.key.name = facts.name;
        made.key.scopes = facts.scopes;
        made.key.per_minute = facts.per_minute;
        made.key.expires_at = facts.expires_at;
        store_->add_api_key(made.key);
        return made.text;
    }

    static std::string code_of(Admission const& admission) {
        return admission ? "" : admission.error().refusal.code;
    }

    static std::string claims(std::string const& more = R"("sub":"ann")") {
        auto const now = std::chrono::system_clock::now().time_since_epoch();
        auto const until = std::chrono::duration_cast<std::chrono::seconds>(now).count() + 600;
        return R"({"exp":)" + std::to_string(until) + "," + more + "}";
    }

    static std::string header_of(std::vector<Header> const& headers, std::string_view name) {
        for (auto const& header : headers) {
            if (header.name == name) {
                return header.value;
            }
        }
        return "";
    }

    // Once the cache is too old to be believed.
    static void forget() { std::this_thread::sleep_for(worker::http::KeyCache::oldest); }

    Signer signer_ = Signer::ed25519("k");
    std::unique_ptr<adapters::Store> store_ = adapters::open_memory({});
    support::FlakyStore counted_{*store_, support::FlakyStore::flawless()};
    worker::BlockingPool pool_{2};
    std::optional<KeySet> keys_;
    std::optional<Authenticator> authenticator_;
};

TEST_F(Door, ATokenIsAUser) {
    auto const admission = knock_with_token(signer_.token(claims()));
    ASSERT_TRUE(admission);
    EXPECT_EQ(admission->caller.user, "ann");
    EXPECT_EQ(admission->caller.key, 0);
    EXPECT_TRUE(admission->caller.scopes.empty());
}

TEST_F(Door, AKeyIsAServiceWithItsScopes) {
    auto const text = add({.name = "pipeline", .scopes = {Scope::jobs, Scope::read}});
    auto const admission = knock_with_key(text);
    ASSERT_TRUE(admission);
    EXPECT_FALSE(admission->caller.is_user());
    EXPECT_EQ(admission->caller.key, 1);
    EXPECT_EQ(admission->caller.name, "pipeline");
    EXPECT_EQ(admission->caller.scopes, (std::vector{Scope::jobs, Scope::read}));
    EXPECT_TRUE(admission->headers.empty()) << "it has no limit";
}

TEST_F(Door, NobodyIsLetInWithoutCredentials) {
    auto const admission = knock({{"x-user-id", "ann"}});
    EXPECT_EQ(code_of(admission), "unauthenticated");
    EXPECT_EQ(admission.error().refusal.status, 401);
    EXPECT_EQ(header_of(admission.error().headers, "WWW-Authenticate"), "Bearer");
}

TEST_F(Door, BothKindsOrOneTwiceAreAmbiguous) {
    auto const key = add({.scopes = {Scope::jobs}});
    auto const bearer = "Bearer " + signer_.token(claims());
    for (auto const& headers :
         {std::vector<Header>{{"authorization", bearer}, {"x-api-key", key}},
          std::vector<Header>{{"authorization", bearer}, {"authorization", bearer}},
          std::vector<Header>{{"x-api-key", key}, {"x-api-key", key}}}) {
        auto const admission = knock(headers);
        EXPECT_EQ(code_of(admission), "ambiguous_credentials");
        EXPECT_EQ(admission.error().refusal.status, 400);
    }
}

TEST_F(Door, TheSchemeIsBearerInAnyCase) {
    auto const token = signer_.token(claims());
    EXPECT_TRUE(knock({{"authorization", "bearer " + token}}));
    EXPECT_TRUE(knock({{"authorization", "BEARER  " + token}}));
    for (auto const& other :
         std::vector<std::string>{"", "Bearer", "Basic YTpi", "Token x", "Bearer\t" + token}) {
        EXPECT_EQ(code_of(knock({{"authorization", other}})), "unknown_scheme") << other;
    }
    EXPECT_EQ(code_of(knock({{"authorization", "Bearer "}})), "token_malformed");
}

TEST_F(Door, ATokensRefusalIsNamedAndTheTokenIsNotShown) {
    auto const token = Signer::ed25519("k").token(claims());
    auto const admission = knock_with_token(token);
    EXPECT_EQ(code_of(admission), "token_bad_signature");
    EXPECT_EQ(admission.error().refusal.status, 401);
    EXPECT_EQ(admission.error().refusal.detail.find(token), std::string::npos);
    EXPECT_EQ(header_of(admission.error().headers, "WWW-Authenticate"),
              "Bearer error=\"invalid_token\"");
    EXPECT_EQ(code_of(knock_with_token(signer_.token(R"({"sub":"ann","exp":5})"))),
              "token_expired");
    EXPECT_EQ(code_of(knock_with_token(std::string(9'000, 'a'))), "token_too_large");
    EXPECT_EQ(code_of(knock_with_token(signer_.token(claims(R"("sub":"a\u202eb")")))),
              "token_bad_subject")
        << "what is no user id anywhere else is none here";
}

TEST_F(Door, ARememberedTokenExpiresAllTheSame) {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    auto const at = std::chrono::duration_cast<std::chrono::seconds>(now).count() - 59;
    auto const token = signer_.token(R"({"sub":"ann","exp":)" + std::to_string(at) + "}");
    EXPECT_TRUE(knock_with_token(token)) << "by the leeway";
    std::this_thread::sleep_for(Millis{1'100});
    EXPECT_EQ(code_of(knock_with_token(token)), "token_expired");
}

TEST_F(Door, WithoutKeysForTokensThereAreNoUsers) {
    authenticator_.emplace(worker::http::AuthenticatorParts{.store = counted_, .pool = pool_});
    EXPECT_EQ(code_of(knock_with_token(signer_.token(claims()))), "tokens_not_accepted");
}

TEST_F(Door, AKeyThatATokenNamesFirstIsFetched) {
    auto const late = Signer::ed25519("late");
    std::atomic<int> asked = 0;
    KeySet rotating{{.fetch = [&]() -> std::expected<std::string, std::string> {
                         auto const& who = ++asked == 1 ? signer_ : late;
                         return R"({"keys":[)" + who.jwk() + "]}";
                     },
                     .least_between = Millis{0}}};
    while (rotating.generation() == 0) {
        std::this_thread::sleep_for(Millis{1});
    }
    authenticator_.emplace(
        worker::http::AuthenticatorParts{.store = counted_, .pool = pool_, .keys = &rotating});
    auto const old_token = signer_.token(claims());
    EXPECT_TRUE(knock_with_token(old_token));
    EXPECT_TRUE(knock_with_token(late.token(claims())));
    EXPECT_EQ(code_of(knock_with_token(old_token)), "token_unknown_key")
        << "what was remembered of a withdrawn key is forgotten";
}

TEST_F(Door, WhatIsNoKeyDoesNotReachTheStore) {
    counted_.set_down(true);
    for (std::string const text : {"", "x", "tm_", "tm_x y"}) {
        auto const admission = knock_with_key(text);
        EXPECT_EQ(code_of(admission), "unknown_key");
        EXPECT_EQ(admission.error().refusal.status, 401);
    }
    EXPECT_EQ(code_of(knock_with_key(std::string(100'000, 'a'))), "unknown_key");
}

TEST_F(Door, AnUnknownKeyIsAskedForOnceASecond) {
    auto const text = make_api_key().text;
    EXPECT_EQ(code_of(knock_with_key(text)), "unknown_key");
    counted_.set_down(true);
    EXPECT_EQ(code_of(knock_with_key(text)), "unknown_key");
    EXPECT_THROW(knock_with_key(make_api_key().text), adapters::Unavailable);
}

TEST_F(Door, AKnownKeyCostsTheStoreNothingForAMoment) {
    auto const text = add({.scopes = {Scope::jobs}});
    ASSERT_TRUE(knock_with_key(text));
    counted_.set_down(true);
    EXPECT_TRUE(knock_with_key(text));
    forget();
    EXPECT_THROW(knock_with_key(text), adapters::Unavailable);
}

TEST_F(Door, ARevokedKeyIsOutWithinASecond) {
    auto const text = add({.name = "old", .scopes = {Scope::admin}});
    ASSERT_TRUE(knock_with_key(text));
    store_->revoke_api_key(1);
    forget();
    auto const admission = knock_with_key(text);
    EXPECT_EQ(code_of(admission), "key_revoked");
    EXPECT_EQ(admission.error().refusal.detail.find(text), std::string::npos);
}

TEST_F(Door, AnExpiredKeyIsOut) {
    auto const soon = std::chrono::floor<Millis>(std::chrono::system_clock::now()) + Millis{200};
    auto const text = add({.scopes = {Scope::jobs}, .expires_at = soon});
    EXPECT_TRUE(knock_with_key(text));
    std::this_thread::sleep_for(Millis{210});
    EXPECT_EQ(code_of(knock_with_key(text)), "key_expired");
}

TEST_F(Door, TheLastUseIsNotedOnceAMinute) {
    auto const text = add({.scopes = {Scope::jobs}});
    ASSERT_TRUE(knock_with_key(text));
    auto const used = store_->api_keys()[0].last_used_at;
    ASSERT_TRUE(used);
    EXPECT_EQ(base::to_ms(*used) % 60'000, 0);
    EXPECT_EQ(counted_.writes(), 1);
    forget();
    ASSERT_TRUE(knock_with_key(text));
    EXPECT_LE(counted_.writes(), 2) << "a minute may have ended meanwhile";
}

TEST_F(Door, ThatALastUseCantBeNotedKeepsNobodyOut) {
    support::FlakyStore failing{*store_, support::FlakyStore::by_seed(1, 1'000, 0)};
    authenticator_.emplace(worker::http::AuthenticatorParts{.store = failing, .pool = pool_});
    EXPECT_TRUE(knock_with_key(add({.scopes = {Scope::jobs}})));
    EXPECT_EQ(failing.failures(), 1);
}

TEST_F(Door, AKeyHasItsRequestsAMinute) {
    auto const text = add({.scopes = {Scope::jobs}, .per_minute = 3});
    auto const other = add({.scopes = {Scope::jobs}, .per_minute = 3});
    for (int left = 2; left >= 0; --left) {
        auto const admission = knock_with_key(text);
        ASSERT_TRUE(admission);
        EXPECT_EQ(header_of(admission->headers, "RateLimit-Limit"), "3");
        EXPECT_EQ(header_of(admission->headers, "RateLimit-Remaining"), std::to_string(left));
    }
    auto const refused = knock_with_key(text);
    EXPECT_EQ(code_of(refused), "rate_limited");
    EXPECT_EQ(refused.error().refusal.status, 429);
    EXPECT_EQ(header_of(refused.error().headers, "Retry-After"), "20");
    EXPECT_EQ(header_of(refused.error().headers, "RateLimit-Remaining"), "0");
    EXPECT_TRUE(knock_with_key(other));
}

TEST_F(Door, AUserHasItsRequestsAMinuteWhateverTheToken) {
    open(nullptr, 2);
    EXPECT_TRUE(knock_with_token(signer_.token(claims())));
    auto const second = knock_with_token(signer_.token(claims()));
    ASSERT_TRUE(second);
    EXPECT_EQ(header_of(second->headers, "RateLimit-Remaining"), "0");
    auto const refused = knock_with_token(signer_.token(claims()));
    EXPECT_EQ(code_of(refused), "rate_limited");
    EXPECT_EQ(header_of(refused.error().headers, "Retry-After"), "30");
    auto const& facts = refused.error().refusal.facts;
    EXPECT_EQ(facts.at("guard").as_string(), "account_rate");
    EXPECT_EQ(facts.at("limit").to_number<std::int64_t>(), 2);
    EXPECT_EQ(facts.at("used").to_number<std::int64_t>(), 2);
    EXPECT_GT(facts.at("frees_at").to_number<std::int64_t>(), 0);
}

class FakeRate final : public adapters::RateLimit {
public:
    adapters::RateAnswer take(std::string_view key, adapters::Rate const& rate,
                              std::int64_t) noexcept override {
        asked_for = key;
        asked_rate = rate;
        return answer;
    }

    adapters::RateAnswer answer;
    std::string asked_for;
    adapters::Rate asked_rate;
};

TEST_F(Door, TheSharedLimitCountsWhereThereIsOne) {
    FakeRate shared;
    open(&shared);
    auto const text = add({.scopes = {Scope::jobs}, .per_minute = 1});
    shared.answer = {.remaining = 7};
    EXPECT_TRUE(knock_with_key(text));
    EXPECT_TRUE(knock_with_key(text));
    EXPECT_EQ(shared.asked_for, "key 1");
    EXPECT_EQ(shared.asked_rate.count, 1);
    EXPECT_EQ(shared.asked_rate.period, Millis{60'000});
    shared.answer = {.allowed = false, .retry_after = Millis{1'500}};
    EXPECT_EQ(header_of(knock_with_key(text).error().headers, "Retry-After"), "2");
    shared.answer = {.asked = false};
    EXPECT_TRUE(knock_with_key(text)) << "counted here while nobody can be asked";
    EXPECT_EQ(code_of(knock_with_key(text)), "rate_limited");
}

TEST_F(Door, GuessingIsSlowedDownForWhoeverGuesses) {
    auto const good = add({.scopes = {Scope::jobs}});
    ASSERT_TRUE(knock_with_key(good));
    int refused = 0;
    for (int n = 0; n < 1'200 && refused == 0; ++n) {
        auto const admission = knock_with_key(make_api_key().text);
        refused += code_of(admission) == "too_many_attempts" ? 1 : 0;
    }
    EXPECT_EQ(refused, 1);
    EXPECT_EQ(code_of(knock_with_key(make_api_key().text, "10.0.0.2")), "unknown_key");
}

}  // namespace
}  // namespace tests
