// Programs that misbehave: none may hang the worker, harm it, or leave anything behind.
#include <csignal>
#include <filesystem>
#include <iterator>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "adapters/providers/command.h"
#include "tests/providers/bench.h"

using adapters::Fate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::Bench;
using tests::Clock;
using tests::content;
using tests::finish;

namespace {

bool alive(std::string const& pid) {
    if (pid.empty() || ::kill(std::stoi(pid), 0) != 0) {
        return false;
    }
    auto const stat = content("/proc/" + pid + "/stat");
    return !stat.contains(") Z ");  // an orphan that nobody has reaped yet is dead too
}

// Killing is asynchronous: it may take a moment.
bool dies(std::string const& pid) {
    auto const give_up = Clock::now() + seconds{5};
    while (alive(pid) && Clock::now() < give_up) {
        ::usleep(10'000);
    }
    return !alive(pid);
}

void wait_for(boost::asio::io_context& io, std::filesystem::path const& file) {
    auto const give_up = Clock::now() + seconds{10};
    while (!content(file).ends_with('\n') && Clock::now() < give_up) {
        io.run_for(milliseconds{10});
        io.restart();
    }
}

std::string first_line(std::filesystem::path const& file) {
    auto const text = content(file);
    return text.substr(0, text.find('\n'));
}

auto open_files() {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

bool any_child() {
    return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

}  // namespace

TEST(Hardship, AHundredMegabytesOfOutput) {
    Bench bench;
    auto const begun = Clock::now();
    auto const verdict = bench.run("head -c 100000000 /dev/zero | tr '\\0' '\\n'; sleep 30");
    EXPECT_EQ(verdict.fate, Fate::failed_final);
    EXPECT_EQ(verdict.code, "output_too_large");
    EXPECT_LT(Clock::now() - begun, seconds{10});
}

TEST(Hardship, AnEndlessLine) {
    Bench bench;
    bench.options.output_bytes = 100'000'000;
    EXPECT_EQ(bench.run("exec cat /dev/zero").code, "output_too_large");
}

TEST(Hardship, EndlessStandardError) {
    Bench bench;
    auto command = bench.provider("exec cat /dev/zero >&2");
    auto call = bench.call();
    call.timeout = base::Millis{500};
    EXPECT_EQ(bench.live(command, call).verdict.code, "timeout");
}

TEST(Hardship, BinaryOutput) {
    Bench bench;
    auto const verdict =
        bench.run(R"(head -c 65536 /dev/urandom; echo; echo '{"result":{"ok":true}}')");
    EXPECT_EQ(verdict.fate, Fate::completed);
    EXPECT_EQ(verdict.result, R"({"ok":true})");
}

TEST(Hardship, InvalidUtf8InTheResult) {
    Bench bench;
    auto const verdict = bench.run(R"(printf '{"result":{"text":"\377"}}\n')");
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.code, "bad_output");
}

TEST(Hardship, NoNewlineAtTheEnd) {
    Bench bench;
    EXPECT_EQ(bench.run(R"(printf '{"result":{"ok":1}}')").result, R"({"ok":1})");
}

TEST(Hardship, AMegabyteOfInputThatIsNeverRead) {
    Bench bench;
    auto command = bench.provider("exec <&-; echo '{\"result\":{\"ok\":1}}'");
    auto const call = bench.call(R"({"text":")" + std::string(1 << 20, 'x') + R"("})");
    EXPECT_EQ(bench.live(command, call).verdict.result, R"({"ok":1})");
}

TEST(Hardship, AMegabyteOfInputThatIsReadLate) {
    Bench bench;
    auto command = bench.provider("sleep 0.3; printf '{\"result\":%d}' \"$(wc -c)\"");
    auto const call = bench.call(R"({"text":")" + std::string(1 << 20, 'x') + R"("})");
    EXPECT_GT(std::stol(bench.live(command, call).verdict.result), 1 << 20);
}

TEST(Hardship, StandardOutputClosedEarly) {
    Bench bench;
    auto const verdict =
        bench.run(R"(echo '{"result":{"ok":1}}'; exec >&- 2>&-; sleep 0.5; exit 0)");
    EXPECT_EQ(verdict.result, R"({"ok":1})");
}

TEST(Hardship, TimeLimit) {
    Bench bench;
    auto command = bench.provider("exec sleep 30");
    auto call = bench.call();
    call.timeout = base::Millis{300};
    auto const begun = Clock::now();
    auto const verdict = bench.live(command, call).verdict;
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.code, "timeout");
    EXPECT_LT(Clock::now() - begun, seconds{2}) << "it heeds SIGTERM";
}

TEST(Hardship, AProgramThatIgnoresBeingAskedToStop) {
    Bench bench;
    bench.options.kill_after = base::Millis{400};
    auto command = bench.provider("trap '' TERM; while :; do sleep 0.05; done");
    auto call = bench.call();
    call.timeout = base::Millis{300};
    auto const begun = Clock::now();
    EXPECT_EQ(bench.live(command, call).verdict.code, "timeout");
    EXPECT_GE(Clock::now() - begun, milliseconds{650});
    EXPECT_LT(Clock::now() - begun, seconds{5});
}

TEST(Hardship, MemoryLimit) {
    Bench bench;
    bench.options.memory_mb = 64;
    auto const hungry = "exec dd if=/dev/zero of=/dev/null bs=200M count=1";
    EXPECT_EQ(bench.run(hungry).fate, Fate::failed_retryable);
    bench.options.memory_mb = 0;
    EXPECT_EQ(bench.run(hungry).fate, Fate::completed);
}

TEST(Hardship, LimitsOnCoresAndFiles) {
    Bench bench;
    auto const verdict =
        bench.run(R"sh(printf '{"result":"%s %s"}' "$(ulimit -Hc)" "$(ulimit -Hn)")sh");
    EXPECT_EQ(verdict.result, R"("0 1024")");
}

TEST(Hardship, CancelKillsTheWholeGroup) {
    Bench bench;
    bench.options.kill_after = base::Millis{300};
    auto command = bench.provider(
        R"(trap '' TERM
           sleep 60 & echo $! > "$TALLYMAN_RESULT_DIR/grandchild"
           echo $$ > "$TALLYMAN_RESULT_DIR/child"; wait; wait; sleep 60)");
    auto const call = bench.call();
    auto const submitted = finish(bench.io, command.submit(call));
    wait_for(bench.io, call.result_dir / "child");
    finish(bench.io, command.cancel(call, submitted.task));
    EXPECT_TRUE(dies(first_line(call.result_dir / "grandchild")));
    EXPECT_FALSE(alive(first_line(call.result_dir / "child")));
    EXPECT_FALSE(any_child());
    EXPECT_EQ(finish(bench.io, command.poll(call, submitted.task)).fate, Fate::gone);
}

TEST(Hardship, AGrandchildLeftBehindDiesWithTheProgram) {
    Bench bench;
    auto command = bench.provider(
        R"(sleep 60 & echo $! > "$TALLYMAN_RESULT_DIR/grandchild"; echo '{"result":{"ok":1}}')");
    auto const call = bench.call();
    auto const begun = Clock::now();
    EXPECT_EQ(bench.live(command, call).verdict.result, R"({"ok":1})");
    EXPECT_LT(Clock::now() - begun, seconds{5}) << "although it holds standard output open";
    EXPECT_TRUE(dies(first_line(call.result_dir / "grandchild")));
}

TEST(Hardship, ADaemonThatHoldsTheOutputHangsNothing) {
    Bench bench;
    auto command = bench.provider(
        R"(setsid sh -c 'echo $$ > "$TALLYMAN_RESULT_DIR/daemon"; exec sleep 60' &
           while [ ! -s "$TALLYMAN_RESULT_DIR/daemon" ]; do sleep 0.02; done
           echo '{"result":{"ok":1}}')");
    auto const call = bench.call();
    auto const begun = Clock::now();
    EXPECT_EQ(bench.live(command, call).verdict.result, R"({"ok":1})");
    EXPECT_LT(Clock::now() - begun, seconds{5});
    auto const daemon = first_line(call.result_dir / "daemon");
    ASSERT_TRUE(alive(daemon)) << "it has left the group, or this tests nothing";
    ::kill(std::stoi(daemon), SIGKILL);
}

TEST(Hardship, TheProviderGoesWhileProgramsRun) {
    Bench bench;
    auto const call = bench.call();
    {
        auto command = bench.provider("echo $$ > \"$TALLYMAN_RESULT_DIR/child\"; exec sleep 60");
        finish(bench.io, command.submit(call));
        wait_for(bench.io, call.result_dir / "child");
    }
    EXPECT_FALSE(alive(first_line(call.result_dir / "child")));
    EXPECT_FALSE(any_child());
    bench.io.run_for(seconds{5});
    EXPECT_TRUE(bench.io.stopped()) << "its coroutines have ended";
}

TEST(Hardship, AProgramDiesWithItsWorker) {
    Bench bench;
    auto const call = bench.call();
    pid_t const worker = ::fork();
    if (worker == 0) {
        bench.io.notify_fork(boost::asio::io_context::fork_child);
        auto command = bench.provider("echo $$ > \"$TALLYMAN_RESULT_DIR/child\"; exec sleep 60");
        finish(bench.io, command.submit(call));
        wait_for(bench.io, call.result_dir / "child");
        ::raise(SIGKILL);
    }
    ASSERT_EQ(::waitpid(worker, nullptr, 0), worker);
    EXPECT_TRUE(dies(first_line(call.result_dir / "child")));
}

TEST(Hardship, AWorkerWithoutStandardStreams) {
    Bench bench;
    pid_t const worker = ::fork();
    if (worker == 0) {
        bench.io.notify_fork(boost::asio::io_context::fork_child);
        ::close_range(0, 2, 0);
        auto const verdict = bench.run(R"sh(echo noise >&2; printf '{"result":%s}' "$(wc -l)")sh");
        ::_exit(verdict.result == "0" ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(worker, &status, 0), worker);
    EXPECT_EQ(status, 0);
}

TEST(Hardship, FiftyRunsLeaveNothingOpen) {
    Bench bench;
    bench.run("exit 0");  // whatever is opened once
    auto const before = open_files();
    for (int i = 0; i < 50; ++i) {
        bench.options.run = {i % 3 == 0 ? "/no/such/program" : "/bin/true"};
        adapters::providers::Command command{bench.io.get_executor(), bench.options};
        bench.live(command, bench.call());
    }
    EXPECT_EQ(open_files(), before);
    EXPECT_FALSE(any_child());
}

TEST(Hardship, ManyProgramsAtOnce) {
    Bench bench;
    auto command = bench.provider("sleep 0.3; echo '{\"result\":{\"ok\":1}}'");
    std::vector<std::string> tasks;
    for (int i = 0; i < 30; ++i) {
        tasks.push_back(finish(bench.io, command.submit(bench.call())).task);
    }
    for (auto const& task : tasks) {
        adapters::Verdict verdict{.fate = Fate::running};
        while (verdict.fate == Fate::running) {
            verdict = finish(bench.io, command.poll(bench.call(), task));
        }
        EXPECT_EQ(verdict.result, R"({"ok":1})");
    }
    EXPECT_FALSE(any_child());
}
