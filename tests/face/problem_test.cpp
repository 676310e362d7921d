// Problems, in two languages.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {
namespace {

using worker::http::Language;
using worker::http::language_of;

TEST(Language, FollowsTheHigherWeightAndIsEnglishOtherwise) {
    EXPECT_EQ(language_of(""), Language::english);
    EXPECT_EQ(language_of("de"), Language::english);
    EXPECT_EQ(language_of("zh"), Language::chinese);
    EXPECT_EQ(language_of("zh-CN,zh;q=0.9,en;q=0.8"), Language::chinese);
    EXPECT_EQ(language_of("en-GB, zh;q=0.5"), Language::english);
    EXPECT_EQ(language_of("en;q=0.4 , ZH-tw;q=0.51"), Language::chinese);
    EXPECT_EQ(language_of(";;,q=,zh;q=x"), Language::english);
    EXPECT_EQ(language_of("*", Language::chinese), Language::chinese);
    EXPECT_EQ(language_of("de", Language::chinese), Language::chinese);
    EXPECT_EQ(language_of("en;q=0.1", Language::chinese), Language::english);
}

TEST(Problem, SaysNoInTheCallersLanguageWithTheSameCodeAndFacts) {
    wire::Refusal const refusal{.code = "insufficient_credits",
                                .detail = "not enough",
                                .status = 402,
                                .facts = {{"balance", 520}, {"required", 999'999}}};
    auto const chinese = body_of(worker::http::respond(refusal, Language::chinese));
    EXPECT_EQ(chinese.at("detail").as_string(), "积分不足！当前积分：520，需要：999999");
    EXPECT_EQ(chinese.at("code").as_string(), "insufficient_credits");
    EXPECT_EQ(chinese.at("balance").as_int64(), 520);
    auto const english = body_of(worker::http::respond(refusal, Language::english));
    EXPECT_EQ(english.at("detail").as_string(), "not enough");
    EXPECT_EQ(english.at("status").as_int64(), 402);
}

TEST(Problem, IsEnglishWhereAFactOfTheChineseLineIsMissing) {
    wire::Refusal const refusal{.code = "over_job_cap", .detail = "too dear", .status = 422};
    auto const body = body_of(worker::http::respond(refusal, Language::chinese));
    EXPECT_EQ(body.at("detail").as_string(), "too dear");
}

TEST(Face, WordsWhatTheServerRefuses) {
    Counter counter;
    auto const refused = counter.face.refuse(413, "body_too_large", "zh-CN", "r");
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(code_of(refused), "body_too_large");
    EXPECT_EQ(body_of(refused).at("detail").as_string(), "请求体过大");
}

TEST(Face, AnswersWhenTheStoreIsAwayAndSaysWhenToTryAgain) {
    Counter counter;
    auto const id = base::to_text(counter.submit());
    counter.store.set_down(true);
    for (auto const& [method, target] :
         {std::pair{"POST", std::string{"/api/jobs"}}, std::pair{"GET", "/api/jobs/" + id},
          std::pair{"GET", std::string{"/api/jobs"}},
          std::pair{"POST", "/api/jobs/" + id + "/cancel"}}) {
        auto const answer = counter.ask(a_user(), method, target,
                                        {.body = R"({"service":"script"})", .headers = {}});
        EXPECT_EQ(answer.status, 503) << target;
        EXPECT_EQ(code_of(answer), "store_unavailable");
        EXPECT_FALSE(header_of(answer, "Retry-After").empty());
    }
    counter.store.set_down(false);
    EXPECT_EQ(counter.get(a_user(), "/api/jobs/" + id).status, 200);
}

}  // namespace
}  // namespace tests
