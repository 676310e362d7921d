// The table of calls: method, path, who may call, and the function that answers. Rows come from
// several files; the router puts them together and finds the one for a request.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/caller.h"
#include "adapters/http/message.h"
#include "wire/strict_json.h"
#include "worker/http/office.h"
#include "worker/http/problem.h"

namespace worker::http {

// Who may make a call.
enum class Access : std::uint8_t {
    open,             // anybody, without any credentials
    caller,           // whoever has credentials, whatever they are
    jobs,             // users for themselves; keys with the scope jobs
    jobs_reading,     // the same, and keys with the scope read
    credits,          // keys with the scope credits
    credits_reading,  // users for themselves; keys with the scope credits or read
    credits_user,     // users for themselves; keys with the scope credits
    sync,             // keys with the scope sync
    sync_reading,     // keys with the scope sync or read
    admin,            // keys with the scope admin
    admin_reading,    // keys with the scope admin or read
};

bool may(adapters::Caller const& caller, Access access);

// One request on its way through a handler. The handler's coroutine may refer to it: it outlives
// the call (not the stream that the call may answer with).
struct Call {
    adapters::http::Request request;
    adapters::Caller caller;         // nobody where the access is open
    std::vector<std::string> parts;  // what stood where the pattern has {…}, in order
    Language language = Language::english;
    Office& office;
};

using Answer = boost::asio::awaitable<adapters::http::Response>;

struct Route {
    std::string_view method;   // GET answers HEAD as well
    std::string_view pattern;  // "/api/jobs/{id}/cancel"
    Access access = Access::caller;
    Answer (*handle)(Call& call) = nullptr;
    // One line, for the description of the interface; empty: a page for people, not part of it.
    std::string_view summary;
};

class Router {
public:
    explicit Router(std::vector<std::span<Route const>> tables);

    struct Found {
        Route const* route = nullptr;  // none: `allow` says whether another method would do
        std::vector<std::string> parts;
        std::string allow;  // "GET, HEAD, POST"; empty: there is no such path
    };

    [[nodiscard]] Found find(std::string_view method, std::vector<std::string> const& path) const;

    [[nodiscard]] std::vector<Route const*> const& routes() const { return routes_; }

private:
    struct Row {
        Route const* route;
        std::vector<std::string_view> segments;
    };

    std::vector<Route const*> routes_;
    std::vector<Row> rows_;
};

// Of a call that handles an account: a user's is always its own, whatever the request names; a
// key's must be named (422 that names the field otherwise).
std::expected<std::string, Problem> subject_of(Call const& call, std::string_view named);

// Answers.
adapters::http::Response json_answer(boost::json::value const& value, int status = 200);
adapters::http::Response refuse(Call const& call, Problem const& problem);

// The body as a strict JSON object; an empty body is an empty object.
std::expected<wire::StrictObject, Problem> body_of(Call const& call);

}  // namespace worker::http
