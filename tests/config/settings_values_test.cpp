// What right settings come to.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

using std::chrono::seconds;

Settings settings_of(std::string const& yaml) {
    auto loaded = load_text(yaml);
    EXPECT_EQ(lines_of(loaded.problems, ""), Lines{});
    return loaded.value.value_or(Settings{});
}

TEST(Settings, AnEmptyFileIsAllDefaults) {
    auto const settings = settings_of("");
    EXPECT_EQ(settings.data_dir, "tallyman-data");
    EXPECT_EQ(settings.prices_file, "");
    EXPECT_EQ(settings.worker.slots, 64);
    EXPECT_EQ(settings.rules.signup_gift, base::Credits{520});
    EXPECT_EQ(settings.defaults.provider, "demo");
    EXPECT_EQ(settings.rules.defaults.provider, "demo");
    EXPECT_TRUE(std::holds_alternative<Simulated>(settings.providers.at("demo").kind));
}

TEST(Settings, SectionsMayBeEmpty) {
    EXPECT_EQ(settings_of("worker:\nservices:\n  tts:\nschedules:\n").services.size(), 1U);
}

TEST(Settings, EveryPlainKey) {
    auto const settings = settings_of(
        "data_dir: data\nstore: {url: 'sqlite:/x/y.db'}\nlog: {format: json, level: debug}\n"
        "worker: {slots: 3, heartbeat: 1s, lease: 4s, drain: 5s, poll: 20ms, flush_count: 9,\n"
        "  flush_delay: 7ms, poison_losses: 8}\n"
        "accounts: {signup_gift: 10, refund_grace: 2d, time_zone: Asia/Shanghai}\n"
        "guards: {job_cap: 11, daily_cap: 12, in_flight: 13}\n"
        "fairness: {weights: {gold: 2}}\nretention: 1d\nexpiry_every: 10s\n");
    EXPECT_EQ(settings.data_dir, "data");
    EXPECT_EQ(settings.store_url, "sqlite:/x/y.db");
    EXPECT_EQ(settings.log.format, LogFormat::json);
    EXPECT_EQ(settings.log.level, LogLevel::debug);
    EXPECT_EQ(settings.worker.slots, 3);
    EXPECT_EQ(settings.worker.heartbeat, seconds{1});
    EXPECT_EQ(settings.rules.lease, seconds{4});
    EXPECT_EQ(settings.worker.drain, seconds{5});
    EXPECT_EQ(settings.worker.poll, base::Millis{20});
    EXPECT_EQ(settings.worker.flush_count, 9);
    EXPECT_EQ(settings.worker.flush_delay, base::Millis{7});
    EXPECT_EQ(settings.rules.poison_losses, 8);
    EXPECT_EQ(settings.rules.signup_gift, base::Credits{10});
    EXPECT_EQ(settings.rules.refund_grace, std::chrono::days{2});
    EXPECT_EQ(settings.rules.zone.name, "Asia/Shanghai");
    EXPECT_EQ(settings.rules.guards.job_cap, base::Credits{11});
    EXPECT_EQ(settings.rules.guards.daily_cap, base::Credits{12});
    EXPECT_EQ(settings.rules.guards.in_flight, 13);
    EXPECT_EQ(settings.rules.weights.at("gold"), 2);
    EXPECT_EQ(settings.retention, std::chrono::days{1});
    EXPECT_EQ(settings.expiry_every, seconds{10});
}

TEST(Settings, AServiceStartsFromTheDefaultsWhereverTheyStand) {
    auto const settings = settings_of(
        "services:\n  tts: {timeout: 5s, input: {text: {type: text, required: true, max_length: "
        "9}}}\n"
        "  defaults: {max_attempts: 7, concurrency: 2, deadline: 1h, backoff: 1s, backoff_cap: 9s,"
        " max_input: 100, text_field: words, duration_field: length, maximum_field: at_most}\n");
    auto const& service = settings.services.at("tts");
    EXPECT_EQ(service.timeout, seconds{5});
    EXPECT_EQ(service.concurrency, 2);
    EXPECT_EQ(service.max_input_bytes, 100);
    EXPECT_EQ(service.text_field, "words");
    EXPECT_EQ(service.duration_field, "length");
    EXPECT_EQ(service.maximum_field, "at_most");
    ASSERT_EQ(service.fields.size(), 1U);
    EXPECT_EQ(service.fields[0].name, "text");
    EXPECT_EQ(service.fields[0].type, FieldType::text);
    EXPECT_TRUE(service.fields[0].required);
    EXPECT_EQ(service.fields[0].max_length, 9);
    auto const& rules = settings.rules.services.at("tts");
    EXPECT_EQ(rules.max_attempts, 7);
    EXPECT_EQ(rules.deadline, std::chrono::hours{1});
    EXPECT_EQ(rules.backoff, seconds{1});
    EXPECT_EQ(rules.backoff_cap, seconds{9});
    EXPECT_EQ(rules.provider, "demo");
    EXPECT_EQ(settings.rules.defaults.max_attempts, 7);
}

TEST(Settings, BoundsOfNumbersAreExact) {
    auto const settings =
        settings_of("services: {x: {input: {s: {type: number, minimum: 0.1, maximum: 4}}}}\n");
    EXPECT_EQ(settings.services.at("x").fields[0].minimum, base::Rate{100'000});
    EXPECT_EQ(settings.services.at("x").fields[0].maximum, base::Rate{4'000'000});
}

TEST(Settings, Providers) {
    auto const settings = settings_of(
        "providers:\n"
        "  s: {kind: simulated, seed: 5, latency: 1s, failure_rate: 0.25, final_rate: 0.5,"
        " unknown_rate: 1, characters_per_second: 3.5}\n"
        "  c: {kind: command, run: [cat, '', --x=1], environment: {A: b}, memory_mb: 64,"
        " output_bytes: 10, retry_codes: [3], final_codes: [], kill_after: 1s}\n"
        "services: {defaults: {provider: s}, tts: {provider: c}}\n");
    auto const& simulated = std::get<Simulated>(settings.providers.at("s").kind);
    EXPECT_EQ(simulated.seed, 5U);
    EXPECT_EQ(simulated.latency, seconds{1});
    EXPECT_EQ(simulated.failure_rate, base::Rate{250'000});
    EXPECT_EQ(simulated.final_rate, base::Rate{500'000});
    EXPECT_EQ(simulated.unknown_rate, base::one);
    EXPECT_EQ(simulated.characters_per_second, base::Rate{3'500'000});
    auto const& command = std::get<Command>(settings.providers.at("c").kind);
    EXPECT_EQ(command.run, (std::vector<std::string>{"cat", "", "--x=1"}));
    EXPECT_EQ(command.environment.at("A"), "b");
    EXPECT_EQ(command.memory_mb, 64);
    EXPECT_EQ(command.output_bytes, 10);
    EXPECT_EQ(command.retry_codes, std::vector<int>{3});
    EXPECT_TRUE(command.final_codes.empty());
    EXPECT_EQ(command.kill_after, seconds{1});
    EXPECT_EQ(settings.rules.services.at("tts").provider, "c");
    EXPECT_EQ(settings.rules.defaults.provider, "s");
    EXPECT_FALSE(settings.providers.contains("demo"));
}

TEST(Settings, TheOnlyProviderNeedsNoName) {
    auto const settings = settings_of("providers: {p: {kind: simulated}}\nservices: {tts: {}}\n");
    EXPECT_EQ(settings.services.at("tts").provider, "p");
    EXPECT_EQ(settings.defaults.provider, "p");
}

TEST(Settings, Schedules) {
    auto const settings = settings_of(
        "schedules:\n"
        "  - {name: a, cron: '0 8 * * *', time_zone: Asia/Tokyo, service: tts, user: u,"
        " input: {n: 1.50, t: '1', f: [true, null, x\"y], m: {}}}\n"
        "  - {name: b, cron: '@daily', service: tts, user: u, input: '{\"a\": 0.10}'}\n"
        "  - {name: c, cron: '@daily', service: tts, user: 用户}\n");
    ASSERT_EQ(settings.schedules.size(), 3U);
    EXPECT_EQ(settings.schedules[0].input, R"({"n":1.50,"t":"1","f":[true,null,"x\"y"],"m":{}})");
    EXPECT_EQ(settings.schedules[0].zone.name, "Asia/Tokyo");
    EXPECT_TRUE(settings.schedules[0].line.hours.test(8));
    EXPECT_EQ(settings.schedules[0].cron, "0 8 * * *");
    EXPECT_EQ(settings.schedules[1].input, R"({"a": 0.10})");
    EXPECT_EQ(settings.schedules[1].zone.name, "UTC");
    EXPECT_EQ(settings.schedules[2].input, "{}");
    EXPECT_EQ(settings.schedules[2].user, "用户");
}

TEST(Settings, PathsStartAtTheFileAndDataDirWhereThePersonIs) {
    Folder folder;
    folder.write("url", "sqlite:/a/b.db\r\n");
    auto const file = folder.write("tallyman.yaml",
                                   "data_dir: data\nprices: sub/prices.yaml\n"
                                   "store: {url_file: url}\n"
                                   "providers: {p: {kind: simulated, submissions: log}}\n");
    auto const loaded = load_settings(file, {});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->file, file);
    EXPECT_EQ(loaded.value->data_dir, "data");
    EXPECT_EQ(loaded.value->prices_file, folder.path() / "sub/prices.yaml");
    EXPECT_EQ(loaded.value->store_url, "sqlite:/a/b.db");
    EXPECT_EQ(std::get<Simulated>(loaded.value->providers.at("p").kind).submissions,
              folder.path() / "log");
}

TEST(Settings, AliasesStandForWhatTheyName) {
    auto const settings =
        settings_of("services:\n  tts: &speech {timeout: 5s}\n  clone: *speech\n");
    EXPECT_EQ(settings.services.at("clone").timeout, seconds{5});
}

TEST(Together, ServicesAndSchedulesNeedPrices) {
    auto const settings = settings_of(
        "services: {ttz: {}}\nschedules: [{name: a, cron: '@daily', service: vidio, user: u}]\n");
    auto const problems = check_together(settings, default_book());
    EXPECT_EQ(lines_of(problems, settings.file.string()),
              (Lines{" services.ttz: has no price in the price book; did you mean `tts`?",
                     " schedules[0].service: unknown service `vidio`; did you mean `video`?"}));
}

TEST(Together, PricedServicesNeedAProvider) {
    auto const settings = settings_of("providers: {a: {kind: simulated}, b: {kind: simulated}}\n");
    auto const book = parse_book("services: {x: {mode: free}}\n", "book");
    ASSERT_TRUE(book.value);
    EXPECT_EQ(
        lines_of(check_together(settings, *book.value), settings.file.string()),
        (Lines{" services.x.provider: missing; the service has a price and nobody to run it"}));
}

}  // namespace
}  // namespace config
