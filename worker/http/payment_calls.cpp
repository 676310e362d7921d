// What payment platforms call, and payments without money where they are allowed.
#include <array>

#include <boost/json.hpp>

#include "worker/http/calls.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/http/payment_desk.h"

namespace worker::http {

namespace {

namespace json = boost::json;
namespace payments = adapters::payments;
using adapters::http::Response;

Response as_response(payments::Answer answer) {
    return {
        .status = answer.status, .type = std::move(answer.type), .body = std::move(answer.body)};
}

payments::RawRequest raw(Call const& call, base::Timestamp now) {
    payments::RawRequest request{.headers = {}, .body = call.request.body, .now = now};
    for (auto const& header : call.request.headers) {
        request.headers.emplace_back(header.name, header.value);
    }
    return request;
}

base::Timestamp system_now() {
    return std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now());
}

template <char const* provider>
Response callback(Call const& call) {
    return as_response(call.office.payments->callback(provider, raw(call, system_now())));
}

constexpr char wechat[] = "wechat";
constexpr char alipay[] = "alipay";
constexpr char stripe[] = "stripe";

json::object paid_json(jobs::Order const& order) {
    json::object out{{"success", order.was_paid()},
                     {"order_id", order.id},
                     {"user_id", order.user},
                     {"status", to_text(order.status)},
                     {"amount_fen", order.amount}};
    if (auto const* const bought = std::get_if<jobs::CreditsBought>(&order.bought)) {
        out["credits"] = bought->credits.value;
        out["bonus"] = bought->bonus.value;
    }
    return out;
}

Problem unknown_order(std::string const& id) {
    return wire::Refusal{.code = "unknown_order",
                         .detail = "there is no order " + id,
                         .status = 404,
                         .facts = {{"order_id", id}}};
}

// A user's call finds that user's orders only.
Response simulate(Call const& call) {
    auto& desk = *call.office.payments;
    auto const& id = call.parts.at(0);
    if (!desk.simulates()) {
        return refuse(call, not_found());
    }
    auto const known = call.office.store.orders().find(id);
    bool const theirs = known && (!call.caller.is_user() || call.caller.user == known->user);
    auto const paid = theirs ? desk.simulate(id) : std::nullopt;
    return paid ? json_answer(paid_json(*paid)) : refuse(call, unknown_order(id));
}

constexpr std::array payment_rows{
    Route{.method = "POST",
          .pattern = "/api/payment/callback/wechat",
          .access = Access::open,
          .handle = on_pool<callback<wechat>>,
          .summary = "Notices of WeChat Pay, v3 and v2"},
    Route{.method = "POST",
          .pattern = "/api/payment/callback/alipay",
          .access = Access::open,
          .handle = on_pool<callback<alipay>>,
          .summary = "Notices of Alipay"},
    Route{.method = "POST",
          .pattern = "/api/payment/callback/stripe",
          .access = Access::open,
          .handle = on_pool<callback<stripe>>,
          .summary = "Events of Stripe"},
    Route{.method = "POST",
          .pattern = "/api/payment/simulate/{order_id}",
          .access = Access::credits_user,
          .handle = on_pool<simulate>,
          .summary = "Pays an order without money, where that is allowed"},
};

}  // namespace

std::span<Route const> payment_routes() {
    return payment_rows;
}

}  // namespace worker::http
