// The description of the interface says what the table of calls does: nothing less, nothing more.
#include "worker/http/openapi.h"

#include <algorithm>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"
#include "worker/http/texts.h"

namespace tests {
namespace {

namespace json = boost::json;
using adapters::Scope;
using worker::http::Route;

json::object described(Counter& counter) {
    return body_of(counter.get(nobody, "/openapi.json")).as_object();
}

std::string lower(std::string_view method) {
    std::string text{method};
    std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    return text;
}

// With another word in each place that is open: "/api/jobs/1".
std::string filled(std::string_view pattern) {
    std::string text;
    for (auto rest = pattern; !rest.empty();) {
        auto const open = rest.find('{');
        text += rest.substr(0, open);
        rest.remove_prefix(open == std::string_view::npos ? rest.size() : rest.find('}') + 1);
        text += open == std::string_view::npos ? "" : "1";
    }
    return text;
}

// The operation of that call, by a path that a router would take for the same.
json::object const* operation_of(json::object const& document, Route const& route) {
    for (auto const& [path, calls] : document.at("paths").as_object()) {
        if (filled({path.data(), path.size()}) == filled(route.pattern)) {
            auto const* const found = calls.as_object().if_contains(lower(route.method));
            return found == nullptr ? nullptr : &found->as_object();
        }
    }
    return nullptr;
}

// What is described once for many calls stands among the components.
json::object const& resolved(json::object const& document, json::object const& given) {
    auto const* const ref = given.if_contains("$ref");
    if (ref == nullptr) {
        return given;
    }
    std::string const name{ref->as_string()};
    auto const& parameters = document.at("components").at("parameters").as_object();
    return parameters.at(name.substr(name.rfind('/') + 1)).as_object();
}

std::set<std::string> path_parameters(json::object const& document, json::object const& operation) {
    std::set<std::string> names;
    if (auto const* const parameters = operation.if_contains("parameters")) {
        for (auto const& one : parameters->as_array()) {
            auto const& parameter = resolved(document, one.as_object());
            if (parameter.at("in") == "path") {
                names.emplace(parameter.at("name").as_string());
            }
        }
    }
    return names;
}

std::set<std::string> names_in(std::string_view path) {
    std::set<std::string> names;
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open)) {
        auto const close = path.find('}', open);
        names.emplace(path.substr(open + 1, close - open - 1));
        open = close;
    }
    return names;
}

TEST(Description, HasEveryCallOfTheTable) {
    auto const made =
        worker::http::describe(worker::http::all_tables(), worker::http::openapi_parts());
    EXPECT_EQ(made.undescribed, std::vector<std::string>{});
    Counter counter;
    auto const document = described(counter);
    for (Route const* route : counter.face.router().routes()) {
        if (route->summary.empty()) {
            continue;  // a page of the console
        }
        auto const* const operation = operation_of(document, *route);
        ASSERT_NE(operation, nullptr) << route->method << " " << route->pattern;
        EXPECT_EQ(operation->at("summary"), json::string_view(route->summary)) << route->pattern;
    }
}

TEST(Description, HasNoCallThatIsNotThere) {
    auto const made =
        worker::http::describe(worker::http::all_tables(), worker::http::openapi_parts());
    EXPECT_EQ(made.strays, std::vector<std::string>{});
    Counter counter;
    for (auto const& [path, calls] : described(counter).at("paths").as_object()) {
        // Anybody may make these, and they are answered in the platforms' own forms.
        if (std::string_view{path}.starts_with("/api/payment/callback/")) {
            continue;
        }
        for (auto const& [method, operation] : calls.as_object()) {
            std::string name{method};
            std::ranges::transform(name, name.begin(),
                                   [](char c) { return static_cast<char>(c & ~0x20); });
            auto const answer = counter.ask(nobody, name, filled(path));
            auto const code = answer.status < 400 ? "" : code_of(answer);
            EXPECT_NE(code, "method_not_allowed") << method << " " << path;
            EXPECT_NE(code, "not_found") << method << " " << path;
        }
    }
}

TEST(Description, NamesEachOpenPartOfAPathOnce) {
    Counter counter;
    auto const document = described(counter);
    for (auto const& [path, calls] : document.at("paths").as_object()) {
        for (auto const& [method, operation] : calls.as_object()) {
            EXPECT_EQ(path_parameters(document, operation.as_object()), names_in(path))
                << method << " " << path;
        }
    }
}

TEST(Description, SaysWhoMayCall) {
    Counter counter;
    auto const document = described(counter);
    for (Route const* route : counter.face.router().routes()) {
        if (route->summary.empty() || route->pattern == "/api/session") {
            continue;  // pages of the console, and signing in there, which has tests of its own
        }
        auto const* const operation = operation_of(document, *route);
        ASSERT_NE(operation, nullptr);
        auto const& security = operation->at("security").as_array();
        auto const method = std::string{route->method};
        auto const allowed = [&](Who const& who) {
            auto const status = counter.ask(who, method, filled(route->pattern)).status;
            return status != 401 && status != 403;
        };
        auto const has = [&](json::object const& one) {
            return std::ranges::find(security, json::value(one)) != security.end();
        };
        EXPECT_EQ(security.empty(), allowed(nobody)) << route->pattern;
        if (security.empty() || method == "DELETE") {  // what is refused whoever asks
            continue;
        }
        for (auto const scope :
             {Scope::jobs, Scope::credits, Scope::sync, Scope::read, Scope::admin}) {
            json::array scopes{json::string_view(adapters::to_text(scope))};
            EXPECT_EQ(has({{"key", json::array{}}}) || has({{"key", std::move(scopes)}}),
                      allowed(a_key({scope})))
                << method << " " << route->pattern << " " << adapters::to_text(scope);
        }
        EXPECT_EQ(has({{"user", json::array{}}}), allowed(a_user("1")))
            << method << " " << route->pattern;
    }
}

TEST(Description, IsNotSentTwice) {
    Counter counter;
    auto const first = counter.get(nobody, "/openapi.json");
    EXPECT_EQ(first.status, 200);
    auto const again = counter.ask(nobody, "GET", "/openapi.json",
                                   {.headers = {{"if-none-match", header_of(first, "ETag")}}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(text_of(again), "");
}

TEST(Description, HasNoCodeThatIsNotToldInChinese) {
    Counter counter;
    json::object facts;
    for (auto const* const fact :
         {"allow", "balance", "field", "job", "limit", "order_id", "package", "parent", "reasons",
          "required", "service", "source", "state", "term", "used", "user_id"}) {
        facts[fact] = "x";
    }
    auto const document = described(counter);
    auto const& schemas = document.at("components").at("schemas").as_object();
    for (auto const& code : schemas.at("ProblemCode").at("enum").as_array()) {
        EXPECT_TRUE(worker::http::chinese(code.as_string(), facts)) << code;
    }
}

}  // namespace
}  // namespace tests
