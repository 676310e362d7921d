// GET /openapi.json.
#include <boost/json/serialize.hpp>

#include "base/sha256.h"
#include "worker/http/face.h"
#include "worker/http/openapi.h"

namespace worker::http {

namespace {

struct Text {
    std::string text;
    std::string etag;
};

Text describe_all(bool metrics_open) {
    auto const made = describe(all_tables(metrics_open), openapi_parts());
    auto text = boost::json::serialize(made.document);
    auto etag = '"' + base::hex(base::sha256(text)).substr(0, 16) + '"';
    return {.text = std::move(text), .etag = std::move(etag)};
}

// The same for everybody, so it is made once, when somebody asks first.
Text const& description(bool metrics_open) {
    static Text const usual = describe_all(false);
    static Text const with_open_metrics = describe_all(true);
    return metrics_open ? with_open_metrics : usual;
}

Answer openapi(Call& call) {
    auto const& known = description(call.office.settings.http.metrics_open);
    bool const same = call.request.header("if-none-match") == known.etag;
    co_return adapters::http::Response{
        .status = same ? 304 : 200,
        .headers = {{"ETag", known.etag}, {"Cache-Control", "no-cache"}},
        .body = same ? std::string{} : known.text};
}

constexpr Route openapi_rows[] = {
    {"GET", "/openapi.json", Access::open, openapi, "This description of the interface"},
};

}  // namespace

std::span<Route const> description_routes() {
    return openapi_rows;
}

}  // namespace worker::http
