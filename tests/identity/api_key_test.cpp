// How API keys look, and base64url, of which they are made.
#include "adapters/identity/api_key.h"

#include <set>

#include <gtest/gtest.h>

#include "base/base64.h"

namespace tests {
namespace {

using namespace adapters::identity;
using adapters::Caller;
using adapters::Scope;

TEST(ApiKeys, AreRandomAndOfOneShape) {
    std::set<std::string> seen;
    for (int n = 0; n < 1'000; ++n) {
        auto const made = make_api_key();
        EXPECT_TRUE(is_api_key(made.text)) << made.text;
        EXPECT_EQ(made.text.size(), api_key_size);
        EXPECT_TRUE(made.text.starts_with(made.key.prefix));
        EXPECT_EQ(made.key.prefix.size(), 7U);
        EXPECT_EQ(made.key.hash, hash_of_api_key(made.text));
        EXPECT_EQ(made.key.hash.size(), 64U);
        EXPECT_TRUE(seen.insert(made.text).second);
    }
}

TEST(ApiKeys, AreFoundByTheirSha256) {
    EXPECT_EQ(hash_of_api_key("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ApiKeys, AnythingElseIsNone) {
    auto const good = make_api_key().text;
    for (auto const& text :
         {std::string{}, std::string{"tm_"}, good.substr(0, 45), good + "A", " " + good,
          "tx_" + good.substr(3), "TM_" + good.substr(3), good.substr(0, 45) + "=",
          good.substr(0, 45) + "\n", "tm_" + std::string(42, 'A') + "B"}) {
        EXPECT_FALSE(is_api_key(text)) << text;
    }
}

TEST(Base64Url, WhatIsWrittenIsRead) {
    std::string bytes;
    for (int n = 0; n < 300; ++n) {
        EXPECT_EQ(base::from_base64url(base::to_base64url(bytes)), bytes);
        bytes.push_back(static_cast<char>(n * 7));
    }
    EXPECT_EQ(base::to_base64url("\xFB\xFF\xFE"), "-__-");
    EXPECT_EQ(base::to_base64url("fo"), "Zm8");
}

TEST(Base64Url, OnlyOneTextMeansTheSameBytes) {
    for (char const* const text :
         {"A", "AAAAA", "Zm8=", "Zm9", "Zh", "Zm 8", "Zm+8", "Zm/8", "\xC3"}) {
        EXPECT_EQ(base::from_base64url(text), std::nullopt) << text;
    }
}

TEST(Scopes, AreReadAsTheyAreWritten) {
    std::vector<Scope> const all{Scope::jobs, Scope::credits, Scope::sync, Scope::read,
                                 Scope::admin};
    EXPECT_EQ(adapters::to_text(all), "jobs credits sync read admin");
    EXPECT_EQ(adapters::parse_scopes("jobs credits sync read admin"), all);
    EXPECT_EQ(adapters::parse_scopes("jobs  root read"), (std::vector{Scope::jobs, Scope::read}));
    EXPECT_EQ(adapters::parse_scopes(""), std::vector<Scope>{});
    EXPECT_EQ(adapters::parse_scope("Jobs"), std::nullopt);
}

TEST(Callers, MayDoWhatTheirScopesSay) {
    EXPECT_TRUE((Caller{.scopes = {Scope::jobs}}).may(Scope::jobs));
    EXPECT_FALSE((Caller{.scopes = {Scope::jobs}}).may(Scope::credits));
    EXPECT_TRUE((Caller{.scopes = {Scope::admin}}).may(Scope::sync));
    EXPECT_FALSE((Caller{}).may(Scope::read));
    EXPECT_FALSE((Caller{.user = "ann", .scopes = {Scope::admin}}).may(Scope::admin))
        << "a user is no service, whatever else is said";
}

}  // namespace
}  // namespace tests
