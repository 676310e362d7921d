// What goes to the server in one form or another comes back as it was: few rows go as text within a
// statement, many as values in the server's own form.
#include <fmt/core.h>

#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

class Text : public testing::TestWithParam<int> {
protected:
    Text() { desk_->auditing = false; }

    std::unique_ptr<tests::Desk> desk_ = desk_over(fresh_place().options());
};

TEST_P(Text, ComesBackAsItWas) {
    std::string const odd = R"({"text":"\"quoted\" \\ 'it''s' {1,2} (a,b) ,;: 语音 🎧"})";
    std::vector<jobs::Request> requests;
    for (int i = 0; i < GetParam(); ++i) {
        auto request = tests::request("script", fmt::format("u\"{}'\\,{{}}", i % 7));
        request.key = fmt::format("key (\"{}\")", i);
        request.input = odd;
        request.priority = i % 2 == 0 ? -3 : 5;
        requests.push_back(std::move(request));
    }
    auto const asked = desk_->submit_all(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto const job = desk_->job(asked[i].job->id);
        EXPECT_EQ(job.input, odd);
        EXPECT_EQ(job.user, requests[i].user);
        EXPECT_EQ(job.key, requests[i].key);
        EXPECT_EQ(job.priority, requests[i].priority);
        EXPECT_EQ(job.body_hash, asked[i].job->body_hash);
        EXPECT_FALSE(job.finished_at || job.duration || job.error);
    }
    EXPECT_EQ(desk_->audit(), "");
}

TEST_P(Text, ThatPostgresqlDoesNotTakeHasQuestionMarks) {
    std::vector<jobs::Request> requests;
    for (int i = 0; i < GetParam(); ++i) {
        requests.push_back(tests::request("script", fmt::format("u{}", i % 7)));
    }
    auto const asked = desk_->submit_all(requests);
    for (auto const& started : desk_->claim("w1", GetParam(), {"script"})) {
        desk_->report({.job = started.job.id,
                       .attempt = 1,
                       .said = jobs::Said::failed,
                       .error = jobs::Error{.code = "bad\xff",
                                            .message = std::string{"a\0b", 3} + "\xe8\xaf"}});
    }
    auto const error = desk_->job(asked.back().job->id).error.value();
    EXPECT_EQ(error.code, "bad?");
    EXPECT_EQ(error.message, "a?b??");
}

INSTANTIATE_TEST_SUITE_P(FewAndMany, Text, testing::Values(1, 120));

}  // namespace
}  // namespace postgres_tests
