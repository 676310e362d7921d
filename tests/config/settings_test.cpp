// What is said of wrong settings, one test for each kind of mistake.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

TEST(SettingsMistakes, UnknownKeysNameTheNearest) {
    EXPECT_EQ(mistakes("worker:\n  slot: 5\n"),
              (Lines{"2: worker.slot: unknown key; did you mean `slots`?"}));
    EXPECT_EQ(mistakes("wroker: {}\n"), (Lines{"1: wroker: unknown key; did you mean `worker`?"}));
    EXPECT_EQ(mistakes("services:\n  tts:\n    timout: 5s\n"),
              (Lines{"3: services.tts.timout: unknown key; did you mean `timeout`?"}));
    EXPECT_EQ(mistakes("providers: {p: {kind: simulated, lattency: 1s}}\n"),
              (Lines{"1: providers.p.lattency: unknown key; did you mean `latency`?"}));
}

TEST(SettingsMistakes, WrongTypes) {
    EXPECT_EQ(
        mistakes("data_dir: [a]\nlog: loud\nworker:\n  slots: four\n  poll: 5\n  lease: {a: 1}\n"
                 "providers: {p: {kind: command, run: ls}}\nschedules: {}\nretention:\n"),
        (Lines{"1: data_dir: expected text, got a list",
               "2: log: expected a map of keys and values, got `loud`",
               "4: worker.slots: expected a whole number, got `four`",
               "5: worker.poll: expected a duration such as 15s or 1h30m, got `5`",
               "6: worker.lease: expected a duration such as 15s or 1h30m, got a map",
               "7: providers.p.run: expected a list, got `ls`",
               "8: schedules: expected a list, got a map",
               "9: retention: expected a duration such as 15s or 1h30m, got nothing"}));
}

TEST(SettingsMistakes, ImpossibleValues) {
    EXPECT_EQ(mistakes("worker: {slots: 0, flush_count: -1}\n"),
              (Lines{"1: worker.flush_count: expected from 1 to 10000, got `-1`",
                     "1: worker.slots: expected from 1 to 10000, got `0`"}));
    EXPECT_EQ(mistakes("guards: {daily_cap: -5}\nfairness: {weights: {gold: 0}}\n"),
              (Lines{"1: guards.daily_cap: expected from 0 to 1000000000000, got `-5`",
                     "2: fairness.weights.gold: expected from 1 to 1000, got `0`"}));
    EXPECT_EQ(mistakes("log: {format: xml}\naccounts: {time_zone: Asia/Shanghia}\n"),
              (Lines{"1: log.format: expected text or json, got `xml`",
                     "2: accounts.time_zone: expected a time zone such as UTC or Asia/Shanghai, "
                     "got `Asia/Shanghia`"}));
}

TEST(SettingsMistakes, ALeaseMustOutliveTwoHeartbeats) {
    EXPECT_EQ(mistakes("worker:\n  heartbeat: 5s\n  lease: 9s\n"),
              (Lines{"3: worker.lease: the lease (9s) must be at least twice the heartbeat (5s)"}));
    EXPECT_EQ(mistakes("worker:\n  heartbeat: 8s\n"),
              (Lines{"2: worker.heartbeat: the lease (15s) must be at least twice the heartbeat "
                     "(8s)"}));
    EXPECT_EQ(mistakes("worker: {heartbeat: 5s, lease: 10s}\n"), Lines{});
}

TEST(SettingsMistakes, TheBackoffMustFitUnderItsCap) {
    EXPECT_EQ(mistakes("services:\n  tts:\n    backoff: 10s\n    backoff_cap: 5s\n  video: {}\n"),
              (Lines{"4: services.tts.backoff_cap: the backoff_cap (5s) must not be less than the "
                     "backoff (10s)"}));
    EXPECT_EQ(mistakes("services:\n  defaults: {backoff: 10m}\n  tts: {}\n"),
              (Lines{"2: services.defaults.backoff: the backoff_cap (5m) must not be less than the "
                     "backoff (10m)"}));
}

TEST(SettingsMistakes, FieldsOfTheInput) {
    EXPECT_EQ(
        mistakes("services:\n  tts:\n    input:\n"
                 "      a: {type: string}\n      b: {type: number, max_length: 5}\n"
                 "      c: {type: text, minimum: 1}\n"
                 "      d: {type: integer, minimum: 2, maximum: 1.5}\n      e: {required: 1}\n"),
        (Lines{"4: services.tts.input.a.type: expected text, number, integer, boolean, object, "
               "list or any, got `string`",
               "5: services.tts.input.b.max_length: only a field of type text or list has a length",
               "6: services.tts.input.c.minimum: only a field of type number or integer has bounds",
               "7: services.tts.input.d.maximum: less than the minimum (2)",
               "8: services.tts.input.e.required: expected true or false, got `1`"}));
}

TEST(SettingsMistakes, Providers) {
    EXPECT_EQ(
        mistakes("providers:\n  a: {}\n  b: {kind: magic}\n  c: {kind: command}\n"
                 "  d: {kind: command, run: []}\n  e: {kind: command, run: ['']}\n"
                 "  f: {kind: simulated, failure_rate: 1.5}\n"
                 "  g: {kind: simulated, failure_rate: 0.6, final_rate: 0.5}\n"
                 "  h: {kind: command, run: [ls], retry_codes: [1], final_codes: [1, 300]}\n"
                 "  i: {kind: command, run: [ls], environment: {1A: x, TOKEN: [secret]}}\n"),
        (Lines{"2: providers.a.kind: missing; expected simulated, command or http",
               "3: providers.b.kind: expected simulated, command or http, got `magic`",
               "4: providers.c.run: missing; expected a list of a program and its arguments",
               "5: providers.d.run: empty, expected a program and its arguments",
               "6: providers.e.run: empty, expected a program and its arguments",
               "7: providers.f.failure_rate: expected from 0 to 1, got `1.5`",
               "8: providers.g.final_rate: failure_rate and final_rate must not add up to more "
               "than 1",
               "9: providers.h.final_codes: 1 is both a retry code and a final code",
               "9: providers.h.final_codes[1]: expected from 1 to 255, got `300`",
               "10: providers.i.environment.1A: not a name of letters, digits and `_`",
               "10: providers.i.environment.TOKEN: expected text"}));
}

TEST(SettingsMistakes, AServicesProviderMustExist) {
    EXPECT_EQ(mistakes("services: {tts: {provider: dmo}}\n"),
              (Lines{"1: services.tts.provider: no provider has the name `dmo`; did you mean "
                     "`demo`?"}));
    EXPECT_EQ(mistakes("providers: {a: {kind: simulated}, b: {kind: simulated}}\n"
                       "services:\n  tts: {}\n  video: {provider: b}\n"),
              (Lines{"3: services.tts.provider: missing; expected one of: a, b"}));
    EXPECT_EQ(mistakes("services:\n  defaults: {provider: dmo}\n  tts: {}\n  video: {}\n"),
              (Lines{"2: services.defaults.provider: no provider has the name `dmo`; did you mean "
                     "`demo`?"}));
}

TEST(SettingsMistakes, Schedules) {
    EXPECT_EQ(mistakes("schedules:\n  - {name: a, service: tts, user: u}\n"
                       "  - {name: a, cron: '@daily', service: tts, user: ' u', input: hello}\n"),
              (Lines{"2: schedules[0].cron: missing",
                     "3: schedules[1].input: expected a map, or a "
                     "JSON object as text, got `hello`",
                     "3: schedules[1].name: another schedule has this name",
                     "3: schedules[1].user: expected a user of 1 to 128 printable characters, got "
                     "` u`"}));
    auto const cron = mistakes("schedules: [{name: a, cron: '0 25 * * *', service: t, user: u}]\n");
    ASSERT_EQ(cron.size(), 1U);
    EXPECT_TRUE(cron[0].starts_with("1: schedules[0].cron: not a cron line: ")) << cron[0];
}

TEST(SettingsMistakes, DuplicateKeys) {
    EXPECT_EQ(mistakes("worker:\n  slots: 5\n  poll: 1s\n  slots: 6\nworker: {}\n"),
              (Lines{"4: worker.slots: given twice; the first is in line 2",
                     "5: worker: given twice; the first is in line 1"}));
}

TEST(SettingsMistakes, AllAtOnceInTheOrderOfTheFile) {
    EXPECT_EQ(mistakes("retention: long\nworker:\n  slots: 0\n  slots: 5\n  lease: 1s\n"
                       "sevices: {}\n",
                       {{"TALLYMAN_LOG_LEVEL", "loud"}, {"TALLYMAN_WORKER_SLOT", "5"}}),
              (Lines{"1: retention: expected a duration such as 15s or 1h30m, got `long`",
                     "3: worker.slots: expected from 1 to 10000, got `0`",
                     "4: worker.slots: given twice; the first is in line 3",
                     "5: worker.lease: the lease (1s) must be at least twice the heartbeat (5s)",
                     "6: sevices: unknown key; did you mean `services`?",
                     "environment: TALLYMAN_LOG_LEVEL: expected debug, info, warning or error, got "
                     "`loud`",
                     "environment: TALLYMAN_WORKER_SLOT: unknown variable; did you mean "
                     "`TALLYMAN_WORKER_SLOTS`?"}));
}

TEST(SettingsMistakes, FilesThatCannotBeRead) {
    Folder folder;
    auto const said_of = [](std::filesystem::path const& file) {
        return lines_of(load_settings(file, {}).problems, file.string());
    };
    EXPECT_EQ(said_of(folder.path() / "none.yaml"), (Lines{" no such file"}));
    EXPECT_EQ(said_of(folder.path()), (Lines{" is a directory, expected a file"}));
    EXPECT_EQ(said_of("/dev/null"), (Lines{" is not a regular file"}));
    EXPECT_EQ(said_of(folder.write("big", std::string((1 << 20) + 1, '#'))),
              (Lines{" larger than 1 MiB"}));
}

TEST(SettingsMistakes, TextThatIsNoYaml) {
    EXPECT_EQ(mistakes("worker:\n\tslots: 5\n"),
              (Lines{"2: a tab in the indentation, expected spaces"}));
    EXPECT_EQ(mistakes("worker: {slots: 5\n"),
              (Lines{"2: not valid YAML: end of map flow not found"}));
    EXPECT_EQ(mistakes("log: {}\n---\nlog: {}\n"),
              (Lines{" more than one YAML document, expected one"}));
    EXPECT_EQ(mistakes("- worker\n"), (Lines{"1: expected a map of keys and values, got a list"}));
    EXPECT_EQ(mistakes("log:\n  [format, level]: text\n"),
              (Lines{"2: log: expected a name as the key, got something else"}));
    EXPECT_EQ(mistakes("log: {}\ndata_dir: \xff\xfe\n"), (Lines{"2: not UTF-8 text"}));
    EXPECT_EQ(mistakes(std::string("d\0a\0", 4)), (Lines{"1: not UTF-8 text"}));
}

TEST(SettingsMistakes, AliasesAndNestingAreBounded) {
    std::string laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char name = 'b'; name < 'k'; ++name) {
        auto const last = std::string{"*"} + static_cast<char>(name - 1);
        laughs += std::string{name} + ": &" + name + " [" + last;
        for (int i = 0; i < 8; ++i) {
            laughs += ", " + last;
        }
        laughs += "]\n";
    }
    EXPECT_EQ(mistakes(laughs), (Lines{"5: too many values, or too many aliases of large ones"}));
    auto const large = "a: &a " + std::string(100'000, 'x') + "\nb: [";
    std::string aliases;
    for (int i = 0; i < 100; ++i) {
        aliases += "*a, ";
    }
    EXPECT_EQ(mistakes(large + aliases + "]\n"),
              (Lines{"2: too many values, or too many aliases of large ones"}));
    EXPECT_EQ(mistakes("a: " + std::string(100'000, '[') + "\n"),
              (Lines{"1: nested deeper than 32 levels"}));
    EXPECT_EQ(mistakes("a: &a [*a]\n"), (Lines{"1: an alias inside of what it stands for"}));
}

TEST(SettingsMistakes, AStoresUrlIsNeverShown) {
    Folder folder;
    auto const empty = folder.write("empty", "\n").string();
    EXPECT_EQ(mistakes("store: {url: hunter2}\n"),
              (Lines{"1: store.url: expected the URL of a store such as postgres://user@host/db or "
                     "sqlite:PATH (what was given is not shown)"}));
    EXPECT_EQ(lines_of(load_text("store: {url_file: " + empty + "}\n").problems, "").size(), 1U);
    EXPECT_EQ(mistakes("store: {url: sqlite:a, url_file: /nonexistent/url}\n"),
              (Lines{"1: store.url_file: /nonexistent/url: no such file",
                     "1: store.url_file: given beside `url`, expected one of the two"}));
}

}  // namespace
}  // namespace config
