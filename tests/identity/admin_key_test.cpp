// The first admin key of an embedded store, and the keys that settings name.
#include <fstream>
#include <thread>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "adapters/identity/api_key.h"
#include "adapters/memory/open.h"
#include "tests/identity/signer.h"
#include "tests/support/flaky_store.h"
#include "tests/support/temp_dir.h"
#include "worker/identity.h"

namespace tests {
namespace {

using adapters::Scope;
using adapters::Unusable;
using worker::make_first_admin_key;

class AdminKey : public testing::Test {
protected:
    std::string text() const {
        std::ifstream file{file_};
        std::string line;
        std::getline(file, line);
        return line;
    }

    std::string fault() {
        try {
            make_first_admin_key(*store_, file_);
            return "";
        } catch (Unusable const& problem) {
            return problem.what();
        }
    }

    support::TempDir folder_;
    std::filesystem::path file_ = folder_ / "admin.key";
    std::unique_ptr<adapters::Store> store_ = adapters::open_memory({});
};

TEST_F(AdminKey, IsMadeOnceAndOnlyItsOwnerMayReadIt) {
    EXPECT_EQ(make_first_admin_key(*store_, file_), file_);
    auto const key = store_->find_api_key(adapters::identity::hash_of_api_key(text()));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->scopes, std::vector{Scope::admin});
    EXPECT_EQ(key->name, "admin");
    struct stat status{};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(make_first_admin_key(*store_, file_), std::nullopt);
    EXPECT_EQ(store_->api_keys().size(), 1U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{file_.parent_path()}, {}), 1)
        << "no draft is left";
}

TEST_F(AdminKey, ThatWasRevokedDoesNotComeBack) {
    make_first_admin_key(*store_, file_);
    store_->revoke_api_key(1);
    std::filesystem::remove(file_);
    EXPECT_EQ(make_first_admin_key(*store_, file_), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(AdminKey, ThatACrashLeftInItsFileIsTakenUp) {
    support::FlakyStore failing{*store_, support::FlakyStore::at(1, support::Flaw::before)};
    EXPECT_THROW(make_first_admin_key(failing, file_), adapters::Unavailable);
    auto const left = text();
    EXPECT_TRUE(adapters::identity::is_api_key(left));
    EXPECT_EQ(make_first_admin_key(*store_, file_), file_);
    EXPECT_EQ(text(), left);
    EXPECT_TRUE(store_->find_api_key(adapters::identity::hash_of_api_key(left)));
}

TEST_F(AdminKey, IsOneWhenManyStartAtOnce) {
    {
        std::vector<std::jthread> threads;
        for (int n = 0; n < 4; ++n) {
            threads.emplace_back([&] { make_first_admin_key(*store_, file_); });
        }
    }
    ASSERT_EQ(store_->api_keys().size(), 1U);
    EXPECT_TRUE(store_->find_api_key(adapters::identity::hash_of_api_key(text())));
}

TEST_F(AdminKey, IsNotTakenFromAFileThatOthersCanRead) {
    std::ofstream{file_} << adapters::identity::make_api_key().text << '\n';
    std::filesystem::permissions(file_, std::filesystem::perms{0644});
    EXPECT_NE(fault().find("chmod 600"), std::string::npos);
    EXPECT_TRUE(store_->api_keys().empty());
}

TEST_F(AdminKey, IsNotTakenFromAnythingElse) {
    std::ofstream{file_} << "hello\n";
    std::filesystem::permissions(file_, std::filesystem::perms{0600});
    EXPECT_NE(fault().find("holds no API key"), std::string::npos);
    std::filesystem::remove(file_);
    std::filesystem::create_directory(file_);
    EXPECT_NE(fault(), "");
    std::filesystem::remove(file_);
    std::filesystem::create_symlink("/dev/null", file_);
    EXPECT_NE(fault(), "");
    EXPECT_TRUE(store_->api_keys().empty());
}

std::string fault_of(config::Jwt const& jwt) {
    try {
        worker::make_key_set(jwt, nullptr, nullptr);
        return "";
    } catch (Unusable const& problem) {
        return problem.what();
    }
}

TEST(Keys, ThatSettingsNameAreRead) {
    support::TempDir const folder;
    auto const rsa = Signer::rsa();
    auto const edwards = Signer::ed25519("e");
    std::ofstream{folder / "rsa.pem"} << rsa.pem();
    std::ofstream{folder / "jwks.json"} << R"({"keys":[)" << edwards.jwk() << "]}";
    std::string const secret(32, 's');
    config::Jwt const jwt{
        .secret = secret, .key_files = {folder / "rsa.pem"}, .jwks_file = folder / "jwks.json"};
    auto const set = worker::make_key_set(jwt, nullptr, nullptr);
    auto const now = base::from_ms(1'000'000);
    constexpr std::string_view claims = R"({"sub":"ann","exp":2000})";
    for (auto const& token :
         {rsa.token(claims), edwards.token(claims), token_by_secret(secret, hs256, claims)}) {
        EXPECT_TRUE(set->verify(token, worker::jwt_rules(jwt), now));
    }
    EXPECT_EQ(worker::make_key_set({}, nullptr, nullptr), nullptr);
}

TEST(Keys, ThatAreWrongAreNamedAndNotShown) {
    support::TempDir const folder;
    std::ofstream{folder / "bad.pem"} << "hunter2";
    EXPECT_EQ(fault_of({.secret = "hunter2"}),
              "auth.jwt.secret: is a secret of 7 bytes, expected at least 32");
    auto const pem = fault_of({.key_files = {folder / "bad.pem"}});
    EXPECT_TRUE(pem.starts_with("auth.jwt.key_files: ")) << pem;
    EXPECT_EQ(pem.find("hunter2"), std::string::npos);
    auto const jwks = fault_of({.jwks_file = folder / "bad.pem"});
    EXPECT_TRUE(jwks.starts_with("auth.jwt.jwks_file: ")) << jwks;
    EXPECT_NE(fault_of({.key_files = {folder / "none.pem"}}).find("No such file"),
              std::string::npos);
    EXPECT_NE(fault_of({.jwks_url = "https://id.example"}), "");
}

}  // namespace
}  // namespace tests
