// What a completed job has made is measured, and that is what it costs.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/worker/world.h"

namespace tests {
namespace {

using jobs::Source;
using jobs::State;

constexpr std::uint64_t output_samples = 175'201;  // 7,301 ms

// A worker whose provider's answer a test writes, with a folder for what it makes.
struct Studio {
    support::TempDir folder;
    World world;
    std::string result = R"({"file":"speech.mp3"})";
    std::optional<Millis> told;

    Studio() {
        world.settings.data_dir = folder.path();
        world.media.on_measure = [](auto const&) { return sound(output_samples); };
        world.stage.on_poll = [this](adapters::Call const&, auto const&) {
            auto verdict = done(result);
            verdict.duration = told;
            return verdict;
        };
    }

    void write(base::JobId id, std::string const& name, std::string const& content = "sound") {
        auto const path = folder.path() / "results" / base::to_text(id) / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << content;
    }

    // A job of ten seconds of slow speech at most, from the queue to its end.
    jobs::Job run(std::string const& service = "tts") {
        auto const id = world.submit(service);
        write(id, "speech.mp3");
        return run(id);
    }

    jobs::Job run(base::JobId id) {
        world.hire();
        world.until_ended(id);
        return world.job(id);
    }

    jobs::Job once(std::string const& service = "tts") {
        world.settings.rules.defaults.max_attempts = 1;
        return run(service);
    }
};

TEST(Output, IsChargedByTheSamplesOfItsFile) {
    Studio studio;
    auto const job = studio.run();
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.duration, Millis{7'301});
    EXPECT_EQ(job.measurement, (jobs::Measurement{.samples = output_samples,
                                                  .rate = 24'000,
                                                  .basis = jobs::Basis::trimmed,
                                                  .codec = "mp3"}));
    EXPECT_EQ(job.bill.debited, Credits{10});
    EXPECT_EQ(job.bill.settled, Credits{8});
    EXPECT_EQ(studio.world.balance(), 512);
    EXPECT_EQ(studio.world.events(job.id), "submitted");
}

TEST(Output, IsMeasuredOnAThreadOfItsOwn) {
    Studio studio;
    studio.run();
    EXPECT_EQ(studio.world.media.threads().size(), 1U);
    EXPECT_FALSE(studio.world.media.threads().contains(std::this_thread::get_id()));
}

TEST(Output, IsFetchedWhereItIsAUrl) {
    Studio studio;
    studio.result = R"({"text":"hi","audio_url":"https://cdn.example/a.mp3?signature=s"})";
    studio.world.media.pages["https://cdn.example/a.mp3?signature=s"] = "sound";
    auto const job = studio.run();
    EXPECT_EQ(job.duration, Millis{7'301});
    EXPECT_EQ(studio.world.media.fetched(), 1);
}

TEST(Output, IsNamedByTheFirstFieldThatIsThere) {
    Studio studio;
    studio.result = R"({"url":"https://page.example","audio":7,"video":"","file":"speech.mp3"})";
    EXPECT_EQ(studio.run().duration, Millis{7'301});
    EXPECT_EQ(studio.world.media.fetched(), 0);
}

TEST(Output, MayBeNamedDeepInTheResult) {
    Studio studio;
    studio.world.settings.services["tts"].result_fields = {"audio", "/data/0/audio"};
    studio.result = R"({"file":"nothing","data":[{"audio":"speech.mp3"}]})";
    EXPECT_EQ(studio.run().duration, Millis{7'301});
}

TEST(Output, WithoutANameTheProvidersWordIsTaken) {
    Studio studio;
    studio.result = R"({"text":"made"})";
    studio.told = Millis{3'200};
    auto const job = studio.run();
    EXPECT_EQ(job.bill.settled, Credits{4});
    EXPECT_EQ(job.measurement, jobs::as_told(Source::provider, Millis{3'200}));
    EXPECT_EQ(studio.world.media.measured(), 0);
}

TEST(Output, ASmallDifferenceIsMeasuredAndNotWorthAWord) {
    Studio studio;
    studio.told = Millis{7'201};
    auto const job = studio.run();
    EXPECT_EQ(job.duration, Millis{7'301});
    EXPECT_EQ(studio.world.events(job.id), "submitted");
}

TEST(Output, WhereTheProviderSaysLessThatIsCharged) {
    Studio studio;
    studio.told = Millis{4'900};
    auto const job = studio.run();
    EXPECT_EQ(job.duration, Millis{4'900});
    EXPECT_EQ(job.bill.settled, Credits{5});
    EXPECT_EQ(job.measurement->of, Source::provider);
    EXPECT_EQ(job.measurement->note,
              "the provider says 4s900ms, measured are 7.301 s (175,201 samples at 24,000 Hz, "
              "trimmed)");
    EXPECT_EQ(studio.world.events(job.id), "submitted disagrees");
}

TEST(Output, WhereTheProviderSaysMoreWhatIsMeasuredIsCharged) {
    Studio studio;
    studio.told = Millis{9'900};
    auto const job = studio.run();
    EXPECT_EQ(job.duration, Millis{7'301});
    EXPECT_EQ(job.bill.settled, Credits{8});
    EXPECT_EQ(job.measurement->of, Source::output);
    EXPECT_EQ(studio.world.events(job.id), "submitted disagrees");
}

TEST(Output, AResultThatIsNoAudioIsNoResult) {
    for (std::string const code :
         {"not_audio", "empty", "damaged", "incomplete", "no_audio", "implausible"}) {
        Studio studio;
        studio.told = Millis{7'300};
        studio.world.media.on_measure = [&](auto const&) { return no_media(code); };
        auto const job = studio.once();
        EXPECT_EQ(job.state, State::failed) << code;
        EXPECT_EQ(job.error.value().code, "bad_result");
        EXPECT_EQ(
            job.error->message,
            "the result names `speech.mp3`, and that can't be measured: it is odd (" + code + ")");
        EXPECT_EQ(studio.world.balance(), 520);
    }
}

TEST(Output, ABadResultIsTriedAgain) {
    Studio studio;
    studio.world.media.on_measure = [tries = 0](auto const&) mutable {
        return ++tries == 1 ? no_media("damaged") : sound(output_samples);
    };
    auto const id = studio.world.submit("tts");
    studio.write(id, "speech.mp3");
    studio.world.hire();
    studio.world.until([&] { return studio.world.job(id).failures == 1; });
    EXPECT_EQ(studio.world.job(id).state, State::queued);
    studio.world.advance(Millis{1'000});
    studio.world.desk.wake();
    studio.world.until_ended(id);
    EXPECT_EQ(studio.world.job(id).state, State::completed);
    EXPECT_EQ(studio.world.stage.submits().size(), 2U);
    EXPECT_EQ(studio.world.balance(), 512);
}

TEST(Output, AUrlThatLeadsNowhereIsNoResult) {
    for (std::string const code : {"http_403", "http_404", "http_410"}) {
        Studio studio;
        studio.result = R"({"url":"https://cdn.example/a.mp3?signature=secret"})";
        studio.world.media.failures["https://cdn.example/a.mp3?signature=secret"] = {code, 9};
        auto const job = studio.once();
        EXPECT_EQ(job.error.value().code, "bad_result") << code;
        EXPECT_EQ(job.error->message.find("secret"), std::string::npos) << job.error->message;
        EXPECT_EQ(studio.world.media.fetched(), 1);
    }
}

TEST(Output, APathThatIsNotBelowTheFolderIsNoResult) {
    for (std::string const path : {"missing.mp3", "../1/speech.mp3", "/etc/passwd", "below",
                                   "link.mp3", "below/../speech.mp3", ".", "//etc/passwd"}) {
        Studio studio;
        studio.world.settings.rules.defaults.max_attempts = 1;
        auto const id = studio.world.submit("tts");
        studio.write(id, "speech.mp3");
        studio.write(id, "below/speech.mp3");
        std::filesystem::create_symlink(
            "speech.mp3", studio.folder.path() / "results" / base::to_text(id) / "link.mp3");
        studio.result = R"({"file":")" + path + R"("})";
        auto const job = studio.run(id);
        EXPECT_EQ(job.state, State::failed) << path;
        EXPECT_EQ(studio.world.media.measured(), 0) << path;
        EXPECT_EQ(studio.world.balance(), 520);
    }
}

TEST(Output, APathMayBeAbsoluteWithinTheFolder) {
    Studio studio;
    auto const id = studio.world.submit("tts");
    studio.write(id, "a/b.mp3");
    studio.result =
        R"({"file":")" + (studio.folder.path() / "results/1/a/b.mp3").string() + R"("})";
    EXPECT_EQ(studio.run(id).duration, Millis{7'301});
}

TEST(Output, WhatIsNotKnownYetIsAskedThreeTimes) {
    Studio studio;
    studio.result = R"({"url":"https://cdn.example/a.mp3"})";
    studio.world.media.pages["https://cdn.example/a.mp3"] = "sound";
    studio.world.media.failures["https://cdn.example/a.mp3"] = {"timeout", 2};
    auto const job = studio.run();
    EXPECT_EQ(job.duration, Millis{7'301});
    EXPECT_EQ(studio.world.media.fetched(), 3);
    EXPECT_EQ(job.failures, 0);
}

TEST(Output, WhatCanNotBeMeasuredIsChargedByTheProvidersWord) {
    Studio studio;
    studio.told = Millis{3'200};
    studio.result = R"({"url":"https://cdn.example/a.mp3"})";
    studio.world.media.failures["https://cdn.example/a.mp3"] = {"connect", 9};
    auto const job = studio.run();
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.bill.settled, Credits{4});
    EXPECT_EQ(job.measurement->of, Source::provider);
    EXPECT_EQ(job.measurement->note, "not measured: the web is odd (connect)");
    EXPECT_EQ(studio.world.media.fetched(), 3);
    EXPECT_EQ(studio.world.events(job.id), "submitted not_measured");
}

TEST(Output, WhatNobodyKnowsIsChargedAsQuoted) {
    Studio studio;
    studio.world.media.on_measure = [](auto const&) { return no_media("crashed"); };
    auto const job = studio.run();
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.bill.settled, Credits{10});
    EXPECT_EQ(job.measurement, std::nullopt);
    EXPECT_EQ(studio.world.media.measured(), 3);
    EXPECT_EQ(studio.world.events(job.id), "submitted not_measured");
}

TEST(Output, WhatCanNeverBeMeasuredIsAskedOnce) {
    for (std::string const code : {"unsupported", "too_large"}) {
        Studio studio;
        studio.told = Millis{3'200};
        studio.world.media.on_measure = [&](auto const&) { return no_media(code); };
        EXPECT_EQ(studio.run().bill.settled, Credits{4});
        EXPECT_EQ(studio.world.media.measured(), 1);
    }
}

TEST(Output, OtherSchemesThanTheWebsAreNotFetched) {
    Studio studio;
    studio.told = Millis{3'200};
    studio.result = R"({"file":"s3://bucket/a.mp3"})";
    auto const job = studio.run();
    EXPECT_EQ(job.bill.settled, Credits{4});
    EXPECT_EQ(job.measurement->note,
              "not measured: nothing is fetched by `s3`, only by http and https (unsupported)");
}

TEST(Output, IsNotMeasuredWhereItIsNotPriced) {
    for (std::string const service : {"script", "caption"}) {
        Studio studio;
        EXPECT_EQ(studio.run(service).state, State::completed);
        EXPECT_EQ(studio.world.media.measured(), 0) << service;
    }
}

TEST(Output, OfAnInputThatIsPricedIsNotMeasured) {
    Studio studio;
    auto what = request("video");
    what.usage.duration = Millis{12'000};
    auto const id = studio.world.desk.submit(what).job->id;
    studio.write(id, "speech.mp3");
    EXPECT_EQ(studio.run(id).bill.settled, Credits{60});
    EXPECT_EQ(studio.world.media.measured(), 0);
}

class DeclaredOutput : public testing::Test {
protected:
    jobs::Job run() {
        studio.world.settings.rules.defaults.max_attempts = 1;
        auto what = request("clip");
        what.usage.duration = Millis{12'000};
        auto const id = studio.world.desk.submit(what).job->id;
        studio.write(id, "speech.mp3");
        return studio.run(id);
    }

    Studio studio;
};

TEST_F(DeclaredOutput, IsSettledOnWhatCanBeMeasured) {
    auto const job = run();
    EXPECT_EQ(job.bill.debited, Credits{24});
    EXPECT_EQ(job.bill.settled, Credits{16});
    EXPECT_EQ(job.measurement->of, Source::output);
}

TEST_F(DeclaredOutput, MayBeSomethingElseThanAudio) {
    for (std::string const code : {"not_audio", "no_audio", "unsupported"}) {
        studio.world.media.on_measure = [&](auto const&) { return no_media(code); };
        auto const job = run();
        EXPECT_EQ(job.state, State::completed) << code;
        EXPECT_EQ(job.bill.settled, Credits{24});
        EXPECT_EQ(job.measurement, jobs::as_told(Source::declared, Millis{12'000}));
        studio.world.leave();
    }
}

TEST_F(DeclaredOutput, ThatIsDamagedIsNoResult) {
    studio.world.media.on_measure = [](auto const&) { return no_media("damaged"); };
    EXPECT_EQ(run().error.value().code, "bad_result");
}

TEST(Output, OfAVideoIsTheTrackThatIsPriced) {
    for (auto const track : {config::Track::audio, config::Track::video}) {
        Studio studio;
        studio.world.settings.services["tts"].track = track;
        studio.world.media.on_measure = [](auto const&) {
            auto film = sound(output_samples).value();
            film.video_codec = "h264";
            film.video = {.samples = 150, .rate = 25};
            return film;
        };
        auto const job = studio.run();
        EXPECT_EQ(job.duration, track == config::Track::video ? Millis{6'000} : Millis{7'301});
        EXPECT_EQ(job.measurement->codec, track == config::Track::video ? "h264" : "mp3");
    }
}

TEST(Output, WithoutThatTrackIsTheOtherOne) {
    Studio studio;
    studio.world.settings.services["tts"].track = config::Track::video;
    EXPECT_EQ(studio.run().duration, Millis{7'301});

    Studio silent;
    silent.world.media.on_measure = [](auto const&) {
        adapters::Measured film;
        film.video_codec = "h264";
        film.video = {.samples = 150, .rate = 25};
        return film;
    };
    EXPECT_EQ(silent.run().duration, Millis{6'000});
}

TEST(Output, AWorkerThatStopsHandsBackWhatIsNotKnownYet) {
    Studio studio;
    studio.result = R"({"url":"https://cdn.example/a.mp3"})";
    std::atomic<int> tries = 0;
    studio.world.media.pages["https://cdn.example/a.mp3"] = "sound";
    studio.world.media.on_measure = [&](auto const&) {
        tries += 1;
        std::this_thread::sleep_for(Millis{50});
        return no_media("busy");
    };
    auto const id = studio.world.submit("tts");
    studio.world.hire();
    studio.world.until([&] { return tries > 0; });
    studio.world.leave("w1", true);
    EXPECT_EQ(studio.world.job(id).state, State::queued);
    EXPECT_EQ(studio.world.job(id).failures, 0);

    studio.world.media.on_measure = [](auto const&) { return sound(output_samples); };
    EXPECT_EQ(studio.run(id).duration, Millis{7'301});
    EXPECT_EQ(studio.world.stage.submits().size(), 1U) << "the same task is asked again";
}

}  // namespace
}  // namespace tests
