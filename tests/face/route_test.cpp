// The table of calls: what is found, and who may.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {
namespace {

using adapters::Scope;
using worker::http::Access;
using worker::http::Route;

std::string filled_path(std::string_view pattern) {
    std::string text{pattern};
    if (auto const open = text.find('{'); open != std::string::npos) {
        text.replace(open, text.find('}') - open + 1, "1");
    }
    return text;
}

TEST(Router, KnowsAPathAndWhatElseItTakes) {
    Counter counter;
    auto const wrong = counter.ask(a_user(), "DELETE", "/api/jobs/1");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(header_of(wrong, "Allow"), "GET, HEAD");
    EXPECT_EQ(code_of(wrong), "method_not_allowed");
    for (auto const* path : {"/", "/api", "/api/job", "/api/jobs/1/2/3", "/api/jobs/1/nothing"}) {
        EXPECT_EQ(code_of(counter.get(a_user(), path)), "not_found") << path;
    }
}

TEST(Router, TakesAWholeWordBeforeAnOpenPart) {
    Counter counter;
    auto const found = counter.face.router().find("POST", {"api", "jobs", "batch"});
    ASSERT_NE(found.route, nullptr);
    EXPECT_EQ(found.route->pattern, "/api/jobs/batch");
}

TEST(Router, AnswersHeadAsGet) {
    Counter counter;
    auto const id = base::to_text(counter.submit());
    EXPECT_EQ(counter.ask(a_user(), "HEAD", "/api/jobs/" + id).status, 200);
}

// Deleting from the ledger is, by whoever asks.
bool is_never_allowed(Route const& route) {
    return route.method == "DELETE" && route.pattern == "/api/credits/history/{id}";
}

// Walks the whole table, whatever it holds.
TEST(Routes, WantCredentialsAndTheRightOnes) {
    Counter counter;
    std::vector<Scope> const scopes{Scope::jobs, Scope::credits, Scope::sync, Scope::read};
    ASSERT_FALSE(counter.face.router().routes().empty());
    for (Route const* route : counter.face.router().routes()) {
        auto const method = std::string{route->method};
        auto const target = filled_path(route->pattern);
        if (route->access == Access::open || is_never_allowed(*route)) {
            continue;
        }
        EXPECT_EQ(counter.ask(nobody, method, target).status, 401) << method << " " << target;
        for (auto const scope : scopes) {
            auto const allowed = may({.scopes = {scope}}, route->access);
            auto const status = counter.ask(a_key({scope}), method, target).status;
            EXPECT_EQ(status != 403, allowed)
                << method << " " << target << " " << adapters::to_text(scope);
        }
        EXPECT_NE(counter.ask(a_key({Scope::admin}), method, target).status, 403) << target;
    }
}

TEST(Routes, LetAReadingKeyLookAndNotTouch) {
    for (Route const* route : Counter{}.face.router().routes()) {
        bool const looks = route->method == "GET" || route->pattern == "/api/points/cost" ||
                           route->pattern == "/api/admin/prices/try" ||
                           (route->method == "DELETE" && route->pattern == "/api/session");
        if (route->access != Access::open && !is_never_allowed(*route)) {
            EXPECT_EQ(may({.scopes = {Scope::read}}, route->access), looks)
                << route->method << route->pattern;
        }
    }
}

TEST(Access, OfAdministrationIsNotForUsers) {
    adapters::Caller const user{.user = "u1"};
    EXPECT_FALSE(may(user, Access::admin));
    EXPECT_FALSE(may(user, Access::admin_reading));
    EXPECT_FALSE(may(user, Access::credits));
    EXPECT_FALSE(may(user, Access::sync));
    EXPECT_TRUE(may(user, Access::jobs));
    EXPECT_TRUE(may(user, Access::credits_reading));
}

}  // namespace
}  // namespace tests
