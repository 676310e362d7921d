// Real programs as providers: what they are told, what they may answer, how they are stopped.
#include "adapters/providers/command.h"

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/providers/bench.h"

using adapters::Fate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::Bench;
using tests::content;
using tests::finish;

TEST(Command, CompletesWithResultAndDuration) {
    Bench bench;
    auto const verdict = bench.run(R"(echo '{"result":{"text":"hi"},"duration_ms":1500}')");
    EXPECT_EQ(verdict.fate, Fate::completed);
    EXPECT_EQ(verdict.result, R"({"text":"hi"})");
    EXPECT_EQ(verdict.duration, base::Millis{1500});
}

TEST(Command, GetsTheJobOnStandardInput) {
    Bench bench;
    auto command = bench.provider("cat > \"$TALLYMAN_RESULT_DIR/job.json\"");
    auto const call = bench.call(R"({"text":"é","big":12345678901234567890123})");
    EXPECT_EQ(bench.live(command, call).verdict.fate, Fate::completed);
    EXPECT_EQ(content(call.result_dir / "job.json"),
              R"({"job":"7","attempt":2,"key":"k\"1","user":"ann","service":"tts",)"
              R"("input":{"text":"é","big":12345678901234567890123},"result_dir":")" +
                  call.result_dir.string() + R"("})");
}

TEST(Command, GetsASmallCleanEnvironment) {
    ::setenv("TALLYMAN_SECRET", "s3cret", 1);
    Bench bench;
    bench.options.environment = {{"VOICE", "low"}, {"LANG", "de_DE.UTF-8"}};
    auto command = bench.provider("env | sort > \"$TALLYMAN_RESULT_DIR/env\"");
    auto const call = bench.call();
    bench.live(command, call);
    ::unsetenv("TALLYMAN_SECRET");
    auto const environment = content(call.result_dir / "env");
    EXPECT_TRUE(environment.contains("VOICE=low\n"));
    EXPECT_TRUE(environment.contains("LANG=de_DE.UTF-8\n"));
    EXPECT_TRUE(environment.contains("TALLYMAN_JOB=7\n"));
    EXPECT_TRUE(environment.contains("PATH="));
    EXPECT_TRUE(environment.contains("HOME="));
    EXPECT_FALSE(environment.contains("SECRET"));
}

TEST(Command, GetsTheTraceItsJobBelongsTo) {
    std::string const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Bench bench;
    auto command = bench.provider(
        R"(cat > "$TALLYMAN_RESULT_DIR/job"; echo "$TRACEPARENT" > "$TALLYMAN_RESULT_DIR/trace")");
    auto call = bench.call();
    call.trace = trace;
    bench.live(command, call);
    EXPECT_TRUE(content(call.result_dir / "job").ends_with(R"("traceparent":")" + trace + "\"}"));
    EXPECT_EQ(content(call.result_dir / "trace"), trace + "\n");
}

TEST(Command, HasNoTraceWhereItsJobHasNone) {
    ::setenv("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 1);
    Bench bench;
    auto command = bench.provider("env > \"$TALLYMAN_RESULT_DIR/env\"");
    auto const call = bench.call();
    bench.live(command, call);
    ::unsetenv("TRACEPARENT");
    EXPECT_FALSE(content(call.result_dir / "env").contains("TRACEPARENT"));
}

TEST(Command, InheritsNoFileAndLeadsItsOwnGroup) {
    Bench bench;
    auto const held = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as a library might
    auto command = bench.provider(
        R"(ls /proc/self/fd | wc -l > "$TALLYMAN_RESULT_DIR/fds"
           cut -d' ' -f1,5 /proc/$$/stat > "$TALLYMAN_RESULT_DIR/group")");
    auto const call = bench.call();
    bench.live(command, call);
    ::close(held);
    EXPECT_EQ(content(call.result_dir / "fds"), "4\n") << "0, 1, 2 and ls's own";
    auto const group = content(call.result_dir / "group");
    EXPECT_EQ(group.substr(0, group.find(' ')) + "\n", group.substr(group.find(' ') + 1));
}

TEST(Command, ReportsProgressWithinASecond) {
    Bench bench;
    auto command = bench.provider(
        R"(echo '{"progress":10,"note":"one"}'; sleep 0.6; echo '{"progress":60}'; sleep 30)");
    auto const call = bench.call();
    auto const submitted = finish(bench.io, command.submit(call));
    auto const next_progress = [&] {
        auto verdict = finish(bench.io, command.poll(call, submitted.task));
        while (verdict.fate == Fate::running && verdict.progress < 0) {
            verdict = finish(bench.io, command.poll(call, submitted.task));
        }
        return verdict;
    };
    auto const begun = tests::Clock::now();
    auto const first = next_progress();
    EXPECT_EQ(first.fate, Fate::running);
    EXPECT_EQ(first.progress, 10);
    EXPECT_EQ(first.note, "one");
    EXPECT_EQ(next_progress().progress, 60);
    EXPECT_LT(tests::Clock::now() - begun, milliseconds{1600});
}

TEST(Command, FoldsAFloodOfProgress) {
    Bench bench;
    auto command = bench.provider(
        R"(i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "{\"progress\":$((i/50))}"; done)");
    auto const life = bench.live(command, bench.call());
    EXPECT_EQ(life.verdict.fate, Fate::completed);
    EXPECT_LT(life.reports.size(), 40U);
}

TEST(Command, APollWithoutNewsReturnsWithinTwoSeconds) {
    Bench bench;
    auto command = bench.provider("exec sleep 30");
    auto const call = bench.call();
    auto const submitted = finish(bench.io, command.submit(call));
    auto const begun = tests::Clock::now();
    auto const verdict = finish(bench.io, command.poll(call, submitted.task));
    EXPECT_EQ(verdict.fate, Fate::running);
    EXPECT_EQ(verdict.progress, -1);
    EXPECT_LT(tests::Clock::now() - begun, seconds{2});
}

TEST(Command, TakesItsWordForAnError) {
    Bench bench;
    auto const verdict = bench.run(
        R"(echo '{"error":{"code":"bad_voice","message":"no","retryable":false}}'; exit 1)");
    EXPECT_EQ(verdict.fate, Fate::failed_final);
    EXPECT_EQ(verdict.code, "bad_voice");
    EXPECT_EQ(verdict.message, "no");
}

TEST(Command, MapsExitCodes) {
    Bench bench;
    EXPECT_EQ(bench.run("exit 75").fate, Fate::failed_retryable);
    EXPECT_EQ(bench.run("exit 65").fate, Fate::failed_final);
    EXPECT_EQ(bench.run("exit 1").fate, Fate::failed_retryable);
    EXPECT_EQ(bench.run("exit 0").fate, Fate::completed);
    EXPECT_EQ(bench.run("kill -SEGV $$").fate, Fate::failed_retryable);
    EXPECT_EQ(bench.run(R"(echo '{"result":{}}'; exit 2)").fate, Fate::failed_retryable);
}

TEST(Command, EndsTheMessageWithTheEndOfStandardError) {
    Bench bench;
    auto const verdict = bench.run(
        R"(head -c 300000 /dev/zero | tr '\0' 'x' >&2; printf '\nlast words\377\n' >&2; exit 1)");
    EXPECT_TRUE(verdict.message.starts_with("exit code 1: x"));
    EXPECT_TRUE(verdict.message.ends_with("x last words?"));
    EXPECT_LE(verdict.message.size(), 2100U);
}

TEST(Command, SaysWhatCanNotBeRun) {
    Bench bench;
    auto const try_to_run = [&](std::string const& program) {
        bench.options.run = {program};
        adapters::providers::Command command{bench.io.get_executor(), bench.options};
        return bench.live(command, bench.call()).verdict;
    };
    auto const missing = try_to_run("no-such-program-anywhere");
    EXPECT_EQ(missing.fate, Fate::failed_final);
    EXPECT_EQ(missing.code, "not_started");
    EXPECT_EQ(missing.message, "can't run no-such-program-anywhere: No such file or directory");
    EXPECT_EQ(try_to_run("/no/such/program").fate, Fate::failed_final);
    auto const plain = try_to_run(bench.folder.write("plain", "text").string());
    EXPECT_EQ(plain.fate, Fate::failed_final);
    EXPECT_TRUE(plain.message.ends_with("Permission denied"));
    EXPECT_EQ(try_to_run(bench.folder.path().string()).fate, Fate::failed_final);
}

TEST(Command, FindsProgramsOnThePath) {
    Bench bench;
    bench.options.run = {"sh", "-c", R"(printf '{"result":{"said":"%s"}}' "$1")", "-", "a b"};
    adapters::providers::Command command{bench.io.get_executor(), bench.options};
    EXPECT_EQ(bench.live(command, bench.call()).verdict.result, R"({"said":"a b"})");
}

TEST(Command, SaysWhenTheResultFolderCanNotBeMade) {
    Bench bench;
    auto command = bench.provider("exit 0");
    auto call = bench.call();
    call.result_dir = bench.folder.write("file", "") / "below";
    auto const verdict = bench.live(command, call).verdict;
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.code, "result_dir");
}

TEST(Command, AnUnknownTaskIsGone) {
    Bench bench;
    auto command = bench.provider("exit 0");
    EXPECT_EQ(finish(bench.io, command.poll(bench.call(), "pid:1-0123")).fate, Fate::gone);
    EXPECT_EQ(finish(bench.io, command.poll(bench.call(), "")).fate, Fate::gone);
    finish(bench.io, command.cancel(bench.call(), "pid:1-0123"));
}

TEST(Command, ADeliveredVerdictIsForgotten) {
    Bench bench;
    auto command = bench.provider("exit 0");
    auto const submitted = finish(bench.io, command.submit(bench.call()));
    EXPECT_TRUE(submitted.task.starts_with("pid:"));
    EXPECT_EQ(finish(bench.io, command.poll(bench.call(), submitted.task)).fate, Fate::completed);
    EXPECT_EQ(finish(bench.io, command.poll(bench.call(), submitted.task)).fate, Fate::gone);
}
