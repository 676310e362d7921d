// POST /api/provider/hint/{job}/{secret}: for providers that call back. What they say is not
// believed, and nobody is told whether it meant anything.
#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "worker/http/calls.h"
#include "worker/http/hint_desk.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr std::size_t most_of_a_hint = 64 << 10;  // that is looked into
constexpr std::size_t longest_challenge = 256;

// Some platforms try an address before they use it, and want to hear a word of theirs again.
std::optional<std::string> challenge_in(std::string const& body) {
    json::error_code code;
    auto const whole = body.size() <= most_of_a_hint ? json::parse(body, code) : json::value{};
    auto const* const object = code ? nullptr : whole.if_object();
    auto const* const word = object == nullptr ? nullptr : object->if_contains("challenge");
    if (word == nullptr || !(word->is_int64() || (word->is_string() && word->get_string().size() <=
                                                                           longest_challenge))) {
        return std::nullopt;
    }
    return json::serialize(json::object{{"challenge", *word}});
}

Answer hint(Call& call) {
    if (auto* const desk = call.office.hints) {
        desk->take(call.request.remote, call.parts[0], call.parts[1]);
    }
    if (auto challenge = challenge_in(call.request.body)) {
        co_return Response{.body = std::move(*challenge)};
    }
    co_return Response{.status = 204, .type = {}, .body = std::string{}};
}

constexpr std::array hint_rows{
    Route{.method = "POST",
          .pattern = "/api/provider/hint/{job}/{secret}",
          .access = Access::open,
          .handle = hint,
          .summary = "A provider says that there is news of a job"},
};

}  // namespace

std::span<Route const> hint_routes() {
    return hint_rows;
}

}  // namespace worker::http
