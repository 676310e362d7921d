// The one way of every request.
#include "worker/http/face.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "adapters/store.h"
#include "worker/http/calls.h"
#include "worker/http/collector.h"
#include "worker/http/openapi.h"

namespace worker::http {

namespace asio = boost::asio;
using adapters::http::Response;

namespace {

constexpr base::Millis store_again{2'000};
constexpr base::Millis queue_again{1'000};

// In words, for what the server refuses before anybody reads it.
std::string_view detail_of(std::string_view code) {
    using Line = std::pair<std::string_view, std::string_view>;
    static constexpr std::array lines{
        Line{"bad_request", "the request is not well-formed HTTP"},
        Line{"headers_too_large", "the headers are too large"},
        Line{"body_too_large", "the body is too large"},
        Line{"uri_too_long", "the address is too long"},
        Line{"length_required", "the body needs a Content-Length or chunks"},
        Line{"timeout", "the request took too long to arrive"},
        Line{"too_many_connections", "there are too many connections; try again"},
        Line{"range_not_satisfiable", "the range begins behind the end of the file"},
        Line{"not_implemented", "this part of HTTP is not supported"},
        Line{"internal", "something went wrong within; the log has this request's id"},
    };
    auto const* const found = std::ranges::find(lines, code, &Line::first);
    return found == lines.end() ? "the request can't be answered" : found->second;
}

}  // namespace

std::vector<std::span<Route const>> all_tables(bool metrics_open) {
    return {enqueue_routes(),
            job_routes(),
            result_routes(),
            hint_routes(),
            event_routes(),
            credits_routes(),
            credits_view_routes(),
            statement_routes(),
            sync_routes(),
            points_routes(),
            payment_routes(),
            purchase_routes(),
            order_routes(),
            review_routes(),
            admin_routes(),
            freeze_routes(),
            provider_routes(),
            webhook_routes(),
            sync_admin_routes(),
            operating_routes(metrics_open),
            session_routes(),
            inspection_routes(),
            books_routes(),
            console_routes(),
            description_routes()};
}

Face::Face(Office office, Authenticate authenticate, std::vector<std::span<Route const>> tables,
           std::function<void(Answered const&)> answered)
    : office_{std::move(office)},
      authenticate_{std::move(authenticate)},
      router_{std::move(tables)},
      answered_{std::move(answered)} {}

asio::awaitable<Response> Face::handle(adapters::http::Request request) {
    auto const began = std::chrono::steady_clock::now();
    auto found = router_.find(request.method, request.path);
    auto const language = language_of(request.header("accept-language"));
    Call call{.request = std::move(request),
              .parts = std::move(found.parts),
              .language = language,
              .office = office_};
    Response response;
    if (found.route == nullptr) {
        response = no_route(call, found.allow);
    } else {
        response = co_await answer(call, *found.route);
    }
    note(call, found.route, response.status, began);
    co_return response;
}

asio::awaitable<Response> Face::answer(Call& call, Route const& route) {
    try {
        if (route.access == Access::open) {
            Response response = co_await route.handle(call);
            co_return response;
        }
        auto guest = co_await authenticate_(call.request);
        if (!guest) {
            co_return respond(guest.error(), call.language);
        }
        call.caller = std::move(guest->caller);
        Response response;
        if (may(call.caller, route.access)) {
            response = co_await route.handle(call);
        } else {
            response =
                respond(not_allowed("these credentials do not allow this call"), call.language);
        }
        std::ranges::move(guest->headers, std::back_inserter(response.headers));
        co_return response;
    } catch (adapters::Unavailable const& trouble) {
        office_.log.warning("http", "the store is away",
                            {{"why", trouble.what()}, {"request", call.request.id}});
    } catch (Overloaded const&) {
        co_return respond(overloaded(queue_again), call.language);
    }
    co_return respond(store_away(store_again), call.language);
}

Response Face::no_route(Call const& call, std::string const& allow) const {
    if (allow.empty()) {
        return respond(not_found(), call.language);
    }
    if (call.request.method == "OPTIONS") {
        return {.status = 204, .headers = {{"Allow", allow + ", OPTIONS"}}, .body = std::string{}};
    }
    return respond({wire::Refusal{.code = "method_not_allowed",
                                  .detail = "this address does not take that method, but " + allow,
                                  .status = 405,
                                  .facts = {{"allow", allow}}},
                    {{"Allow", allow}}},
                   call.language);
}

// One line at the debug level; neither the query nor any header of the request is in it.
void Face::note(Call const& call, Route const* route, int status,
                std::chrono::steady_clock::time_point began) {
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began);
    auto const pattern = route == nullptr ? std::string_view{} : route->pattern;
    if (answered_) {
        answered_(
            {.method = call.request.method, .pattern = pattern, .status = status, .took = took});
    }
    if (!office_.log.tells_debug()) {
        return;
    }
    auto const& who = call.caller.is_user() ? call.caller.user : call.caller.name;
    office_.log.debug("http", "answered",
                      {{"method", call.request.method},
                       {"path", std::string{pattern}},
                       {"status", std::int64_t{status}},
                       {"us", took.count()},
                       {"caller", who},
                       {"request", call.request.id}});
}

Response Face::refuse(int status, std::string_view code, std::string_view language,
                      std::string_view /*request_id*/) {
    Problem problem{wire::Refusal{.code = std::string{code},
                                  .detail = std::string{detail_of(code)},
                                  .status = status,
                                  .facts = {}}};
    if (status == 503 || status == 429) {
        problem.headers.push_back({"Retry-After", "1"});
    }
    return respond(problem, language_of(language));
}

}  // namespace worker::http
