// Looking, listing, steering.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {
namespace {

std::string path_of(base::JobId id, std::string const& more = "") {
    return "/api/jobs/" + base::to_text(id) + more;
}

TEST(JobCalls, KnowOnlyTheCallersOwn) {
    Counter counter;
    auto const id = counter.submit("u1");
    for (auto const* more : {"", "?wait=1", "/events", "/result", "/explain"}) {
        auto const answer = counter.get(a_user("u2"), path_of(id, more));
        EXPECT_EQ(answer.status, 404) << more;
        EXPECT_EQ(code_of(answer), "unknown_job") << more;
    }
    for (auto const* more : {"/cancel", "/retry"}) {
        EXPECT_EQ(counter.post(a_user("u2"), path_of(id, more)).status, 404) << more;
    }
    EXPECT_EQ(counter.desk.job(id).state, jobs::State::queued);
    EXPECT_EQ(counter.get(a_key(), path_of(id)).status, 200);
}

TEST(JobCalls, AnswerAnUnknownJobAsAnothersIsAnswered) {
    Counter counter;
    auto const id = counter.submit("u1");
    auto const others = body_of(counter.get(a_user("u2"), path_of(id)));
    auto unknown = body_of(counter.get(a_user("u2"), "/api/jobs/99999"));
    EXPECT_EQ(unknown.as_object().size(), others.as_object().size());
    EXPECT_EQ(unknown.at("code"), others.at("code"));
    std::string const huge(1 << 20, '7');
    for (auto const& text :
         {std::string{"x"}, std::string{"-1"}, std::string{"0"}, std::string{"01"},
          std::string{"1e3"}, std::string{"9223372036854775808"}, huge}) {
        auto const answer = counter.get(a_user(), "/api/jobs/" + text);
        EXPECT_EQ(answer.status, 404) << text.substr(0, 30);
        EXPECT_LT(text_of(answer).size(), 1'000U);
    }
}

TEST(JobCalls, HaveATagThatChangesWithTheJob) {
    Counter counter;
    auto const id = counter.submit();
    auto const first = counter.get(a_user(), path_of(id));
    auto const tag = header_of(first, "ETag");
    auto const ask = [&](std::string const& known) {
        return counter.ask(a_user(), "GET", path_of(id),
                           {.body = {}, .headers = {{"if-none-match", known}}});
    };
    EXPECT_EQ(ask(tag).status, 304);
    EXPECT_EQ(ask("W/" + tag).status, 304);
    EXPECT_EQ(text_of(ask(tag)), "");
    EXPECT_EQ(ask("\"other\"").status, 200);
    counter.start();
    counter.until([&] { return ask(tag).status == 200; });
    EXPECT_NE(header_of(ask(tag), "ETag"), tag);
}

TEST(JobCalls, WaitUntilTheJobChanges) {
    Counter counter;
    auto const id = counter.submit();
    std::optional<Response> answer;
    counter.begin(a_user(), "GET", path_of(id, "?wait=30"), {},
                  [&](Response response) { answer = std::move(response); });
    counter.idle(base::Millis{120});
    EXPECT_FALSE(answer.has_value());
    counter.start();
    counter.until([&] { return answer.has_value(); });
    EXPECT_EQ(body_of(*answer).at("state").as_string(), "processing");
}

TEST(JobCalls, WaitNoLongerThanTheyAreTold) {
    Counter counter;
    auto const id = counter.submit();
    auto const began = std::chrono::steady_clock::now();
    auto const answer = counter.get(a_user(), path_of(id, "?wait=1"));
    auto const took = std::chrono::steady_clock::now() - began;
    EXPECT_EQ(answer.status, 200);
    EXPECT_GE(took, std::chrono::milliseconds{990});
    EXPECT_LT(took, std::chrono::seconds{4});
}

TEST(JobCalls, DoNotWaitForWhatIsOverOrNewsAlready) {
    Counter counter;
    auto const id = counter.submit();
    counter.start();
    counter.complete(id);
    EXPECT_EQ(body_of(counter.get(a_user(), path_of(id, "?wait=60"))).at("state").as_string(),
              "completed");
    auto const other = counter.submit();
    auto const answer = counter.ask(a_user(), "GET", path_of(other, "?wait=60"),
                                    {.body = {}, .headers = {{"if-none-match", "\"old\""}}});
    EXPECT_EQ(answer.status, 200);
}

TEST(JobCalls, RefuseATimeThatIsNone) {
    Counter counter;
    auto const id = counter.submit();
    for (auto const* wait : {"?wait=x", "?wait=-1", "?wait=1.5", "?wait="}) {
        auto const answer = counter.get(a_user(), path_of(id, wait));
        EXPECT_EQ(answer.status, 422) << wait;
        EXPECT_EQ(body_of(answer).at("field").as_string(), "wait");
    }
}

TEST(JobCalls, ListNewestFirstByPages) {
    Counter counter;
    std::vector<base::JobId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(counter.submit());
    }
    counter.submit("u2");
    auto const first = body_of(counter.get(a_user(), "/api/jobs?limit=3"));
    ASSERT_EQ(first.at("jobs").as_array().size(), 3U);
    EXPECT_EQ(first.at("jobs").at(0).at("id").as_string(), base::to_text(ids[4]));
    auto const cursor = std::string{first.at("next_cursor").as_string()};
    auto const second = body_of(counter.get(a_user(), "/api/jobs?limit=3&cursor=" + cursor));
    EXPECT_EQ(second.at("jobs").as_array().size(), 2U);
    EXPECT_TRUE(second.at("next_cursor").is_null());
    EXPECT_EQ(body_of(counter.get(a_key(), "/api/jobs")).at("jobs").as_array().size(), 6U);
    auto const of_one = body_of(counter.get(a_key(), "/api/jobs?user_id=u2"));
    EXPECT_EQ(of_one.at("jobs").as_array().size(), 1U);
}

TEST(JobCalls, ListOnlyTheCallersOwnWhateverIsAsked) {
    Counter counter;
    counter.submit("u1");
    auto const answer = body_of(counter.get(a_user("u2"), "/api/jobs?user_id=u1"));
    EXPECT_TRUE(answer.at("jobs").as_array().empty());
}

TEST(JobCalls, ListByStateAndService) {
    Counter counter;
    counter.submit();
    auto const count = [&](std::string const& query) {
        return body_of(counter.get(a_user(), "/api/jobs" + query)).at("jobs").as_array().size();
    };
    EXPECT_EQ(count("?state=queued"), 1U);
    EXPECT_EQ(count("?state=failed"), 0U);
    EXPECT_EQ(count("?service=script"), 1U);
    EXPECT_EQ(count("?service=tts"), 0U);
    for (auto const* query : {"?state=x", "?cursor=x", "?limit=0", "?limit=x"}) {
        EXPECT_EQ(counter.get(a_user(), std::string{"/api/jobs"} + query).status, 422) << query;
    }
}

TEST(JobCalls, CancelAndRetryAsTheStateAllows) {
    Counter counter;
    auto const id = counter.submit();
    auto const cancelled = counter.post(a_user(), path_of(id, "/cancel"));
    EXPECT_EQ(cancelled.status, 200);
    EXPECT_EQ(body_of(cancelled).at("state").as_string(), "cancelled");
    auto const again = counter.post(a_user(), path_of(id, "/cancel"));
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(code_of(again), "wrong_state");
    auto const retried = counter.post(a_user(), path_of(id, "/retry"));
    EXPECT_EQ(retried.status, 200);
    EXPECT_EQ(body_of(retried).at("state").as_string(), "queued");
    EXPECT_EQ(counter.post(a_user(), path_of(id, "/retry")).status, 409);
}

TEST(JobCalls, ExplainEveryCredit) {
    Counter counter;
    auto const id = counter.submit();
    counter.start();
    counter.complete(id);
    auto const story = body_of(counter.get(a_user(), path_of(id, "/explain")));
    EXPECT_EQ(story.at("net").as_int64(), 5);
    EXPECT_FALSE(story.at("steps").as_array().empty());
    EXPECT_EQ(story.at("job").at("id").as_string(), base::to_text(id));
}

}  // namespace
}  // namespace tests
