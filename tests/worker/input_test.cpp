// The length of what a request names is known before anything is debited.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "tests/jobs/desk.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/fake_media.h"
#include "worker/duties.h"
#include "worker/input_meter.h"
#include "worker/intake.h"

namespace tests {
namespace {

using worker::InputMeter;
using worker::InputMeterOptions;
using worker::PreparedInput;
using InputState = worker::PreparedInput::State;

constexpr std::uint64_t samples = 175'201;  // 7,301 ms, eight seconds
constexpr auto url = "https://cdn.example/song.mp3";

jobs::Request video_of(std::string const& audio, std::string const& key = "") {
    auto what = request("video");
    what.input = R"({"audio":")" + audio + R"("})";
    what.key = key;
    return what;
}

// Whoever takes requests, with a small web and a folder of uploads.
class Input : public testing::Test {
protected:
    Input() {
        media.on_measure = [](auto const&) { return sound(samples); };
        media.pages[url] = "sound";
    }

    InputMeter& meter(std::size_t most = 100) {
        if (!meter_) {
            meter_.emplace(media, media.web(), settings,
                           InputMeterOptions{.threads = 2,
                                             .most = most,
                                             .pauses = {Millis{1}, Millis{1}},
                                             .kept = Millis{10'000}});
        }
        return *meter_;
    }

    // Asks until none has to wait.
    std::vector<PreparedInput> prepare(std::vector<jobs::Request>& requests) {
        std::vector<std::string> names;
        for (std::size_t at = 0; at < requests.size(); ++at) {
            names.push_back(std::to_string(at));
        }
        for (int tries = 0; tries < 10'000; ++tries) {
            auto answers = meter().prepare(*desk.store, desk.book, requests, names);
            if (std::ranges::count(answers, InputState::later, &PreparedInput::state) == 0) {
                meter().forget(names);
                return answers;
            }
            std::this_thread::sleep_for(Millis{1});
        }
        ADD_FAILURE() << "it is never ready";
        return {};
    }

    PreparedInput prepare_one(jobs::Request& request) {
        std::vector<jobs::Request> requests{request};
        auto const answers = prepare(requests);
        request = requests.front();
        return answers.empty() ? PreparedInput{} : answers.front();
    }

    Desk desk;
    FakeMedia media;
    config::Settings settings;

private:
    std::optional<InputMeter> meter_;  // before what it uses goes
};

TEST_F(Input, IsMeasuredAndTheDebitIsExact) {
    auto what = video_of(url);
    what.usage.duration = Millis{60'000};
    EXPECT_EQ(prepare_one(what).state, InputState::ready);
    auto const id = desk.submit(what).job->id;
    EXPECT_EQ(desk.job(id).quoted, Credits{40});
    EXPECT_EQ(desk.job(id).measurement->of, jobs::Source::input);
    desk.claim("w1");
    EXPECT_EQ(desk.balance("u1"), 480);
    desk.report({.job = id, .attempt = 1, .said = jobs::Said::completed, .duration = Millis{99}});
    EXPECT_EQ(desk.job(id).bill.settled, Credits{40});
    EXPECT_EQ(desk.balance("u1"), 480);
}

TEST_F(Input, ThatNamesNothingIsPricedAsDeclared) {
    auto what = request("video");
    what.usage.duration = Millis{12'000};
    EXPECT_EQ(prepare_one(what).state, InputState::ready);
    EXPECT_EQ(what.measurement, std::nullopt);
    EXPECT_EQ(desk.submit(what).job->quoted, Credits{60});
    EXPECT_EQ(media.fetched(), 0);
}

TEST_F(Input, IsNotMeasuredWhereAnotherThingIsPriced) {
    for (auto const* service : {"script", "tts", "clip", "caption", "nothing"}) {
        auto what = video_of(url);
        what.service = service;
        EXPECT_EQ(prepare_one(what).state, InputState::ready) << service;
        EXPECT_EQ(what.measurement, std::nullopt);
    }
    EXPECT_EQ(media.fetched(), 0);
}

TEST_F(Input, IsInTheFieldThatTheServiceNames) {
    settings.services["video"].media_field = "song";
    auto what = video_of("ignored");
    what.input = R"({"audio":"ignored","song":"https://cdn.example/song.mp3"})";
    EXPECT_EQ(prepare_one(what).state, InputState::ready);
    EXPECT_TRUE(what.measurement.has_value());
}

TEST_F(Input, ThatCanNotBeMeasuredIsRefused) {
    auto what = video_of("https://cdn.example/gone.mp3?signature=secret");
    auto const answer = prepare_one(what);
    EXPECT_EQ(answer.state, InputState::refused);
    EXPECT_EQ(answer.field, "input.audio");
    EXPECT_EQ(answer.error.code, "unmeasurable_input");
    EXPECT_EQ(answer.error.message,
              "input.audio: `https://cdn.example/gone.mp3` can't be measured: there is no such "
              "file (http_404)");
    EXPECT_FALSE(answer.error.retryable);
    EXPECT_EQ(media.fetched(), 1);
}

TEST_F(Input, IsAskedForAgainWhereTheNetworkIsToBlame) {
    media.failures[url] = {"connect", 2};
    auto what = video_of(url);
    EXPECT_EQ(prepare_one(what).state, InputState::ready);
    EXPECT_EQ(media.fetched(), 3);

    media.failures[url] = {"connect", 9};
    auto other = video_of(url);
    auto const answer = prepare_one(other);
    EXPECT_EQ(answer.state, InputState::refused);
    EXPECT_TRUE(answer.error.retryable);
    EXPECT_TRUE(answer.error.message.ends_with("(connect); try again later"));
    EXPECT_EQ(media.fetched(), 6);
}

TEST_F(Input, OfACallerWhoWaitsIsTriedOnce) {
    media.failures[url] = {"connect", 1};
    auto what = video_of(url);
    EXPECT_EQ(meter().prepare_now(*desk.store, desk.book, what).state, InputState::refused);
    EXPECT_EQ(meter().prepare_now(*desk.store, desk.book, what).state, InputState::ready);
    EXPECT_TRUE(what.measurement.has_value());
}

TEST_F(Input, MayBeAFileOnlyWhereAFolderIsSet) {
    support::TempDir uploads;
    std::ofstream{uploads / "song.mp3"} << "sound";
    auto what = video_of("song.mp3");
    auto const refused = prepare_one(what);
    EXPECT_EQ(refused.state, InputState::refused);
    EXPECT_TRUE(refused.error.message.ends_with("(no_folder); an operator may set media.input_dir"))
        << refused.error.message;
    settings.media.input_dir = uploads.path();
    EXPECT_EQ(prepare_one(what).state, InputState::ready);
    for (auto const* path : {"../song.mp3", "/etc/passwd", "other.mp3"}) {
        auto bad = video_of(path);
        EXPECT_EQ(prepare_one(bad).state, InputState::refused) << path;
    }
    EXPECT_EQ(media.measured(), 1);
}

TEST_F(Input, OfARepeatedRequestMayBeGone) {
    auto what = video_of(url, "k1");
    prepare_one(what);
    auto const first = desk.submit(what).job->id;
    media.pages.clear();
    auto again = video_of(url, "k1");
    EXPECT_EQ(prepare_one(again).state, InputState::ready);
    EXPECT_EQ(media.fetched(), 1);
    auto const answer = desk.submit(again);
    EXPECT_EQ(answer.outcome, jobs::SubmitOutcome::repeated);
    EXPECT_EQ(answer.job->id, first);
    auto elsewhere = video_of(url, "k1");
    elsewhere.user = "u2";
    EXPECT_EQ(prepare_one(elsewhere).state, InputState::refused) << "a key is its user's own";
}

TEST_F(Input, DoesNotHoldUpTheOthers) {
    std::atomic<bool> hold = true;
    media.on_measure = [&](auto const&) {
        while (hold) {
            std::this_thread::sleep_for(Millis{1});
        }
        return sound(samples);
    };
    std::vector<jobs::Request> requests{video_of(url), request("script")};
    auto const answers = meter().prepare(*desk.store, desk.book, requests, {"a", "b"});
    EXPECT_EQ(answers[0].state, InputState::later);
    EXPECT_EQ(answers[1].state, InputState::ready);
    hold = false;
    EXPECT_EQ(prepare(requests)[0].state, InputState::ready);
}

TEST_F(Input, IsMeasuredOnceHoweverOftenItIsAskedFor) {
    auto what = video_of(url);
    prepare_one(what);
    EXPECT_EQ(media.fetched(), 1);
}

TEST_F(Input, OfTooManyAtOnceWaitsUntilThereIsRoom) {
    std::vector<jobs::Request> requests(20, video_of(url));
    auto& few = meter(3);
    std::vector<std::string> names;
    for (int at = 0; at < 20; ++at) {
        names.push_back(std::to_string(at));
    }
    std::size_t ready = 0;
    for (int tries = 0; tries < 10'000 && ready < requests.size(); ++tries) {
        auto const answers = few.prepare(*desk.store, desk.book, requests, names);
        for (std::size_t at = 0; at < answers.size(); ++at) {
            if (answers[at].state == InputState::ready && !names[at].starts_with("done")) {
                few.forget({names[at]});
                names[at] = "done" + names[at];
                requests[at] = request("script");
                ++ready;
            }
        }
        std::this_thread::sleep_for(Millis{1});
    }
    EXPECT_EQ(ready, 20U);
    EXPECT_EQ(media.fetched(), 20);
}

TEST_F(Input, IsLaterWhereTheWorkerStops) {
    meter().stop();
    std::vector<jobs::Request> requests{video_of(url)};
    auto const answers = meter().prepare(*desk.store, desk.book, requests, {"a"});
    EXPECT_EQ(answers[0].state, InputState::later);
    EXPECT_EQ(media.fetched(), 0);
}

TEST_F(Input, OfAMessageIsMeasuredBesideTheOthers) {
    auto const log = worker::Log::silent();
    std::atomic<bool> hold = true;
    media.on_measure = [&](auto const&) {
        while (hold) {
            std::this_thread::sleep_for(Millis{1});
        }
        return sound(samples);
    };
    settings.rules = desk.rules;
    worker::IntakeDesk intake{*desk.store, settings, [&] { return desk.book; }, *log, &meter()};
    using adapters::redis::Verdict;
    std::vector<adapters::redis::Message> messages{
        {"1-0",
         {{"service", "video"},
          {"user", "u1"},
          {"input", R"({"audio":")" + std::string{url} + R"("})"}}},
        {"2-0", {{"service", "script"}, {"user", "u1"}}},
        {"3-0",
         {{"service", "video"}, {"user", "u1"}, {"input", R"({"audio":"https://x.y/gone"})"}}}};
    auto verdicts = intake.take(messages);
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::working);
    EXPECT_EQ(verdicts[1].kind, Verdict::Kind::taken);
    EXPECT_EQ(verdicts[2].kind, Verdict::Kind::working);
    hold = false;
    messages.erase(messages.begin() + 1);
    for (int tries = 0; tries < 10'000; ++tries) {
        verdicts = intake.take(messages);
        if (std::ranges::count(verdicts, Verdict::Kind::working, &Verdict::kind) == 0) {
            break;
        }
        std::this_thread::sleep_for(Millis{1});
    }
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::taken);
    EXPECT_EQ(verdicts[1].kind, Verdict::Kind::dead);
    EXPECT_EQ(verdicts[1].code, "unmeasurable_input");
    auto const all = desk.store->list_jobs({.service = "video"});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].quoted, Credits{40});
}

TEST_F(Input, OfAScheduleIsMeasuredToo) {
    settings.rules = desk.rules;
    settings.schedules.push_back({.name = "nightly",
                                  .cron = "0 * * * *",
                                  .line = std::get<jobs::CronLine>(jobs::parse_cron("0 * * * *")),
                                  .service = "video",
                                  .user = "u1",
                                  .input = R"({"audio":"https://cdn.example/song.mp3"})"});
    auto const table =
        worker::duty_table(*desk.store, settings, [&] { return desk.book; }, &meter());
    auto const cron = std::ranges::find(table, "cron", &worker::DutyPlan::name);
    cron->run();
    desk.now += Millis{3'600'000};
    std::string result;
    for (int tries = 0; tries < 10'000 && result.empty(); ++tries) {
        result = cron->run().result;
        std::this_thread::sleep_for(Millis{1});
    }
    EXPECT_EQ(result, "nightly is job 1");
    EXPECT_EQ(desk.job({1}).quoted, Credits{40});
    EXPECT_EQ(cron->run().result, "");
}

}  // namespace
}  // namespace tests
