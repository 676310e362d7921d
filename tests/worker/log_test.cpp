// Lines that machines can read, lines that can't be forged, and none with a secret.
#include "worker/log.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "worker/compose.h"

namespace tests {

using config::LogFormat;
using config::LogLevel;
using worker::Log;

namespace {

// All that is written to standard error meanwhile.
std::string written(config::Log const& settings, std::function<void(Log&)> const& use) {
    testing::internal::CaptureStderr();
    {
        Log log{settings};
        use(log);
    }
    return testing::internal::GetCapturedStderr();
}

std::string const nasty = "a \"b\" = \\ \n\r\t\b\f\x01\x1b[31m\x7f\0 end";

std::string all_controls() {
    std::string text;
    for (char c = 0; c < 32; ++c) {
        text += c;
    }
    return text + '\x7f';
}

}  // namespace

TEST(JsonLog, IsOneValidObjectALineWhateverTheValues) {
    auto const text = written({.format = LogFormat::json}, [](Log& log) {
        log.business("job.started", {{"job", 17}, {"user", nasty + all_controls()}});
        log.error("store", "gone", {{"why", "说明\n\"quoted\""}});
    });
    ASSERT_EQ(std::ranges::count(text, '\n'), 2);
    auto const end = text.find('\n');
    auto const business = boost::json::parse(text.substr(0, end)).as_object();
    EXPECT_EQ(business.at("kind").as_string(), "business");
    EXPECT_EQ(business.at("event").as_string(), "job.started");
    EXPECT_EQ(business.at("job").as_int64(), 17);
    EXPECT_EQ(business.at("user").as_string(), nasty + all_controls());
    EXPECT_EQ(business.at("at").as_string().size(), 24U);
    auto const system = boost::json::parse(text.substr(end + 1)).as_object();
    EXPECT_EQ(system.at("kind").as_string(), "system");
    EXPECT_EQ(system.at("level").as_string(), "error");
    EXPECT_EQ(system.at("component").as_string(), "store");
    EXPECT_EQ(system.at("message").as_string(), "gone");
}

TEST(JsonLog, StaysValidWhereAValueIsNotText) {
    auto const text = written({.format = LogFormat::json}, [](Log& log) {
        log.business("job.started", {{"user", std::string{"caf\xe9 \xff\xfe"}}});
    });
    auto const line = boost::json::parse(text).as_object();
    EXPECT_TRUE(line.at("user").as_string().starts_with("caf"));
}

TEST(TextLog, QuotesWhatCouldPretendToBeAnotherFieldOrLine) {
    auto const text = written({}, [](Log& log) {
        log.business("job.started", {{"job", 17}, {"user", "ann"}, {"service", ""}});
        log.business("job.started", {{"user", "x y=1"}});
        log.business("job.started", {{"user", "a\nbusiness job.completed"}});
    });
    EXPECT_EQ(std::ranges::count(text, '\n'), 3);
    EXPECT_NE(text.find(" business job.started job=17 user=ann service=\"\"\n"), std::string::npos);
    EXPECT_NE(text.find(R"(user="x y=1")"), std::string::npos);
    EXPECT_NE(text.find(R"(user="a\nbusiness job.completed")"), std::string::npos);
}

TEST(TextLog, LetsNoControlCharacterThrough) {
    for (char const control : all_controls()) {
        auto const text = written({}, [&](Log& log) {
            log.business("job.started", {{"user", "a" + std::string(1, control) + "b"}});
        });
        auto const raw = std::ranges::count_if(
            text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == '\x7f'; });
        EXPECT_EQ(raw, 1) << "only the end of the line, for character " << int{control};
        EXPECT_NE(text.find("user=\"a\\"), std::string::npos) << text;
    }
}

TEST(Log, KeepsQuietBelowItsLevel) {
    auto const text = written({.level = LogLevel::warning}, [](Log& log) {
        EXPECT_TRUE(log.quiet());
        log.business("job.started", {});
        log.debug("app", "unheard");
        log.info("app", "unheard");
        log.warning("app", "heard");
        log.error("app", "heard");
    });
    EXPECT_EQ(text.find("unheard"), std::string::npos);
    EXPECT_EQ(text.find("job.started"), std::string::npos);
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST(Log, ThatIsSilentWritesNothing) {
    testing::internal::CaptureStderr();
    auto const log = Log::silent();
    log->business("job.started", {{"job", 1}});
    log->error("app", "heard");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Secrets, ThePasswordOfAStoreIsNotInTheRefusalOfItsUrl) {
    config::Settings settings;
    settings.store_url = "oracle://tallyman:hunter2@db.example/credits";
    try {
        worker::open_store(settings, worker::Opening::create);
        FAIL() << "there is no such store here";
    } catch (adapters::Unusable const& error) {
        std::string const what = error.what();
        EXPECT_EQ(what.find("hunter2"), std::string::npos) << what;
        EXPECT_NE(what.find("oracle:"), std::string::npos) << what;
    }
}

}  // namespace tests
