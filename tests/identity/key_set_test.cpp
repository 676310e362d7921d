// Keys that change while the program runs.
#include "adapters/identity/key_set.h"

#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "tests/identity/signer.h"

namespace tests {
namespace {

using namespace adapters::identity;
using base::Millis;

constexpr std::string_view claims = R"({"sub":"ann","exp":2000})";
base::Timestamp const right_now = base::from_ms(1'000'000);

// An address whose document a test changes.
struct Address {
    std::mutex mutex;
    std::expected<std::string, std::string> document = std::unexpected("not yet");
    std::vector<std::string> told;
    std::atomic<int> asked = 0;

    void has(Signer const& signer) { says(R"({"keys":[)" + signer.jwk() + "]}"); }

    void says(std::expected<std::string, std::string> what) {
        std::scoped_lock const lock{mutex};
        document = std::move(what);
    }

    Fetch fetch() {
        return [this] {
            std::scoped_lock const lock{mutex};
            ++asked;
            return document;
        };
    }

    TellFetch tell() {
        return [this](std::string const& what) {
            std::scoped_lock const lock{mutex};
            told.push_back(what);
        };
    }

    void wait_for(int times) const {
        for (int n = 0; n < 5'000 && asked < times; ++n) {
            std::this_thread::sleep_for(Millis{1});
        }
    }
};

std::string verdict(KeySet const& set, std::string const& token) {
    auto const result = set.verify(token, {}, right_now);
    return result ? result->subject : std::string{to_text(result.error())};
}

bool comes_true(auto const& condition) {
    for (int n = 0; n < 5'000; ++n) {
        if (condition()) {
            return true;
        }
        std::this_thread::sleep_for(Millis{1});
    }
    return false;
}

TEST(Rotation, KeysAreFetchedAtOnceWithoutHoldingAnybodyUp) {
    Address address;
    auto const signer = Signer::ed25519("one");
    address.has(signer);
    KeySet const set{{.fetch = address.fetch()}};
    EXPECT_TRUE(comes_true([&] { return verdict(set, signer.token(claims)) == "ann"; }));
}

TEST(Rotation, ANewKeyIsFetchedWhenATokenNamesIt) {
    Address address;
    auto const old_one = Signer::ed25519("old");
    auto const new_one = Signer::ed25519("new");
    address.has(old_one);
    KeySet set{{.fetch = address.fetch(), .least_between = Millis{0}}};
    ASSERT_TRUE(comes_true([&] { return verdict(set, old_one.token(claims)) == "ann"; }));
    auto const before = set.generation();
    address.has(new_one);
    EXPECT_EQ(verdict(set, new_one.token(claims)), "unknown_key");
    EXPECT_TRUE(set.refresh());
    EXPECT_EQ(verdict(set, new_one.token(claims)), "ann");
    EXPECT_EQ(verdict(set, old_one.token(claims)), "unknown_key") << "it was withdrawn";
    EXPECT_NE(set.generation(), before);
}

TEST(Rotation, KeysAreFetchedAgainByThemselves) {
    Address address;
    auto const new_one = Signer::ed25519("new");
    address.has(Signer::ed25519("old"));
    KeySet const set{{.fetch = address.fetch(), .every = Millis{5}}};
    address.wait_for(1);
    address.has(new_one);
    EXPECT_TRUE(comes_true([&] { return verdict(set, new_one.token(claims)) == "ann"; }));
}

TEST(Rotation, OldKeysStayWhileTheAddressFails) {
    Address address;
    auto const signer = Signer::ed25519("one");
    address.has(signer);
    KeySet set{{.fetch = address.fetch(), .tell = address.tell(), .least_between = Millis{0}}};
    ASSERT_TRUE(comes_true([&] { return verdict(set, signer.token(claims)) == "ann"; }));
    for (auto const& trouble : {std::expected<std::string, std::string>{std::unexpected("down")},
                                std::expected<std::string, std::string>{"<html>"},
                                std::expected<std::string, std::string>{R"({"keys":[]})"}}) {
        address.says(trouble);
        EXPECT_FALSE(set.refresh());
        EXPECT_EQ(verdict(set, signer.token(claims)), "ann");
        EXPECT_NE(address.told.back(), "");
    }
    address.has(signer);
    EXPECT_FALSE(set.refresh()) << "the same keys as before";
    EXPECT_EQ(address.told.back(), "");
}

TEST(Rotation, UnknownKeysDoNotMakeItAskAllTheTime) {
    Address address;
    address.has(Signer::ed25519("one"));
    KeySet set{{.fetch = address.fetch()}};
    ASSERT_TRUE(comes_true([&] { return set.generation() == 1; }));
    EXPECT_FALSE(set.may_refresh());
    for (int n = 0; n < 100; ++n) {
        EXPECT_FALSE(set.refresh());
    }
    EXPECT_EQ(address.asked, 1);
}

TEST(Rotation, NobodyWaitsForAnAddressThatHangsForSomebodyElse) {
    std::latch asked{1};
    std::latch answer{1};
    KeySet set{{.fetch = [&]() -> std::expected<std::string, std::string> {
                    asked.count_down();
                    answer.wait();
                    return std::unexpected("slow");
                },
                .every = Millis{3'600'000},
                .least_between = Millis{3'600'000}}};
    asked.wait();
    EXPECT_FALSE(set.refresh());
    answer.count_down();
}

TEST(Rotation, GivenKeysHoldBesideThoseOfTheAddress) {
    Address address;
    auto const given = Signer::rsa();
    auto const fetched = Signer::ed25519("far");
    address.has(fetched);
    KeySetOptions options{.fetch = address.fetch()};
    options.keys.push_back(given.key());
    KeySet const set{std::move(options)};
    EXPECT_TRUE(comes_true([&] { return verdict(set, fetched.token(claims)) == "ann"; }));
    EXPECT_EQ(verdict(set, given.token(claims)), "ann");
    EXPECT_EQ(verdict(set, fetched.token(R"({"alg":"EdDSA","kid":"new"})", claims)), "unknown_key");
    EXPECT_EQ(verdict(set, given.token(R"({"sub":"ann","exp":1})")), "expired");
}

TEST(Rotation, WithoutAnAddressNothingIsAsked) {
    KeySet set{{}};
    EXPECT_FALSE(set.may_refresh());
    EXPECT_FALSE(set.refresh());
    EXPECT_EQ(verdict(set, Signer::ed25519().token(claims)), "unknown_key");
}

TEST(Rotation, ManyVerifyWhileKeysChange) {
    Address address;
    auto const signer = Signer::ed25519("one");
    address.has(signer);
    KeySet set{{.fetch = address.fetch(), .every = Millis{1}, .least_between = Millis{0}}};
    ASSERT_TRUE(comes_true([&] { return verdict(set, signer.token(claims)) == "ann"; }));
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int n = 0; n < 3; ++n) {
            threads.emplace_back([&] {
                for (int round = 0; round < 200; ++round) {
                    wrong += verdict(set, signer.token(claims)) == "ann" ? 0 : 1;
                    set.refresh();
                }
            });
        }
        for (int n = 0; n < 50; ++n) {
            address.says(R"({"keys":[)" + signer.jwk() +
                         std::string(static_cast<unsigned>(n), ' ') + "]}");
            std::this_thread::sleep_for(Millis{1});
        }
    }
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tests
