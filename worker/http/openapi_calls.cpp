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

// The same for everybody, so it is made once, when somebody asks first.
Text const& description() {
    static Text const made = [] {
        auto text = boost::json::serialize(describe(all_tables(), openapi_parts()).document);
        auto etag = '"' + base::hex(base::sha256(text)).substr(0, 16) + '"';
        return Text{.text = std::move(text), .etag = std::move(etag)};
    }();
    return made;
}

Answer openapi(Call& call) {
    auto const& known = description();
    bool const same = call.request.header("if-none-match") == known.etag;
    co_return adapters::http::Response{
        .status = same ? 304 : 200,
        .headers = {{"ETag", known.etag}, {"Cache-Control", "no-cache"}},
        .body = same ? std::string{} : known.text};
}

constexpr Route table[] = {
    {"GET", "/openapi.json", Access::open, openapi, "This description of the interface"},
};

}  // namespace

std::span<Route const> description_routes() {
    return table;
}

}  // namespace worker::http
