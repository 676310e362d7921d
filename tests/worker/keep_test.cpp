// Files that providers made are fetched and kept before their jobs are completed.
#include <filesystem>
#include <fstream>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/servers.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/world.h"
#include "worker/kept_file.h"

namespace tests {
namespace {

using adapters::Submitted;
using adapters::Verdict;
using jobs::State;

support::PrivateServer& web() {
    static support::PrivateServer one{{"http"}};
    return one;
}

// A provider that says that it made a sound at this address of the web server.
struct Maker {
    support::TempDir folder;
    World world;
    std::string path = "/sound/1000";

    Maker() {
        world.settings.data_dir = folder.path();
        world.stage.on_poll = [this](auto const&, auto const&) { return made(); };
    }

    [[nodiscard]] Verdict made() const {
        auto verdict = done(R"({"voice":"ann"})");
        verdict.made.push_back({.role = "audio", .url = web().url() + path});
        return verdict;
    }

    jobs::Job run() {
        auto const id = world.submit();
        world.hire();
        world.until_ended(id);
        return world.job(id);
    }
};

TEST(Keeping, WhatWasMadeIsFetchedAndNamedInTheResult) {
    Maker maker;
    auto const job = maker.run();
    ASSERT_EQ(job.state, State::completed);
    auto const files = worker::kept_files(job.result);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].name, "audio.mp3");
    EXPECT_EQ(files[0].type, "audio/mpeg");
    EXPECT_EQ(files[0].size, 1'003U);
    EXPECT_EQ(files[0].sha256.size(), 64U);
    EXPECT_TRUE(job.result.contains(R"("audio":"audio.mp3")")) << job.result;
    EXPECT_TRUE(job.result.contains(R"("voice":"ann")")) << job.result;
    auto const results = maker.folder.path() / "results" / base::to_text(job.id);
    EXPECT_EQ(std::filesystem::file_size(results / "audio.mp3"), 1'003U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{results}, {}), 1);
}

TEST(Keeping, ALinkIsAllWhereTheServiceWantsLinks) {
    Maker maker;
    maker.world.settings.services["script"].results = config::ResultFiles::link;
    auto const job = maker.run();
    EXPECT_TRUE(job.result.contains("\"audio\":\"" + web().url())) << job.result;
    EXPECT_TRUE(job.result.contains("\"url\":\"" + web().url())) << job.result;
    EXPECT_FALSE(std::filesystem::exists(maker.folder.path() / "results"));
}

TEST(Keeping, ALinkThatDiedIsAskedForAnew) {
    Maker maker;
    maker.path = "/status/404";
    auto const id = maker.world.submit();
    maker.world.hire();
    maker.world.until([&] { return maker.world.stage.polls().size() == 1; });
    maker.path = "/sound/1000";
    maker.world.until_ended(id);
    EXPECT_EQ(maker.world.job(id).state, State::completed);
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
}

TEST(Keeping, WhatCanNeverBeKeptIsLostAndRefunded) {
    Maker maker;
    maker.world.settings.results.max_size = 1'000;
    auto const job = maker.run();
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error.value().code, "too_large");
    EXPECT_FALSE(job.error.value().retryable);
    EXPECT_EQ(maker.world.balance(), 520);
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
}

TEST(Keeping, PrivateAddressesAreForProvidersThatMayNameThem) {
    Maker maker;
    maker.world.settings.providers["stage"].allow_private = false;
    auto const job = maker.run();
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error.value().code, "result_lost");
    EXPECT_EQ(maker.world.balance(), 520);
}

TEST(Keeping, APageIsNoResultHoweverLongItIsTried) {
    Maker maker;
    maker.path = "/page/1";
    maker.world.settings.results.retry_for = Millis{0};
    auto const job = maker.run();
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error.value().code, "result_lost");
}

// A provider without tasks, such as one of speech, is done when it answers: what it made must not
// be made again when the worker dies before it is fetched.
TEST(Keeping, WhatWasMadeWithoutATaskSurvivesItsWorker) {
    Maker maker;
    maker.path = "/late/1234";  // not there at the first request
    maker.world.stage.resubmit_is_safe = false;
    maker.world.stage.on_submit = [&](auto const&) { return Submitted{.verdict = maker.made()}; };
    auto const id = maker.world.submit();
    maker.world.hire();
    maker.world.until([&] { return maker.world.job(id).task.starts_with("tallyman-made:"); });
    maker.world.leave("w1", true);
    EXPECT_EQ(maker.world.job(id).state, State::queued);
    maker.world.hire("w2");
    maker.world.until_ended(id);
    EXPECT_EQ(maker.world.job(id).state, State::completed);
    EXPECT_EQ(maker.world.job(id).attempt, 2);
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
    EXPECT_TRUE(maker.world.stage.polls().empty());
}

// One whose links take a header, which may be a secret and is not written down: all that was paid
// for is in the hand of its worker.
struct SecretMaker : Maker {
    base::JobId id;

    SecretMaker() {
        static int sounds = 2'000;
        path = "/late/" + std::to_string(++sounds);  // not there at the first request of it
        world.stage.doubt = adapters::Doubt::park;
        world.stage.on_submit = [this](auto const&) {
            auto verdict = made();
            verdict.cost = adapters::Cost{.micros = 9, .currency = "CNY"};
            verdict.made[0].headers = {{"X-Key", "secret"}};
            return Submitted{.verdict = std::move(verdict)};
        };
        id = world.submit();
        world.hire();
        world.until([this] { return !world.stage.submits().empty(); });
        world.idle(Millis{20});
    }

    std::size_t calls() { return world.desk.store->calls().of(id).size(); }
};

TEST(InHand, IsKeptAndDeliveredByAWorkerThatIsToldToStop) {
    SecretMaker maker;
    maker.world.leave("w1", true, Millis{20'000});
    auto const job = maker.world.job(maker.id);
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.attempt, 1);
    EXPECT_EQ(worker::kept_files(job.result).size(), 1U);
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
    EXPECT_EQ(maker.calls(), 1U);
}

TEST(InHand, LeavesADoubtAndItsCostWhereThereIsNoTimeToKeepIt) {
    SecretMaker maker;
    maker.world.leave("w1", true);
    EXPECT_EQ(maker.world.job(maker.id).state, State::queued);
    EXPECT_TRUE(maker.world.job(maker.id).fate_unknown);
    EXPECT_EQ(maker.calls(), 1U);
    maker.world.hire("w2");
    maker.world.until([&] { return maker.world.job(maker.id).parked; });
    EXPECT_EQ(maker.world.events(maker.id), "unknown released parked");
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
    EXPECT_EQ(maker.world.balance(), 515);
    maker.world.leave("w2", true);
}

TEST(InHand, LeavesADoubtWhereItsWorkerIsKilled) {
    SecretMaker maker;
    maker.world.crash("w1");
    maker.world.desk.rescue();
    maker.world.hire("w2");
    maker.world.until([&] { return maker.world.job(maker.id).parked; });
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
    EXPECT_EQ(maker.world.balance(), 515);
    maker.world.leave("w2", true);
}

TEST(InHand, OfAWorkerThatWasToldToStopBeforeTheAnswerCame) {
    Maker maker;
    maker.world.stage.hold_submits = true;
    maker.world.stage.on_submit = [&](auto const& call) {
        std::filesystem::create_directories(call.result_dir);
        std::ofstream{call.result_dir / "speech.txt"} << "as good as sound";
        auto verdict = done("{}");
        verdict.made.push_back({.role = "text", .file = "speech.txt"});
        return Submitted{.verdict = std::move(verdict)};
    };
    auto const id = maker.world.submit();
    maker.world.hire();
    maker.world.until([&] { return !maker.world.stage.submits().empty(); });
    maker.world.hand().leave(true, Millis{20'000});
    maker.world.idle(Millis{20});
    maker.world.stage.hold_submits = false;
    maker.world.until_ended(id);
    EXPECT_EQ(maker.world.job(id).state, State::completed);
    EXPECT_EQ(maker.world.stage.submits().size(), 1U);
}

TEST(Hint, HasTheProviderAskedAtOnce) {
    World world;
    world.stage.on_poll = [first = true](auto const&, auto const&) mutable {
        auto verdict = still_running();
        verdict.ask_again = Millis{3'600'000};
        return std::exchange(first, false) ? verdict : done();
    };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.stage.polls().size() == 1; });
    world.idle(Millis{20});
    world.hand().runner().hint(base::JobId{99});
    world.idle(Millis{20});
    EXPECT_EQ(world.stage.polls().size(), 1U);
    world.hand().runner().hint(id);
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
}

}  // namespace
}  // namespace tests
