// The table, searched.
#include "worker/http/route.h"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "base/check.h"

namespace worker::http {

namespace {

using adapters::Scope;

std::vector<std::string_view> split(std::string_view pattern) {
    std::vector<std::string_view> segments;
    while (!pattern.empty()) {
        pattern.remove_prefix(1);
        auto const slash = pattern.find('/');
        if (auto const segment = pattern.substr(0, slash); !segment.empty()) {
            segments.push_back(segment);
        }
        pattern.remove_prefix(std::min(slash, pattern.size()));
    }
    return segments;
}

bool is_open(std::string_view segment) {
    return segment.starts_with('{');
}

bool fits(std::vector<std::string_view> const& segments, std::vector<std::string> const& path) {
    return std::ranges::equal(segments, path,
                              [](std::string_view segment, std::string const& part) {
                                  return is_open(segment) ? !part.empty() : segment == part;
                              });
}

void add(std::string& list, std::string_view method) {
    if (list.find(method) == std::string::npos) {
        list += (list.empty() ? "" : ", ") + std::string{method};
    }
}

}  // namespace

bool may(adapters::Caller const& caller, Access access) {
    auto const user = caller.is_user();
    auto const has = [&](Scope scope) { return !user && caller.may(scope); };
    auto const reads = [&] { return has(Scope::read); };
    switch (access) {
        case Access::open:
        case Access::caller:
            return true;
        case Access::jobs:
            return user || has(Scope::jobs);
        case Access::jobs_reading:
            return user || has(Scope::jobs) || reads();
        case Access::credits:
            return has(Scope::credits);
        case Access::credits_reading:
            return user || has(Scope::credits) || reads();
        case Access::credits_user:
            return user || has(Scope::credits);
        case Access::sync:
            return has(Scope::sync);
        case Access::sync_reading:
            return has(Scope::sync) || reads();
        case Access::admin:
            return has(Scope::admin);
        case Access::admin_reading:
            return has(Scope::admin) || reads();
    }
    return false;
}

// Rows without open segments come first: /api/jobs/batch is not the job called "batch".
Router::Router(std::vector<std::span<Route const>> tables) {
    for (auto const& table : tables) {
        for (auto const& route : table) {
            CHECK(route.pattern.starts_with('/') && route.handle != nullptr);
            routes_.push_back(&route);
            rows_.push_back({.route = &route, .segments = split(route.pattern)});
        }
    }
    std::ranges::sort(rows_, {}, [](Row const& row) {
        return std::pair{std::ranges::count_if(row.segments, is_open), row.route->pattern};
    });
}

Router::Found Router::find(std::string_view method, std::vector<std::string> const& path) const {
    Found found;
    auto const wanted = method == "HEAD" ? "GET" : method;
    for (auto const& row : rows_) {
        if (!fits(row.segments, path)) {
            continue;
        }
        if (row.route->method == wanted) {
            found.route = row.route;
            for (std::size_t at = 0; at < path.size(); ++at) {
                if (is_open(row.segments[at])) {
                    found.parts.push_back(path[at]);
                }
            }
            return found;
        }
        add(found.allow, row.route->method);
        if (row.route->method == "GET") {
            add(found.allow, "HEAD");
        }
    }
    return found;
}

std::expected<std::string, Problem> subject_of(Call const& call, std::string_view named) {
    if (call.caller.is_user()) {
        return call.caller.user;
    }
    if (auto mistake = wire::mistake_in_user(named)) {
        return std::unexpected{bad_field("user_id", std::move(*mistake))};
    }
    return std::string{named};
}

adapters::http::Response json_answer(boost::json::value const& value, int status) {
    return {.status = status,
            .headers = {{"Cache-Control", "no-store"}},
            .body = boost::json::serialize(value)};
}

adapters::http::Response refuse(Call const& call, Problem const& problem) {
    return respond(problem, call.language);
}

std::expected<wire::StrictObject, Problem> body_of(Call const& call) {
    auto const& body = call.request.body;
    if (body.empty()) {
        return wire::StrictObject{.object = {}, .canonical = "{}", .numbers = {}};
    }
    auto object = wire::parse_object(body);
    if (!object) {
        return std::unexpected{bad_json(std::move(object.error()))};
    }
    return std::move(*object);
}

}  // namespace worker::http
