// Variables of the environment over the keys of the file.
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

using std::chrono::seconds;

TEST(EnvironmentVariables, OverrideTheFile) {
    auto const loaded =
        load_text("worker: {slots: 5, poll: 2s}\n", {{"TALLYMAN_WORKER_SLOTS", "7"},
                                                     {"TALLYMAN_DATA_DIR", "elsewhere"},
                                                     {"TALLYMAN_LOG_FORMAT", "json"},
                                                     {"TALLYMAN_RETENTION", "1d"},
                                                     {"TALLYMAN_PRICES", "prices.yaml"},
                                                     {"TALLYMAN_CONFIG", "ignored"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->worker.slots, 7);
    EXPECT_EQ(loaded.value->worker.poll, seconds{2});
    EXPECT_EQ(loaded.value->data_dir, "elsewhere");
    EXPECT_EQ(loaded.value->log.format, LogFormat::json);
    EXPECT_EQ(loaded.value->retention, std::chrono::days{1});
    EXPECT_EQ(loaded.value->prices_file, "prices.yaml");  // from where the person is
}

TEST(EnvironmentVariables, WorkWithoutAFile) {
    auto const loaded = load_settings("", {{"TALLYMAN_STORE_URL", "sqlite:/a.db"},
                                           {"TALLYMAN_PROVIDERS_DEMO_LATENCY", "0s"},
                                           {"TALLYMAN_SERVICES_VOICE_CLONE_TIMEOUT", "3s"},
                                           {"TALLYMAN_SERVICES_DEFAULTS_MAX_ATTEMPTS", "1"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->store_url, "sqlite:/a.db");
    EXPECT_EQ(loaded.value->file, "");
    EXPECT_EQ(std::get<Simulated>(loaded.value->providers.at("demo").kind).latency, seconds{0});
    EXPECT_EQ(loaded.value->services.at("voice_clone").timeout, seconds{3});
    EXPECT_EQ(loaded.value->rules.services.at("tts").max_attempts, 1);
}

TEST(EnvironmentVariables, ListsAndMapsAreYaml) {
    auto const loaded = load_text(
        "providers: {p: {kind: command, run: [ls]}}\nfairness:\n",
        {{"TALLYMAN_FAIRNESS_WEIGHTS", "{gold: 3}"}, {"TALLYMAN_PROVIDERS_P_RUN", "[cat, -n]"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->rules.weights.at("gold"), 3);
    EXPECT_EQ(std::get<Command>(loaded.value->providers.at("p").kind).run,
              (std::vector<std::string>{"cat", "-n"}));
}

TEST(EnvironmentVariables, AUrlAndItsFileReplaceEachOther) {
    Folder folder;
    auto const url = folder.write("url", "sqlite:/from-file.db\n").string();
    auto const by_url = load_text("store: {url_file: /nonexistent}\n",
                                  {{"TALLYMAN_STORE_URL", "sqlite:/plain.db"}});
    auto const by_file =
        load_text("store: {url: 'sqlite:/plain.db'}\n", {{"TALLYMAN_STORE_URL_FILE", url}});
    ASSERT_TRUE(by_url.value && by_file.value);
    EXPECT_EQ(by_url.value->store_url, "sqlite:/plain.db");
    EXPECT_EQ(by_file.value->store_url, "sqlite:/from-file.db");
}

TEST(EnvironmentVariables, MistakesNameTheVariable) {
    EXPECT_EQ(mistakes("services: {tts: {}}\n", {{"TALLYMAN_WORKER_SLOTS", "0"},
                                                 {"TALLYMAN_WORKER_HEARTBEAT", "10s"},
                                                 {"TALLYMAN_SERVICES_TTS_TIMEOUT", "long"},
                                                 {"TALLYMAN_FAIRNESS_WEIGHTS", "{gold: none}"},
                                                 {"TALLYMAN_SCHEDULES", "[{"},
                                                 {"TALLYMAN_DATA_DIR", "\xff"},
                                                 {"TALLYMAN_STORE_URL", "hunter2"},
                                                 {"TALLYMAN_LOG", "x"}}),
              (Lines{"environment: TALLYMAN_DATA_DIR: not UTF-8 text",
                     "environment: TALLYMAN_FAIRNESS_WEIGHTS.gold: expected a whole number, got "
                     "`none`",
                     "environment: TALLYMAN_LOG: unknown variable; did you mean "
                     "`TALLYMAN_LOG_LEVEL`?",
                     "environment: TALLYMAN_SCHEDULES: not valid YAML: end of map flow not found",
                     "environment: TALLYMAN_SERVICES_TTS_TIMEOUT: expected a duration such as 15s "
                     "or 1h30m, got `long`",
                     "environment: TALLYMAN_STORE_URL: expected the URL of a store such as "
                     "postgres://user@host/db or sqlite:PATH (what was given is not shown)",
                     "environment: TALLYMAN_WORKER_HEARTBEAT: the lease (15s) must be at least "
                     "twice the heartbeat (10s)",
                     "environment: TALLYMAN_WORKER_SLOTS: expected from 1 to 10000, got `0`"}));
}

TEST(EnvironmentVariables, NamesThatTwoKeysShareAreRefused) {
    EXPECT_EQ(mistakes("services: {a-b: {}, a_b: {}}\n", {{"TALLYMAN_SERVICES_A_B_TIMEOUT", "5s"}}),
              (Lines{"environment: TALLYMAN_SERVICES_A_B_TIMEOUT: two keys have this name"}));
}

TEST(EnvironmentVariables, OnlyOursAreTaken) {
    ::setenv("TALLYMAN_WORKER_SLOTS", "9=9", 1);
    ::setenv("TALLYMANLY", "x", 1);
    auto const found = environment();
    ::unsetenv("TALLYMAN_WORKER_SLOTS");
    ::unsetenv("TALLYMANLY");
    EXPECT_EQ(found.at("TALLYMAN_WORKER_SLOTS"), "9=9");
    EXPECT_FALSE(found.contains("TALLYMANLY"));
}

}  // namespace
}  // namespace config
