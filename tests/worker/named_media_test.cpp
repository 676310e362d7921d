// Names that strangers give: found in their JSON, and opened only where they may lead.
#include "worker/named_media.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/worker/fake_media.h"
#include "worker/output_length.h"

namespace tests {
namespace {

using worker::charge_measured;
using worker::measurement_of;
using worker::named_in;
using worker::open_beneath;
using worker::Unmeasured;

TEST(NamedMedia, IsTheFirstFieldWithAText) {
    std::vector<std::string> const fields{"file", "audio", "/data/0/url"};
    EXPECT_EQ(named_in(R"({"audio":"a","file":"f"})", fields), "f");
    EXPECT_EQ(named_in(R"({"audio":"a","file":""})", fields), "a");
    EXPECT_EQ(named_in(R"({"file":null,"audio":["a"],"data":[{"url":"u"}]})", fields), "u");
    EXPECT_EQ(named_in(R"({"data":{"url":"u"}})", fields), std::nullopt);
    EXPECT_EQ(named_in(R"({"file":7})", fields), std::nullopt);
    for (auto const* text : {"", "{", "[]", "null", "\"file\"", "{\"file\":\"\\ud800\"}"}) {
        EXPECT_EQ(named_in(text, fields), std::nullopt) << text;
    }
}

TEST(NamedMedia, OpensWhatIsBelowTheFolderOnly) {
    support::TempDir folder;
    support::TempDir other;
    std::filesystem::create_directories(folder / "a/b");
    std::ofstream{folder / "a/b/c.wav"} << "inside";
    std::ofstream{other / "c.wav"} << "outside";
    std::filesystem::create_symlink(other / "c.wav", folder / "link");
    std::filesystem::create_symlink(other.path(), folder / "folder");
    std::filesystem::create_symlink("a", folder / "near");
    ::mkfifo((folder / "pipe").c_str(), 0600);

    auto const code = [&](std::string const& name) {
        auto const opened = open_beneath(folder.path(), name);
        return opened ? std::string{"ok"} : opened.error().code;
    };
    EXPECT_EQ(code("a/b/c.wav"), "ok");
    EXPECT_EQ(code("./a//b/./c.wav"), "ok");
    EXPECT_EQ(code((folder / "a/b/c.wav").string()), "ok");
    EXPECT_EQ(code((other / "c.wav").string()), "outside");
    EXPECT_EQ(code(folder.path().string() + "x/c.wav"), "outside");
    EXPECT_EQ(code((folder / "../c.wav").string()), "outside");
    EXPECT_EQ(code("../c.wav"), "outside");
    EXPECT_EQ(code("a/../a/b/c.wav"), "outside");
    EXPECT_EQ(code("link"), "outside");
    EXPECT_EQ(code("folder/c.wav"), "outside");
    EXPECT_EQ(code("near/b/c.wav"), "outside");
    EXPECT_EQ(code("a/b"), "not_a_file");
    EXPECT_EQ(code(""), "not_a_file");
    EXPECT_EQ(code("pipe"), "not_a_file");
    EXPECT_EQ(code("missing/c.wav"), "not_found");
    EXPECT_EQ(code("a/b/c.wav/d"), "not_found");
    EXPECT_EQ(code(std::string("a\0b", 3)), "not_found");
    EXPECT_EQ(code(std::string(5'000, 'a')), "not_found");
    EXPECT_EQ(code(std::string(300, 'a')), "not_found");
}

TEST(NamedMedia, IsShownWithoutSecretsAndOddCharacters) {
    EXPECT_EQ(worker::shown("https://a.example/b.mp3?sig=secret#x"), "https://a.example/b.mp3");
    EXPECT_EQ(worker::shown("what?.mp3"), "what?.mp3");
    EXPECT_EQ(worker::shown("a\nb\xff"), "a?b?");
    EXPECT_EQ(worker::shown(std::string(1'000, 'a')).size(), 300U);
}

TEST(NamedMedia, AFileWithoutALengthHasNoMeasurement) {
    adapters::Measured found;
    EXPECT_EQ(measurement_of(found, config::Track::audio, jobs::Source::output), std::nullopt);
    found.codec = "mp3";
    EXPECT_EQ(measurement_of(found, config::Track::audio, jobs::Source::output), std::nullopt);
    found.audio = {.samples = ~std::uint64_t{0}, .rate = 1};
    EXPECT_EQ(measurement_of(found, config::Track::audio, jobs::Source::output), std::nullopt);
}

TEST(NamedMedia, WhatIsOddIsNoted) {
    auto found = sound(24'000).value();
    found.segments = 2;
    found.skipped_bytes = 10;
    found.note = "odd";
    found.truncated = true;
    auto const measured = measurement_of(found, config::Track::audio, jobs::Source::input);
    ASSERT_TRUE(measured.has_value());
    EXPECT_EQ(measured->note, "2 segments, 10 bytes of something else, odd");
    EXPECT_TRUE(measured->truncated);
    EXPECT_EQ(measured->of, jobs::Source::input);
}

TEST(NamedMedia, OfTheWebIsFetchedWhateverItsSchemeIsWrittenLike) {
    FakeMedia media;
    media.on_measure = [](auto const&) { return sound(1); };
    media.pages["HTTPS://a.example/b"] = "sound";
    worker::Gauge gauge{media, media.web()};
    EXPECT_TRUE(gauge.measure("HTTPS://a.example/b", "").has_value());
    for (auto const* name : {"ftp://a/b", "file:///etc/passwd", "data:audio/wav;base64,AAAA"}) {
        auto const found = gauge.measure(name, "/");
        ASSERT_FALSE(found.has_value()) << name;
        EXPECT_EQ(found.error().code, "unsupported") << name;
    }
    EXPECT_EQ(gauge.measure("b.mp3", "").error().code, "no_folder");
    gauge.stop();
    EXPECT_EQ(gauge.measure("HTTPS://a.example/b", "").error().code, "stopped");
}

TEST(OutputLength, ADifferenceCountsBeyondATenthOfASecondOrAHundredth) {
    struct Case {
        std::int64_t told;
        bool counts;
    };

    for (auto const& one :
         std::vector<Case>{{7'201, false}, {7'200, true}, {7'401, false}, {7'402, true}}) {
        jobs::Report report;
        charge_measured(report, {.samples = 7'301, .rate = 1'000}, base::Millis{one.told});
        EXPECT_EQ(report.remark.empty(), !one.counts) << one.told;
    }
    for (auto const& one :
         std::vector<Case>{{99'000, false}, {98'999, true}, {101'010, false}, {101'012, true}}) {
        jobs::Report report;
        charge_measured(report, {.samples = 100'000, .rate = 1'000}, base::Millis{one.told});
        EXPECT_EQ(report.remark.empty(), !one.counts) << one.told;
        EXPECT_EQ(report.duration,
                  base::Millis{one.counts ? std::min<std::int64_t>(one.told, 100'000) : 100'000});
    }
}

TEST(OutputLength, WhatAFailureMeansDependsOnWhoseFaultItIs) {
    using enum pricing::Measure;
    EXPECT_EQ(worker::meaning_of("damaged", output), Unmeasured::no_result);
    EXPECT_EQ(worker::meaning_of("not_audio", output), Unmeasured::no_result);
    EXPECT_EQ(worker::meaning_of("not_audio", declared), Unmeasured::impossible);
    EXPECT_EQ(worker::meaning_of("unsupported", output), Unmeasured::impossible);
    for (auto const* code : {"timeout", "crashed", "busy", "unavailable", "dns", "connect", "tls",
                             "http_status", "changed", "cut", "stopped", "never heard of"}) {
        EXPECT_EQ(worker::meaning_of(code, output), Unmeasured::try_again) << code;
    }
}

}  // namespace
}  // namespace tests
