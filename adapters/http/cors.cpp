#include "adapters/http/cors.h"

#include <algorithm>

namespace adapters::http {

namespace {

bool allows(std::vector<std::string> const& origins, std::string_view origin) {
    return std::ranges::any_of(
        origins, [&](auto const& allowed) { return allowed == "*" || allowed == origin; });
}

}  // namespace

void add_cors(std::vector<std::string> const& origins, std::string_view origin,
              std::vector<Header>& headers) {
    if (origins.empty()) {
        return;
    }
    bool const any = std::ranges::find(origins, "*") != origins.end();
    if (!any) {
        headers.emplace_back("Vary", "Origin");
    }
    if (origin.empty() || !allows(origins, origin)) {
        return;
    }
    headers.emplace_back("Access-Control-Allow-Origin", any ? "*" : std::string{origin});
    headers.emplace_back("Access-Control-Expose-Headers",
                         "ETag, Location, Retry-After, X-Request-Id, Content-Range, "
                         "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset");
}

Response preflight(std::vector<std::string> const& origins, std::string_view origin) {
    Response response{.status = 204, .headers = {}, .type = "", .body = {}};
    if (allows(origins, origin)) {
        response.headers.emplace_back("Access-Control-Allow-Methods",
                                      "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        response.headers.emplace_back(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, X-Api-Key, Accept-Language, If-None-Match, "
            "If-Range, Range, Last-Event-ID, Idempotency-Key, X-Request-Id, traceparent");
        response.headers.emplace_back("Access-Control-Max-Age", "600");
    }
    return response;
}

}  // namespace adapters::http
