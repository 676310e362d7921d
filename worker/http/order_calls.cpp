// What an operator calls about orders: all of them, the story of one, and a question to its
// platform.
#include <array>

#include <boost/json.hpp>

#include "wire/purchase_json.h"
#include "worker/http/calls.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/inquiries.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr int most_notices = 1'000;

Or<std::optional<jobs::OrderStatus>> status_in(Call const& call) {
    auto const text = call.request.parameter("status").value_or("");
    auto const status = jobs::parse_order_status(text);
    if (!status && !text.empty()) {
        return std::unexpected{bad_field("status", "must be pending, paid, refunded or closed")};
    }
    return status;
}

Response list_orders(Call const& call) {
    auto const status = status_in(call);
    auto const page = page_in_query(call);
    if (!status || !page) {
        return refuse(call, status ? page.error() : status.error());
    }
    auto const orders = call.office.store.orders().list(
        {.user = std::string{call.request.parameter("user_id").value_or("")},
         .status = *status,
         .in_review = call.request.parameter("review").value_or("") == "true",
         .before = page->before,
         .limit = page->limit + 1});
    return json_answer(wire::orders_json(orders, page->limit, wire::whole_order_json));
}

Response story(Call const& call, std::string const& id) {
    auto const order = call.office.store.orders().find(id);
    if (!order) {
        return refuse(call, wire::unknown_order(id));
    }
    auto out = wire::whole_order_json(*order);
    json::array notices;
    for (auto const& each :
         call.office.store.orders().notices({.order = id, .limit = most_notices})) {
        notices.push_back(wire::notice_json(each));
    }
    out["notices"] = std::move(notices);
    return json_answer(out);
}

Response get(Call const& call) {
    return story(call, call.parts.at(0));
}

// On the pool of those who wait for platforms.
Answer query(Call& call) {
    auto const id = call.parts.at(0);
    auto ask = [&call, &id] { return ask_now(*call.office.inquiring, id); };
    auto const asked = co_await call.office.platforms->run(ask);
    if (asked && !asked->trouble.empty()) {
        co_return refuse(call,
                         wire::Refusal{.code = "payment_platform_unavailable",
                                       .detail = "its platform did not answer: " + asked->trouble,
                                       .status = 502,
                                       .facts = {{"order_id", id}}});
    }
    auto show = [&call, &id, &asked]() -> Response {
        bool const known = asked || call.office.store.orders().find(id).has_value();
        if (asked || !known) {
            return story(call, id);
        }
        return refuse(call, wire::Refusal{.code = "not_askable",
                                          .detail = "nobody can be asked about that order",
                                          .status = 409,
                                          .facts = {{"order_id", id}}});
    };
    auto response = co_await call.office.pool.run(show);
    co_return response;
}

constexpr std::array order_rows{
    Route{.method = "GET",
          .pattern = "/api/admin/orders",
          .access = Access::admin_reading,
          .handle = on_pool<list_orders>,
          .summary = "Orders of all users, newest first"},
    Route{.method = "GET",
          .pattern = "/api/admin/orders/{order_id}",
          .access = Access::admin_reading,
          .handle = on_pool<get>,
          .summary = "An order with everything that was said of it"},
    Route{.method = "POST",
          .pattern = "/api/admin/orders/{order_id}/query",
          .access = Access::admin,
          .handle = query,
          .summary = "Asks the platform about an order now, and takes its word"},
};

}  // namespace

std::span<Route const> order_routes() {
    return order_rows;
}

}  // namespace worker::http
