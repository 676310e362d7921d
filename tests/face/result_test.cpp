// GET /api/jobs/{id}/result.
#include <filesystem>
#include <fstream>
#include <future>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"
#include "tests/support/temp_dir.h"
#include "worker/http/result_file.h"

namespace tests {
namespace {

namespace fs = std::filesystem;

class Result : public testing::Test {
protected:
    Response after(std::string const& result) {
        auto const id = counter.submit();
        counter.start();
        counter.complete(id, result);
        fs::create_directories(folder(id));
        std::ofstream{folder(id) / "speech.mp3"} << "sound";
        return counter.get(a_user(), "/api/jobs/" + base::to_text(id) + "/result");
    }

    fs::path folder(base::JobId id) const {
        return counter.settings.data_dir / "results" / base::to_text(id);
    }

    Result() { counter.settings.data_dir = dir.path(); }

    support::TempDir dir;
    Counter counter;
};

TEST_F(Result, IsTheFileThatItNames) {
    auto const answer = after(R"({"file":"speech.mp3"})");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.type, "audio/mpeg");
    auto const& file = std::get<adapters::http::FileBody>(answer.body);
    EXPECT_EQ(file.path.filename(), "speech.mp3");
    EXPECT_FALSE(file.etag.empty());
}

constexpr auto* kept =
    R"({"audio":"speech.mp3","files":[)"
    R"({"name":"speech.mp3","role":"audio","type":"audio/ogg","size":5,"sha256":"abc"},)"
    R"({"name":"words.srt","role":"words","type":"application/x-subrip","size":1,"sha256":"d"}]})";

TEST_F(Result, IsTheFirstOfTheFilesThatWereKept) {
    auto const answer = after(kept);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.type, "audio/ogg");
    auto const& file = std::get<adapters::http::FileBody>(answer.body);
    EXPECT_EQ(file.path.filename(), "speech.mp3");
    EXPECT_EQ(file.etag, "\"abc\"");
    EXPECT_TRUE(header_of(answer, "Content-Disposition").ends_with("-speech.mp3\""));
    EXPECT_EQ(header_of(answer, "Content-Security-Policy"), "sandbox");
}

TEST_F(Result, IsAnotherOfItsFilesWhereThatIsAskedFor) {
    after(kept);
    auto const of = [this](std::string const& name) {
        return counter.get(a_user(), "/api/jobs/1/result?file=" + name);
    };
    EXPECT_EQ(of("speech.mp3").status, 200);
    std::ofstream{folder(base::JobId{1}) / "words.srt"} << "1";
    EXPECT_EQ(of("words.srt").type, "application/x-subrip");
    std::ofstream{folder(base::JobId{1}) / "secret"} << "not of the result";
    for (auto const* name : {"secret", "none", "", "..%2F1%2Fspeech.mp3"}) {
        EXPECT_EQ(code_of(of(name)), "no_result") << name;
    }
}

TEST_F(Result, NeverLeavesItsFolder) {
    std::ofstream{dir.path() / "secret"} << "secret";
    for (auto const* name : {"../../secret", "/etc/passwd", "../secret", ".", "..", "nothing",
                             "speech.mp3/../../../secret", "\\u0000"}) {
        auto const answer = after(R"({"file":")" + std::string{name} + R"("})");
        EXPECT_EQ(answer.status, 404) << name;
        EXPECT_EQ(code_of(answer), "no_result") << name;
    }
}

TEST_F(Result, DoesNotFollowALinkOutOfItsFolder) {
    std::ofstream{dir.path() / "secret"} << "secret";
    fs::create_directories(dir.path() / "inside");
    fs::create_symlink(dir.path() / "secret", dir.path() / "inside" / "link");
    EXPECT_FALSE(worker::http::file_below(dir.path() / "inside", "link").has_value());
    EXPECT_TRUE(worker::http::file_below(dir.path(), "inside/link").has_value());
}

TEST_F(Result, IsAnotherAddressWhereItNamesOne) {
    auto const answer = after(R"({"url":"https://cdn.example/a.mp3?x=1"})");
    EXPECT_EQ(answer.status, 302);
    EXPECT_EQ(header_of(answer, "Location"), "https://cdn.example/a.mp3?x=1");
    EXPECT_EQ(after("{\"url\":\"javascript:alert(1)\"}").status, 200);
    EXPECT_EQ(after("{\"url\":\"https://a\\r\\nSet-Cookie: b\"}").status, 200);
}

TEST_F(Result, IsJsonOtherwise) {
    auto const answer = after(R"({"text":"hello"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(text_of(answer), R"({"text":"hello"})");
}

TEST_F(Result, IsNotThereBeforeTheJobIsCompleted) {
    auto const id = counter.submit();
    auto const path = "/api/jobs/" + base::to_text(id) + "/result";
    auto const waiting = counter.get(a_user(), path);
    EXPECT_EQ(waiting.status, 409);
    EXPECT_EQ(code_of(waiting), "not_completed");
    EXPECT_EQ(body_of(waiting).at("state").as_string(), "queued");
    counter.start();
    counter.complete(id);
    counter.desk.now += base::Millis{10'000};
    counter.desk.prune(counter.desk.now);
    EXPECT_EQ(counter.get(a_user(), path).status, 410);
}

TEST_F(Result, ThatComesSlowlyKeepsNobodyElseWaiting) {
    std::promise<void> go_on;
    auto const gone_on = go_on.get_future().share();
    counter.shelf.on_read = [gone_on] {
        gone_on.wait();
        return std::string{"sound"};
    };
    auto const id = counter.submit();
    counter.start();
    counter.complete(id, kept);
    int answered = 0;
    for (int i = 0; i < 3; ++i) {
        counter.begin(a_user(), "GET", "/api/jobs/1/result", {}, [&](Response const& response) {
            EXPECT_EQ(response.status, 200);
            answered += 1;
        });
    }
    EXPECT_EQ(counter.get(a_user(), "/api/credits/balance/u1").status, 200);
    EXPECT_EQ(answered, 0);
    go_on.set_value();
    counter.until([&] { return answered == 3; });
}

}  // namespace
}  // namespace tests
