// Pages are asked for anew each time (by ETag); what has a hash in its name is kept for ever.
#include "worker/http/console.h"

#include <algorithm>
#include <array>

#include "adapters/http/compress.h"
#include "worker/http/calls.h"

namespace worker::http {

namespace {

using adapters::http::Header;
using adapters::http::Response;

// Scripts and styles come from this server only, none stands in a page, and no script can make
// markup out of text.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-ancestors ";

constexpr std::string_view missing =
    "Tallyman was built without its console.\n\n"
    "It needs Node 18 or newer and npm when it is built: on Debian `apt install nodejs npm`,\n"
    "then build again (./run). Everything else works: the interface is described at "
    "/openapi.json.\n\n"
    "这个程序在构建时没有包含控制台。请安装 Node 18 以上版本和 npm 后重新构建（./run）。\n";

// Other sites may show the users' pages in a frame where they may call as well.
std::string framers(Call const& call, bool users) {
    std::string list = users ? "'self'" : "'none'";
    for (auto const& origin : call.office.settings.http.cors_origins) {
        bool const plain = std::ranges::none_of(
            origin, [](char c) { return c <= ' ' || c == ';' || c == ',' || c >= '\x7f'; });
        if (users && plain) {
            list += ' ' + origin;
        }
    }
    return list;
}

void guard(Call const& call, Response& response, bool users) {
    auto const put = [&](char const* name, std::string value) {
        response.headers.push_back(Header{name, std::move(value)});
    };
    put("Content-Security-Policy", std::string{policy} + framers(call, users));
    put("Referrer-Policy", "no-referrer");
    put("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
    put("Cross-Origin-Resource-Policy", "same-origin");
    if (!users) {
        put("X-Frame-Options", "DENY");
        put("Cross-Origin-Opener-Policy", "same-origin");
    }
}

Response send(Call const& call, std::string_view path, std::string_view caching, bool users) {
    auto const files = call.office.console;
    auto const found = std::ranges::find(files, path, &Asset::path);
    if (found == files.end()) {
        return refuse(call, not_found());
    }
    auto const& asset = *found;
    bool const packed = !asset.packed.empty() &&
                        adapters::http::accepts_gzip(call.request.header("accept-encoding"));
    bool const same = call.request.header("if-none-match") == asset.etag;
    Response response{.status = same ? 304 : 200,
                      .headers = {{"ETag", std::string{asset.etag}},
                                  {"Cache-Control", std::string{caching}},
                                  {"Vary", "Accept-Encoding"}},
                      .type = std::string{asset.type},
                      .body = std::string{}};
    if (!same) {
        if (packed) {
            response.headers.push_back({"Content-Encoding", "gzip"});
        }
        response.body = std::string{packed ? asset.packed : asset.plain};
    }
    guard(call, response, users);
    return response;
}

Response page(Call const& call, std::string_view name, bool users) {
    if (call.office.console.empty()) {
        return {.status = 200,
                .headers = {{"Cache-Control", "no-store"}},
                .type = "text/plain; charset=utf-8",
                .body = std::string{missing}};
    }
    return send(call, name, "no-cache", users);
}

Answer console_page(Call& call) {
    co_return page(call, "index.html", false);
}

Answer users_page(Call& call) {
    co_return page(call, "me.html", true);
}

Answer asset(Call& call) {
    co_return send(call, "assets/" + call.parts.front(), "public, max-age=31536000, immutable",
                   true);
}

Answer icon(Call& call) {
    co_return send(call, "icon.svg", "public, max-age=86400", true);
}

constexpr Route console_row(std::string_view pattern) {
    return {.method = "GET", .pattern = pattern, .access = Access::open, .handle = console_page};
}

// The addresses of the console's screens: each is the same page, which shows the screen.
constexpr std::array console_rows{
    console_row("/"),
    console_row("/jobs"),
    console_row("/jobs/{id}"),
    console_row("/accounts"),
    console_row("/accounts/{user_id}"),
    console_row("/orders"),
    console_row("/orders/{order_id}"),
    console_row("/prices"),
    console_row("/providers"),
    console_row("/queues"),
    console_row("/workers"),
    console_row("/webhooks"),
    console_row("/audit"),
    console_row("/keys"),
    Route{.method = "GET", .pattern = "/me", .access = Access::open, .handle = users_page},
    Route{.method = "GET", .pattern = "/me/{screen}", .access = Access::open, .handle = users_page},
    Route{.method = "GET", .pattern = "/assets/{file}", .access = Access::open, .handle = asset},
    Route{.method = "GET", .pattern = "/icon.svg", .access = Access::open, .handle = icon},
};

}  // namespace

std::span<Route const> console_routes() {
    return console_rows;
}

}  // namespace worker::http
