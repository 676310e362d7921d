// The example provider does what its users will copy: it speaks, measures and says what is wrong.
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/providers/bench.h"

using adapters::Fate;

namespace {

adapters::Verdict speak(tests::Bench& bench, std::string input) {
    bench.options.run = {"examples/espeak/speak"};
    bench.options.memory_mb = 512;
    adapters::providers::Command command{bench.io.get_executor(), bench.options};
    return bench.live(command, bench.call(std::move(input))).verdict;
}

bool installed() {
    return std::system("espeak-ng --version >/dev/null 2>&1 && python3 --version >/dev/null") == 0;
}

}  // namespace

TEST(ExampleSpeak, WritesSpeechAndItsExactDuration) {
    if (!installed()) {
        GTEST_SKIP() << "needs espeak-ng and python3";
    }
    tests::Bench bench;
    auto const verdict = speak(bench, R"({"text":"Hello from Tallyman.","voice":"en"})");
    ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_EQ(verdict.result, R"({"file":"speech.wav","voice":"en"})");
    auto const file = bench.call().result_dir / "speech.wav";
    auto const samples = static_cast<std::int64_t>(std::filesystem::file_size(file) - 44) / 2;
    EXPECT_GT(samples, 22'050 / 2);
    EXPECT_EQ(verdict.duration, base::Millis{(samples * 1000 + 22'050 / 2) / 22'050});
}

TEST(ExampleSpeak, RefusesWhatItCanNotSpeak) {
    if (!installed()) {
        GTEST_SKIP() << "needs espeak-ng and python3";
    }
    tests::Bench bench;
    auto const silent = speak(bench, R"({"text":" "})");
    EXPECT_EQ(silent.fate, Fate::failed_final);
    EXPECT_EQ(silent.code, "bad_input");
    auto const unheard_of = speak(bench, R"({"text":"hi","voice":"nowhere"})");
    EXPECT_EQ(unheard_of.fate, Fate::failed_final);
    EXPECT_EQ(unheard_of.code, "bad_voice");
}
