// Signing in at the console, and out again.
#include <array>

#include <boost/json.hpp>

#include "worker/http/authenticate.h"
#include "worker/http/calls.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

Problem problem_of(Refused refused) {
    return {std::move(refused.refusal), std::move(refused.headers)};
}

json::object caller_json(adapters::Caller const& caller) {
    json::object out{{"name", caller.is_user() ? caller.user : caller.name}};
    if (caller.is_user()) {
        out["user_id"] = caller.user;
    } else {
        out["key"] = caller.key;
    }
    json::array scopes;
    for (auto const scope : caller.scopes) {
        scopes.emplace_back(adapters::to_text(scope));
    }
    out["scopes"] = std::move(scopes);
    return out;
}

// Behind a proxy that speaks TLS for it, the proxy says so; that others can say so too does no
// harm: it is their own cookie.
bool is_private_line(Call const& call) {
    return !call.office.settings.http.cert_file.empty() ||
           call.request.header("x-forwarded-proto") == "https";
}

Answer sign_in(Call& call) {
    auto const body = body_of(call);
    if (!body) {
        co_return refuse(call, body.error());
    }
    auto const* const key = body->object.if_contains("key");
    if (key == nullptr || !key->is_string()) {
        co_return refuse(call, bad_field("key", "must be an API key"));
    }
    auto const& text = key->get_string();
    std::string_view const secret{text.data(), text.size()};
    auto signed_in = co_await call.office.door->sign_in(call.request, secret);
    if (!signed_in) {
        co_return refuse(call, problem_of(std::move(signed_in.error())));
    }
    if (!may(signed_in->caller, Access::admin_reading)) {
        co_return refuse(call, not_allowed("the console needs a key with the scope read or admin"));
    }
    call.office.log.business("console.signed_in",
                             {{"key", signed_in->caller.key}, {"name", signed_in->caller.name}});
    auto out = caller_json(signed_in->caller);
    out["until"] = base::to_ms(signed_in->session.until);
    auto response = json_answer(out, 201);
    response.headers.push_back(
        {"Set-Cookie", session_cookie(signed_in->session.secret, is_private_line(call))});
    co_return response;
}

Answer who(Call& call) {
    auto out = caller_json(call.caller);
    if (auto const until = call.office.door->session_until(call.request)) {
        out["until"] = base::to_ms(*until);
    }
    co_return json_answer(out);
}

Answer sign_out(Call& call) {
    call.office.door->sign_out(call.request);
    co_return Response{.status = 204,
                       .headers = {{"Cache-Control", "no-store"},
                                   {"Set-Cookie", session_cookie({}, is_private_line(call))}},
                       .body = std::string{}};
}

constexpr std::array session_rows{
    Route{.method = "POST",
          .pattern = "/api/session",
          .access = Access::open,
          .handle = sign_in,
          .summary = "Signs in at the console: a cookie instead of a key"},
    Route{.method = "GET",
          .pattern = "/api/session",
          .access = Access::caller,
          .handle = who,
          .summary = "Who calls, and what they may do"},
    Route{.method = "DELETE",
          .pattern = "/api/session",
          .access = Access::caller,
          .handle = sign_out,
          .summary = "Signs out: the cookie is worth nothing from now on"},
};

}  // namespace

std::span<Route const> session_routes() {
    return session_rows;
}

}  // namespace worker::http
