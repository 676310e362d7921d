// The shipped files: they load, they say what the product says, and they explain every key.
#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "config/keys.h"
#include "tests/config/files.h"

namespace config {
namespace {

using pricing::Measure;
using pricing::Mode;

pricing::Terms terms_of(std::string const& service) {
    return pricing::terms_for(default_book(), service, "", base::from_ms(1'800'000'000'000))
        .value_or(pricing::Terms{});
}

TEST(Shipped, FilesAreTheBuiltInOnes) {
    auto const loaded = load_settings("config/tallyman.yaml", {});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->prices_file, "config/prices.yaml");
    auto const book = load_book(loaded.value->prices_file);
    ASSERT_TRUE(book.value) << to_text(book.problems[0]);
    EXPECT_EQ(book.value->version, default_book().version);
    EXPECT_TRUE(check_together(*loaded.value, *book.value).empty());
}

TEST(Shipped, SettingsHoldWhereThereIsNoFile) {
    auto const loaded = load_settings("", {});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->prices_file, "");
    EXPECT_TRUE(check_together(*loaded.value, default_book()).empty());
    EXPECT_EQ(std::get<Simulated>(loaded.value->providers.at("demo").kind).latency,
              base::Millis{1500});
    EXPECT_EQ(service_for(*loaded.value, "tts").provider, "demo");
    EXPECT_TRUE(service_for(*loaded.value, "tts").fields[0].required);
}

// So that leaving a key out of a file and leaving out the file mean the same.
TEST(Shipped, SettingsAreTheDefaultsOfTheProgram) {
    auto const shipped = load_settings("", {}).value.value();
    Settings const plain;
    EXPECT_EQ(shipped.data_dir, plain.data_dir);
    EXPECT_EQ(shipped.store_url, plain.store_url);
    EXPECT_EQ(shipped.worker.slots, plain.worker.slots);
    EXPECT_EQ(shipped.worker.heartbeat, plain.worker.heartbeat);
    EXPECT_EQ(shipped.worker.drain, plain.worker.drain);
    EXPECT_EQ(shipped.worker.poll, plain.worker.poll);
    EXPECT_EQ(shipped.worker.flush_count, plain.worker.flush_count);
    EXPECT_EQ(shipped.worker.flush_delay, plain.worker.flush_delay);
    EXPECT_EQ(shipped.rules.lease, plain.rules.lease);
    EXPECT_EQ(shipped.rules.poison_losses, plain.rules.poison_losses);
    EXPECT_EQ(shipped.rules.signup_gift, plain.rules.signup_gift);
    EXPECT_EQ(shipped.rules.refund_grace, plain.rules.refund_grace);
    EXPECT_EQ(shipped.retention, plain.retention);
    EXPECT_EQ(shipped.expiry_every, plain.expiry_every);
    EXPECT_EQ(shipped.defaults.timeout, plain.defaults.timeout);
    EXPECT_EQ(shipped.defaults.max_input_bytes, plain.defaults.max_input_bytes);
    EXPECT_EQ(shipped.rules.defaults.deadline, plain.rules.defaults.deadline);
    EXPECT_EQ(shipped.rules.defaults.max_attempts, plain.rules.defaults.max_attempts);
    EXPECT_EQ(shipped.rules.defaults.backoff, plain.rules.defaults.backoff);
    EXPECT_EQ(shipped.rules.defaults.backoff_cap, plain.rules.defaults.backoff_cap);
}

TEST(Shipped, PricesAreTheProducts) {
    std::map<std::string, std::int64_t> const fixed = {
        {"script", 5},        {"polish", 1},  {"title", 1},         {"character", 5},
        {"voice_clone", 200}, {"compose", 5}, {"subtitle_burn", 2}, {"cover_design", 2}};
    std::set<std::string> services = {"tts", "video", "caption", "auto_align"};
    for (auto const& [service, credits] : fixed) {
        EXPECT_EQ(terms_of(service), (pricing::Terms{.mode = Mode::fixed, .credits = {credits}}));
        services.insert(service);
    }
    EXPECT_EQ(terms_of("tts"), (pricing::Terms{.mode = Mode::duration,
                                               .per_second = base::one,
                                               .measure = Measure::output,
                                               .minimum = {1},
                                               .estimate = {3'000'000}}));
    EXPECT_EQ(terms_of("video"), (pricing::Terms{.mode = Mode::duration,
                                                 .per_second = {5'000'000},
                                                 .measure = Measure::input,
                                                 .minimum = {1}}));
    EXPECT_EQ(terms_of("caption"), pricing::Terms{.mode = Mode::free});
    EXPECT_EQ(terms_of("auto_align"), pricing::Terms{.mode = Mode::free});
    EXPECT_EQ(default_book().services.size(), services.size());
}

template <typename T>
void expect_explained(std::vector<Key<T>> const& keys) {
    for (auto const& key : keys) {
        auto const written = std::string{key.name} + ":";
        EXPECT_NE(shipped_settings().find(written), std::string_view::npos) << key.name;
        expect_explained(key.section);
    }
}

TEST(Shipped, SettingsShowEveryKey) {
    expect_explained(settings_keys());
    expect_explained(service_keys());
    expect_explained(simulated_keys());
    expect_explained(command_keys());
}

// The text with the "# " gone from the lines of one example, from the one that begins with `first`
// to the one before `end`.
std::string uncommented(std::string_view text, std::string_view first, std::string_view end) {
    std::istringstream lines{std::string{text}};
    std::string result;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        auto const hash = line.find('#');
        auto const rest = std::string_view{line}.substr(std::min(hash, line.size()));
        inside = (inside || rest.starts_with(first)) && !rest.starts_with(end);
        if (inside && hash != std::string::npos) {
            line.erase(hash, std::min<std::size_t>(2, line.size() - hash));
        }
        result += line + "\n";
    }
    return result;
}

TEST(Shipped, ExamplesOfSettingsWorkOnceUncommented) {
    auto text = uncommented(shipped_settings(), "# speech:", "# With it");
    text = uncommented(text, "# - name: morning", "# end of file");
    text = uncommented(text, "# weights:", "# How long");
    for (std::string_view const none : {"schedules: []", "  weights: {}"}) {
        auto const at = text.find(none);
        ASSERT_NE(at, std::string::npos) << none;
        text.replace(at, none.size(), none.starts_with("s") ? "schedules:" : "");
    }
    auto const loaded = load_text(text + "\n", {{"TALLYMAN_SERVICES_DEFAULTS_PROVIDER", "demo"},
                                                {"TALLYMAN_SERVICES_TTS_PROVIDER", "speech"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(std::get<Command>(loaded.value->providers.at("speech").kind).run.size(), 3U);
    EXPECT_EQ(loaded.value->schedules.at(0).input, R"({"topic":"the news of the day"})");
    EXPECT_EQ(loaded.value->rules.weights.at("platinum"), 4);
}

TEST(Shipped, ExamplesOfPricesWorkOnceUncommented) {
    auto const loaded = parse_book(uncommented(shipped_prices(), "# tiers:", "# Each"), "book");
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->services.at("tts")[0].tiers.at("platinum"), base::Rate{650'000});
}

}  // namespace
}  // namespace config
