// Helpers that crash, hang, lie or are killed, and data that tries to get out: the caller gets a
// named error in time, nobody else notices, and nothing is left behind.
#include <csignal>
#include <thread>

#include <sys/wait.h>

#include <gtest/gtest.h>

#include "tests/media/crew/support.h"

namespace tests {
namespace {

using std::chrono::seconds;

class Sandbox : public testing::TestWithParam<char const*> {};

TEST_P(Sandbox, EndsWhoTries) {
    Crew crew{options()};
    auto const result = tell(crew, GetParam());
    EXPECT_EQ(code(result), "crashed") << samples(result);
    if (!result) {
        EXPECT_TRUE(result.error().message.ends_with("signal 31")) << result.error().message;
    }
    EXPECT_EQ(samples(tell(crew, "HELLO")), 7U);
}

INSTANTIATE_TEST_SUITE_P(Forbidden, Sandbox,
                         testing::Values("SOCKET", "OPEN", "EXECVE", "FORK", "KILL", "UNLINK",
                                         "PTRACE", "RUNNABLE", "MAPFILE", "SENDTO", "OTHERSOCKET"),
                         [](auto const& param) { return std::string{param.param}; });

TEST(Sandbox, HasNothingOpenButItsSocketAndKnowsNothingOfTheEnvironment) {
    auto const leak = file("a descriptor that is not closed on exec");
    ::fcntl(leak.get(), F_SETFD, 0);
    Crew crew{options()};
    EXPECT_EQ(samples(tell(crew, "DESCRIPTORS")), 4U);
    bool const libraries = std::getenv("LD_LIBRARY_PATH") != nullptr;
    EXPECT_EQ(samples(tell(crew, "VARIABLES")), libraries ? 2U : 1U);
}

TEST(Hardships, ACrashIsAnAnswerAndTheNextOneIsServed) {
    Crew crew{options()};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(code(tell(crew, "CRASH")), "crashed");
        EXPECT_EQ(samples(tell(crew, "HELLO")), 7U);
    }
    auto const counts = crew.counts();
    EXPECT_EQ(counts.crashed, 3U);
    EXPECT_EQ(counts.failed.at("crashed"), 3U);
    EXPECT_EQ(counts.started, 4U);
}

TEST(Hardships, AHangEndsWithItsTime) {
    auto settings = options();
    settings.timeout = base::Millis{300};
    Crew crew{settings};
    tell(crew, "HELLO");
    auto const begin = Clock::now();
    EXPECT_EQ(code(tell(crew, "HANG")), "timeout");
    EXPECT_LT(Clock::now() - begin, seconds{2});
    EXPECT_EQ(samples(tell(crew, "HELLO")), 7U);
    EXPECT_EQ(crew.counts().timed_out, 1U);
}

class Babble : public testing::TestWithParam<char const*> {};

TEST_P(Babble, IsNotBelieved) {
    auto settings = options();
    settings.timeout = base::Millis{2'000};
    Crew crew{settings};
    FarSource source{order(std::string{"BABBLE "} + GetParam())};
    auto const begin = Clock::now();
    EXPECT_EQ(code(crew.measure_source(source, {})), "crashed");
    EXPECT_LT(Clock::now() - begin, seconds{30});
    EXPECT_EQ(samples(tell(crew, "HELLO")), 7U);
}

INSTANTIATE_TEST_SUITE_P(All, Babble, testing::Values("SHORT", "MANY", "LEAVE", "BEYOND", "HUGE"),
                         [](auto const& param) { return std::string{param.param}; });

TEST(Hardships, AHelperThatAsksWithoutEndIsEnded) {
    auto settings = options();
    settings.timeout = base::Millis{500};
    Crew crew{settings};
    FarSource source{order("BABBLE ENDLESS")};
    auto const result = code(crew.measure_source(source, {}));
    EXPECT_TRUE(result == "crashed" || result == "timeout") << result;
}

TEST(Hardships, ZeroSamplesAreNoAnswer) {
    Crew crew{options()};
    EXPECT_EQ(code(tell(crew, "ZERO")), "crashed");
}

TEST(Hardships, AskingAFileForFarBytesIsNonsense) {
    Crew crew{options()};
    EXPECT_EQ(code(tell(crew, "BABBLE BEYOND")), "crashed");
}

TEST(Hardships, OneBadFileSpoilsNoOtherOfItsBatch) {
    auto settings = options();
    settings.timeout = base::Millis{500};
    Crew crew{settings};
    std::vector<Fd> files;
    std::vector<int> numbers;
    for (auto const* const text : {"HELLO", "CRASH", "HELLO", "HANG", "OPEN", "HELLO"}) {
        files.push_back(file(text));
        numbers.push_back(files.back().get());
    }
    std::vector<std::string> codes;
    for (auto const& result : crew.measure_files(numbers, {})) {
        codes.push_back(code(result));
    }
    EXPECT_EQ(codes, (std::vector<std::string>{"", "crashed", "", "timeout", "crashed", ""}));
}

TEST(Hardships, AHelperKilledWhileIdleIsNobodysFault) {
    Crew crew{options()};
    for (int i = 0; i < 5; ++i) {
        auto const pid = static_cast<pid_t>(samples(tell(crew, "PID")));
        ASSERT_GT(pid, 0);
        ::kill(pid, SIGKILL);
        auto const result = tell(crew, "HELLO");
        ASSERT_EQ(code(result), "");
    }
    EXPECT_EQ(crew.counts().crashed, 0U);
}

TEST(Hardships, OneThatDiesIdleIsReplacedAndLeavesNoZombie) {
    Crew crew{options()};
    auto const pid = static_cast<pid_t>(samples(tell(crew, "PID")));
    ASSERT_GT(pid, 0);
    ::kill(pid, SIGKILL);
    auto const begin = Clock::now();
    while ((state_of(pid) != "" || crew.counts().started < 2) &&
           Clock::now() - begin < seconds{10}) {
        ::usleep(20'000);
    }
    EXPECT_EQ(state_of(pid), "");
    EXPECT_EQ(crew.counts().started, 2U);
}

// Killed by an operator, or by the system for want of memory: another helper tries, some times.
TEST(Hardships, AHelperKilledAtWorkIsReplaced) {
    auto settings = options();
    settings.timeout = base::Millis{3'000};
    Crew crew{settings};
    auto const pid = static_cast<pid_t>(samples(tell(crew, "PID")));
    ASSERT_GT(pid, 0);
    std::vector<std::byte> data(300'000);
    auto const word = order("SUM");
    std::ranges::copy(word, data.begin());
    FarSource source{data};
    source.delay = std::chrono::milliseconds{200};
    std::jthread const killer{[&] {
        while (source.reads == 0) {
            ::usleep(1'000);
        }
        ::kill(pid, SIGKILL);
    }};
    EXPECT_EQ(code(crew.measure_source(source, {})), "");
    EXPECT_EQ(state_of(pid), "");
}

TEST(Hardships, WithoutAProgramThereIsAnErrorAndNoWait) {
    auto settings = options();
    settings.command = {"/nonexistent/helper"};
    Crew crew{settings};
    auto const begin = Clock::now();
    auto const result = tell(crew, "HELLO");
    EXPECT_EQ(code(result), "unavailable");
    EXPECT_LT(Clock::now() - begin, seconds{5});
}

TEST(Hardships, AHelperThatEndsAtOnceIsUnavailableAndNoCrash) {
    Crew crew{options("die")};
    auto const result = tell(crew, "HELLO");
    ASSERT_EQ(code(result), "unavailable");
    EXPECT_TRUE(result.error().message.ends_with("exit code 3")) << result.error().message;
}

TEST(Hardships, TooManyWhoWaitAreTurnedAway) {
    auto settings = options();
    settings.queue = 0;
    settings.timeout = base::Millis{1'000};
    Crew crew{settings};
    tell(crew, "HELLO");
    std::jthread const busy{[&] { tell(crew, "HANG"); }};
    ::usleep(200'000);
    EXPECT_EQ(code(tell(crew, "HELLO")), "busy");
}

TEST(Hardships, WaitingForAHelperHasAnEnd) {
    auto settings = options();
    settings.wait = base::Millis{200};
    settings.timeout = base::Millis{2'000};
    Crew crew{settings};
    tell(crew, "HELLO");
    std::jthread const busy{[&] { tell(crew, "HANG"); }};
    ::usleep(200'000);
    EXPECT_EQ(code(tell(crew, "HELLO")), "busy");
}

TEST(Hardships, NeitherDescriptorsNorProcessesAreLeftBehind) {
    auto const before = open_files();
    {
        auto settings = options();
        settings.helpers = 2;
        Crew crew{settings};
        for (int i = 0; i < 5; ++i) {
            tell(crew, "HELLO");
            tell(crew, "CRASH");
            FarSource source{order("BABBLE BEYOND")};
            crew.measure_source(source, {});
        }
    }
    EXPECT_EQ(open_files(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST(Hardships, HelpersEndWithTheWorker) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    Fd const reading{ends[0]};
    Fd const writing{ends[1]};
    pid_t const worker = ::fork();
    if (worker == 0) {
        Crew crew{options()};
        auto const pid = static_cast<pid_t>(samples(tell(crew, "PID")));
        static_cast<void>(::write(writing.get(), &pid, sizeof pid) + 0);
        tell(crew, "HANG");
        ::_exit(0);
    }
    pid_t helper = -1;
    ASSERT_EQ(::read(reading.get(), &helper, sizeof helper), static_cast<ssize_t>(sizeof helper));
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
    auto const begin = Clock::now();
    auto const gone = [&] { return state_of(helper) == "" || state_of(helper) == "Z"; };
    while (!gone() && Clock::now() - begin < seconds{10}) {
        ::usleep(10'000);
    }
    EXPECT_TRUE(gone());
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
TEST(Hardships, MemoryHasALimit) {
    auto settings = options();
    settings.memory = std::uint64_t{64} << 20;
    Crew crew{settings};
    EXPECT_EQ(code(tell(crew, "EAT")), "too_large");
    EXPECT_EQ(samples(tell(crew, "HELLO")), 7U);
}
#endif

}  // namespace
}  // namespace tests
