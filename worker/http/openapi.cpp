#include "worker/http/openapi.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/check.h"

namespace worker::http {

namespace {

namespace json = boost::json;

using Codes = std::set<std::string>;
using CodesByStatus = std::map<std::string, Codes>;

json::object ref(std::string_view kind, std::string_view name) {
    return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

json::object const& object_in(json::object const& from, std::string_view name) {
    static json::object const none;
    auto const* const found = from.if_contains({name.data(), name.size()});
    return found == nullptr ? none : found->as_object();
}

void copy(json::object const& from, std::string_view name, json::object& into) {
    if (auto const* const found = from.if_contains({name.data(), name.size()})) {
        into.insert_or_assign({name.data(), name.size()}, *found);
    }
}

void add_codes(json::object const& by_status, CodesByStatus& into) {
    for (auto const& [status, codes] : by_status) {
        for (auto const& code : codes.as_array()) {
            into[std::string{status}].insert(std::string{code.as_string()});
        }
    }
}

json::array in_order(Codes const& codes) {
    json::array list;
    for (auto const& code : codes) {
        list.emplace_back(code);
    }
    return list;
}

std::vector<std::string> parameters_in(std::string_view pattern) {
    std::vector<std::string> names;
    while (true) {
        auto const open = pattern.find('{');
        if (open == std::string_view::npos) {
            return names;
        }
        auto const close = pattern.find('}', open);
        names.emplace_back(pattern.substr(open + 1, close - open - 1));
        pattern.remove_prefix(close);
    }
}

// "/api/jobs/{id}" -> "/api/jobs/{}": templates that are the same to OpenAPI.
std::string shape_of(std::string_view pattern) {
    std::string shape;
    bool inside = false;
    for (char const c : pattern) {
        inside = inside && c != '}';
        if (!inside) {
            shape += c;
        }
        inside = inside || c == '{';
    }
    return shape;
}

// A user's token, or a key with one of the scopes that are let in.
json::array security_of(Access access) {
    using adapters::Scope;
    json::array security;
    if (access == Access::open) {
        return security;
    }
    if (may({.user = "u"}, access)) {
        security.emplace_back(json::object{{"user", json::array{}}});
    }
    if (access == Access::caller) {
        security.emplace_back(json::object{{"key", json::array{}}});
        return security;
    }
    for (auto const scope : {Scope::jobs, Scope::credits, Scope::sync, Scope::read, Scope::admin}) {
        if (may({.scopes = {scope}}, access)) {
            auto const name = adapters::to_text(scope);
            json::array scopes{json::string_view{name.data(), name.size()}};
            security.emplace_back(json::object{{"key", std::move(scopes)}});
        }
    }
    return security;
}

class Builder {
public:
    explicit Builder(std::span<std::string_view const> parts);

    Description build(std::vector<std::span<Route const>> const& tables);

private:
    void add(json::object part);
    void add_call(Route const& route);
    std::string path_of(std::string_view pattern);
    json::object operation_of(Route const& route, std::string_view path);
    json::array parameters_of(json::object const& details, std::string_view path) const;
    json::object responses_of(json::object const& details, Access access);
    json::object problem_response(std::string const& status, Codes const& codes, bool named);
    json::object examples_of(std::string const& status, Codes const& codes) const;
    void add_headers(json::object& response, bool named) const;
    void add_shared();

    json::object document_;
    json::object details_;   // of operations
    json::object problems_;  // the part about them
    json::object schemas_;
    json::object paths_;
    CodesByStatus with_credentials_;
    Codes everywhere_;
    Codes codes_;  // all of them
    std::map<std::string, std::string> paths_by_shape_;
    std::set<std::string> described_;
    Description made_;
};

Builder::Builder(std::span<std::string_view const> parts) {
    for (auto const& text : parts) {
        add(json::parse({text.data(), text.size()}).as_object());
    }
    CHECK(!document_.empty() && !problems_.empty());
    add_codes(object_in(problems_, "with_credentials"), with_credentials_);
    for (auto const& code : problems_.at("everywhere").as_array()) {
        everywhere_.insert(std::string{code.as_string()});
    }
}

void Builder::add(json::object part) {
    for (auto const& [name, schema] : object_in(part, "schemas")) {
        schemas_.insert_or_assign(name, schema);
    }
    for (auto const& [call, details] : object_in(part, "operations")) {
        details_.insert_or_assign(call, details);
    }
    if (part.contains("openapi")) {
        document_ = std::move(part);
    } else if (part.contains("with_credentials")) {
        problems_ = std::move(part);
    }
}

Description Builder::build(std::vector<std::span<Route const>> const& tables) {
    for (auto const& table : tables) {
        for (auto const& route : table) {
            if (!route.summary.empty()) {
                add_call(route);
            }
        }
    }
    for (auto const& [call, details] : details_) {
        if (!described_.contains(std::string{call})) {
            made_.strays.emplace_back(call);
        }
    }
    add_shared();
    document_["paths"] = std::move(paths_);
    made_.document = std::move(document_);
    return std::move(made_);
}

// Templates of the same shape are one path, with the parameters' names of the first of them.
std::string Builder::path_of(std::string_view pattern) {
    return paths_by_shape_.try_emplace(shape_of(pattern), pattern).first->second;
}

void Builder::add_call(Route const& route) {
    auto const call = fmt::format("{} {}", route.method, route.pattern);
    if (details_.contains(call)) {
        described_.insert(call);
    } else {
        made_.undescribed.push_back(call);
    }
    std::string method{route.method};
    std::ranges::transform(method, method.begin(),
                           [](char c) { return static_cast<char>(c | 0x20); });
    auto const path = path_of(route.pattern);
    auto& calls = paths_.emplace(path, json::object{}).first->value().as_object();
    calls[method] = operation_of(route, path);
}

json::object Builder::operation_of(Route const& route, std::string_view path) {
    auto const& details = object_in(details_, fmt::format("{} {}", route.method, route.pattern));
    json::object operation;
    copy(details, "operationId", operation);
    copy(details, "tags", operation);
    operation["summary"] = json::string_view{route.summary.data(), route.summary.size()};
    copy(details, "description", operation);
    copy(details, "deprecated", operation);
    operation["security"] = security_of(route.access);
    if (auto parameters = parameters_of(details, path); !parameters.empty()) {
        operation["parameters"] = std::move(parameters);
    }
    copy(details, "requestBody", operation);
    operation["responses"] = responses_of(details, route.access);
    return operation;
}

// What the path has and the part does not describe itself is described once for all calls.
json::array Builder::parameters_of(json::object const& details, std::string_view path) const {
    json::array own;
    if (auto const* const given = details.if_contains("parameters")) {
        own = given->as_array();
    }
    json::array all;
    for (auto const& name : parameters_in(path)) {
        bool const described = std::ranges::any_of(own, [&](json::value const& one) {
            auto const* const its = one.as_object().if_contains("name");
            return its != nullptr && *its == json::string{name};
        });
        if (!described) {
            all.emplace_back(ref("parameters", name));
        }
    }
    std::ranges::copy(own, std::back_inserter(all));
    return all;
}

json::object Builder::responses_of(json::object const& details, Access access) {
    bool const named = access != Access::open;
    std::map<std::string, json::object> in_order;
    for (auto const& [status, given] : object_in(details, "responses")) {
        auto response = given.as_object();
        add_headers(response, named);
        in_order[std::string{status}] = std::move(response);
    }
    CodesByStatus own;
    add_codes(object_in(details, "problems"), own);
    for (auto const& [status, codes] : named ? with_credentials_ : CodesByStatus{}) {
        if (own.contains(status)) {
            own[status].insert(codes.begin(), codes.end());
        } else if (status != "403" || access != Access::caller) {
            in_order[status] = ref("responses", "Problem" + status);
        }
    }
    for (auto const& [status, codes] : own) {
        in_order[status] = problem_response(status, codes, named);
    }
    in_order["default"] = ref("responses", "Problem");
    json::object responses;
    for (auto& [status, response] : in_order) {
        responses[status] = std::move(response);
    }
    return responses;
}

json::object Builder::problem_response(std::string const& status, Codes const& codes, bool named) {
    codes_.insert(codes.begin(), codes.end());
    json::object const code{{"code", json::object{{"enum", in_order(codes)}}}};
    json::array both{ref("schemas", "Problem"), json::object{{"properties", code}}};
    json::object content{{"schema", json::object{{"allOf", std::move(both)}}}};
    if (auto examples = examples_of(status, codes); !examples.empty()) {
        content["examples"] = std::move(examples);
    }
    json::object response{
        {"description", fmt::format("`{}`", fmt::join(codes, "`, `"))},
        {"content", json::object{{"application/problem+json", std::move(content)}}}};
    add_headers(response, named);
    auto& headers = response["headers"].as_object();
    if (status == "429" || status == "503") {
        headers["Retry-After"] = ref("headers", "Retry-After");
    }
    if (status == "401") {
        headers["WWW-Authenticate"] = ref("headers", "WWW-Authenticate");
    }
    return response;
}

json::object Builder::examples_of(std::string const& status, Codes const& codes) const {
    auto const& known = object_in(problems_, "examples");
    auto const number = status == "default" ? 405 : std::stoi(status);
    json::object examples;
    for (auto const& code : codes) {
        auto facts = object_in(known, code);
        if (facts.empty()) {
            continue;
        }
        auto const detail = std::string{facts.at("detail").as_string()};
        facts.erase("detail");
        examples[code] = json::object{
            {"value",
             wire::problem_json(
                 {.code = code, .detail = detail, .status = number, .facts = std::move(facts)})}};
    }
    return examples;
}

void Builder::add_headers(json::object& response, bool named) const {
    auto& headers = response.emplace("headers", json::object{}).first->value().as_object();
    headers["X-Request-Id"] = ref("headers", "X-Request-Id");
    if (named) {
        for (auto const* name : {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Policy"}) {
            headers[name] = ref("headers", name);
        }
    }
}

void Builder::add_shared() {
    json::object responses;
    for (auto const& [status, codes] : with_credentials_) {
        responses["Problem" + status] = problem_response(status, codes, true);
    }
    auto any = problem_response("default", everywhere_, false);
    any["description"] = fmt::format("Refused before the call was reached: {}",
                                     std::string_view{any.at("description").as_string()});
    responses["Problem"] = std::move(any);
    auto& components = document_.at("components").as_object();
    components["responses"] = std::move(responses);
    schemas_["ProblemCode"] =
        json::object{{"type", "string"},
                     {"enum", in_order(codes_)},
                     {"description", "Stable, for programs. More may be added."}};
    auto& schemas = components["schemas"].as_object();
    for (auto const& [name, schema] : schemas_) {
        schemas[name] = schema;
    }
}

}  // namespace

Description describe(std::vector<std::span<Route const>> const& tables,
                     std::span<std::string_view const> parts) {
    return Builder{parts}.build(tables);
}

}  // namespace worker::http
