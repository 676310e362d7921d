// The crew on good days: files, memory, far bytes, batches, many threads, counters.
#include "adapters/media/crew/crew.h"

#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "tests/media/crew/support.h"

namespace tests {
namespace {

// "SUM " and many bytes, and what they add up to.
std::vector<std::byte> long_data(std::size_t size) {
    auto data = order("SUM");
    for (std::size_t i = data.size(); i < size; ++i) {
        data.push_back(static_cast<std::byte>(i * i % 251));
    }
    return data;
}

std::uint64_t sum_of(std::vector<std::byte> const& data) {
    return std::accumulate(
        data.begin(), data.end(), std::uint64_t{0},
        [](std::uint64_t sum, std::byte byte) { return sum + std::to_integer<unsigned>(byte); });
}

TEST(Crew, MeasuresBytesInMemory) {
    Crew crew{options()};
    auto const result = tell(crew, "HELLO");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->audio.samples, 7U);
    EXPECT_EQ(result->codec, "test");
    EXPECT_EQ(result->note, "honest");
}

TEST(Crew, MeasuresAFileAndLeavesItsOffset) {
    Crew crew{options()};
    auto const data = long_data(700'000);
    auto const target = file("");
    ASSERT_EQ(::pwrite(target.get(), data.data(), data.size(), 0),
              static_cast<ssize_t>(data.size()));
    ::lseek(target.get(), 123, SEEK_SET);
    EXPECT_EQ(samples(crew.measure_file(target.get(), {})), sum_of(data));
    EXPECT_EQ(::lseek(target.get(), 0, SEEK_CUR), 123);
}

TEST(Crew, ReadsWhatIsFarThroughTheCaller) {
    Crew crew{options()};
    auto const data = long_data(1'000'000);
    FarSource source{data};
    EXPECT_EQ(samples(crew.measure_source(source, {})), sum_of(data));
    EXPECT_LT(source.reads.load(), 20);
}

TEST(Crew, TellsHelpersTheHintsAndLimits) {
    auto settings = options();
    settings.max_duration = base::Millis{5'000};
    settings.taglib = adapters::media::TaglibUse::never;
    Crew crew{settings};
    adapters::RawFormat const raw{.codec = "pcm_s16le", .rate = 24'000, .channels = 2};
    EXPECT_EQ(samples(crew.measure(order("HINTS"), {.raw = raw})), 24'002U);
    EXPECT_EQ(samples(tell(crew, "HINTS")), 1U);
    EXPECT_EQ(samples(tell(crew, "LIMITS")), 5'000U);
}

TEST(Crew, AsksForTaglibsOpinionOfOneFileInSixteen) {
    auto settings = options();
    settings.max_duration = base::Millis{10};
    settings.taglib = adapters::media::TaglibUse::sample;
    Crew crew{settings};
    std::uint64_t asked = 0;
    for (int i = 0; i < 32; ++i) {
        asked += samples(tell(crew, "LIMITS")) - 10;
    }
    EXPECT_EQ(asked, 2U);
}

TEST(Crew, UsesOneHelperAgainAndAgain) {
    Crew crew{options()};
    auto const first = samples(tell(crew, "PID"));
    EXPECT_GT(first, 0U);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(samples(tell(crew, "PID")), first);
    }
    EXPECT_EQ(crew.counts().started, 1U);
}

TEST(Crew, ReplacesAHelperThatHasDoneEnough) {
    auto settings = options();
    settings.retire_after = 5;
    Crew crew{settings};
    auto const first = samples(tell(crew, "PID"));
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(samples(tell(crew, "PID")), first);
    }
    auto const second = samples(tell(crew, "PID"));
    EXPECT_NE(second, first);
    EXPECT_EQ(state_of(static_cast<pid_t>(first)), "");
}

TEST(Crew, MeasuresManyFilesInTheirOrder) {
    Crew crew{options()};
    std::vector<Fd> files;
    std::vector<int> numbers;
    for (int i = 0; i < 100; ++i) {
        files.push_back(file("SUM " + std::string(static_cast<std::size_t>(i), 'x')));
        numbers.push_back(files.back().get());
    }
    auto const results = crew.measure_files(numbers, {});
    ASSERT_EQ(results.size(), 100U);
    for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_EQ(samples(results[i]), sum_of(order("SUM " + std::string(i, 'x'))));
    }
}

TEST(Crew, RefusesWhatIsNoPlainFileOrTooLarge) {
    auto settings = options();
    settings.max_size = 1'000;
    Crew crew{settings};
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    Fd const reading{ends[0]};
    Fd const writing{ends[1]};
    EXPECT_EQ(code(crew.measure_file(reading.get(), {})), "not_a_file");
    EXPECT_EQ(code(crew.measure_file(-1, {})), "unreadable");
    EXPECT_EQ(code(crew.measure(long_data(1'001), {})), "too_large");
    FarSource far{long_data(1'001)};
    EXPECT_EQ(code(crew.measure_source(far, {})), "too_large");
    EXPECT_EQ(far.reads.load(), 0);
    EXPECT_EQ(code(crew.measure(long_data(1'000), {})), "");
}

TEST(Crew, GivesTheSourcesOwnErrorWhateverTheHelperMakesOfIt) {
    Crew crew{options()};
    FarSource source{long_data(500'000)};
    source.breaks_at = 300'000;
    auto const result = crew.measure_source(source, {});
    EXPECT_EQ(code(result), "http_403");
    EXPECT_EQ(result.error().message, "the server says no");
}

TEST(Crew, MeasuresASourceThatIsShorterThanItSaid) {
    Crew crew{options()};
    auto const data = long_data(5'000);
    FarSource source{data};
    source.claimed = 1'000'000;
    EXPECT_EQ(samples(crew.measure_source(source, {})), sum_of(data));
}

TEST(Crew, DoesNotCountTheTimeThatFarBytesTake) {
    auto settings = options();
    settings.timeout = base::Millis{400};
    Crew crew{settings};
    auto const data = long_data(700'000);
    FarSource source{data};
    source.delay = std::chrono::milliseconds{150};
    EXPECT_EQ(samples(crew.measure_source(source, {})), sum_of(data));
    EXPECT_GT(source.reads.load(), 4);
}

TEST(Crew, LetsSlowSourcesDelayOnlyThemselves) {
    Crew crew{options()};
    FarSource source{long_data(200'000)};
    source.delay = std::chrono::milliseconds{300};
    std::jthread const slow{[&] { crew.measure_source(source, {}); }};
    auto const begin = Clock::now();
    while (source.reads == 0 && Clock::now() - begin < std::chrono::seconds{5}) {
        ::usleep(1'000);
    }
    EXPECT_EQ(samples(tell(crew, "HELLO")), 7U);
    EXPECT_LE(source.reads.load(), 2);
}

TEST(Crew, ServesManyThreads) {
    auto settings = options();
    settings.helpers = 3;
    Crew crew{settings};
    std::vector<std::thread> threads;
    std::array<int, 16> right{};
    for (auto& count : right) {
        threads.emplace_back([&crew, &count] {
            for (int i = 0; i < 25; ++i) {
                count += samples(tell(crew, "HELLO")) == 7 ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(std::accumulate(right.begin(), right.end(), 0), 400);
    EXPECT_EQ(crew.counts().measured, 400U);
    EXPECT_EQ(crew.counts().started, 3U);
}

TEST(Crew, OutlivesTheThreadsThatUseIt) {
    Crew crew{options()};
    std::uint64_t first = 0;
    std::thread{[&] { first = samples(tell(crew, "PID")); }}.join();
    EXPECT_EQ(samples(tell(crew, "PID")), first);
}

TEST(Crew, CountsWhatItDid) {
    auto settings = options();
    settings.max_size = 100;
    Crew crew{settings};
    tell(crew, "HELLO");
    tell(crew, "HELLO");
    crew.measure(long_data(200), {});
    auto const counts = crew.counts();
    EXPECT_EQ(counts.measured, 2U);
    EXPECT_EQ(counts.failed, (std::map<std::string, std::uint64_t>{{"too_large", 1}}));
    EXPECT_EQ(counts.crashed, 0U);
}

}  // namespace
}  // namespace tests
