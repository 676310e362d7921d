// The section `auth`: where each key may come from, and that no complaint shows a secret.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

TEST(AuthKeys, WithoutThemThereAreNoUsersAndTheAdminKeyIsWithTheData) {
    auto const loaded = load_text("data_dir: d\n");
    ASSERT_TRUE(loaded.value);
    EXPECT_FALSE(loaded.value->auth.jwt.there());
    EXPECT_EQ(admin_key_file(*loaded.value), "d/admin.key");
    auto const shipped = load_settings("", {}).value.value();
    EXPECT_FALSE(shipped.auth.jwt.there());
    EXPECT_EQ(shipped.auth.jwt.leeway, Jwt{}.leeway);
    EXPECT_EQ(shipped.auth.admin_key_file, "");
}

TEST(AuthKeys, EachOfThem) {
    Folder folder;
    folder.write("secret", "hunter2\n");
    auto const file = folder.write(
        "tallyman.yaml",
        "auth:\n"
        "  jwt: {secret_file: secret, key_files: [a.pem, /b.pem], jwks_file: c.json,\n"
        "    jwks_url: 'https://id.example/jwks', issuer: me, audience: us, leeway: 5s}\n"
        "  admin_key_file: /run/admin.key\n");
    auto const loaded = load_settings(file, {});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& jwt = loaded.value->auth.jwt;
    EXPECT_TRUE(jwt.there());
    EXPECT_EQ(jwt.secret, "hunter2");
    EXPECT_EQ(jwt.key_files,
              (std::vector<std::filesystem::path>{folder.path() / "a.pem", "/b.pem"}));
    EXPECT_EQ(jwt.jwks_file, folder.path() / "c.json");
    EXPECT_EQ(jwt.jwks_url, "https://id.example/jwks");
    EXPECT_EQ(jwt.issuer, "me");
    EXPECT_EQ(jwt.audience, "us");
    EXPECT_EQ(jwt.leeway, base::Millis{5'000});
    EXPECT_EQ(admin_key_file(*loaded.value), "/run/admin.key");
}

TEST(AuthKeys, HaveVariables) {
    Folder folder;
    auto const secret = folder.write("secret", "from-file").string();
    auto const loaded = load_text("auth: {jwt: {secret: from-text}}\n",
                                  {{"TALLYMAN_AUTH_JWT_SECRET_FILE", secret},
                                   {"TALLYMAN_AUTH_JWT_KEY_FILES", "[/a.pem]"},
                                   {"TALLYMAN_AUTH_ADMIN_KEY_FILE", "/k"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->auth.jwt.secret, "from-file");
    EXPECT_EQ(loaded.value->auth.jwt.key_files, (std::vector<std::filesystem::path>{"/a.pem"}));
    EXPECT_EQ(loaded.value->auth.admin_key_file, "/k");
}

TEST(AuthKeys, AKeySetInTheClearComesFromThisMachineOnly) {
    for (std::string const good : {"https://id.example/k", "http://127.0.0.1:9/k",
                                   "http://localhost/k", "http://[::1]:9/k", ""}) {
        EXPECT_EQ(mistakes("auth: {jwt: {jwks_url: '" + good + "'}}\n"), Lines{}) << good;
    }
    for (std::string const bad :
         {"http://id.example/k", "http://localhost.evil.example", "file:///etc/passwd", "id"}) {
        EXPECT_EQ(mistakes("auth: {jwt: {jwks_url: '" + bad + "'}}\n").size(), 1U) << bad;
    }
}

TEST(AuthKeys, MistakesNameTheKeyAndShowNoSecret) {
    Folder folder;
    auto const empty = folder.write("empty", "\n").string();
    EXPECT_EQ(mistakes("auth: {jwt: {secret_file: '" + empty + "'}}\n"),
              Lines{"1: auth.jwt.secret_file: the file is empty"});
    EXPECT_EQ(mistakes("auth: {jwt: {secret: x, secret_file: '" + folder.write("s", "y").string() +
                       "'}}\n"),
              Lines{"1: auth.jwt.secret_file: given beside `secret`, expected one of the two"});
    EXPECT_EQ(mistakes("auth: {jwt: {secret: [hunter2]}}\n"),
              Lines{"1: auth.jwt.secret: expected a text (what was given is not shown)"});
    EXPECT_EQ(mistakes("auth: {jwt: {isuer: x}}\n"),
              Lines{"1: auth.jwt.isuer: unknown key; did you mean `issuer`?"});
}

}  // namespace
}  // namespace config
