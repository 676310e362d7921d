// What an app's front end calls about money: its user's credits, what they can be bought for, and
// the orders that buy them.
#include <array>

#include <boost/json.hpp>

#include "wire/purchase_json.h"
#include "wire/purchase_request.h"
#include "worker/cash_desk.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;
using boost::asio::awaitable;

// Of a key that names nobody it is empty.
Or<std::string> maybe_subject(Call const& call) {
    auto const named = call.request.parameter("user_id").value_or("");
    if (named.empty() && !call.caller.is_user()) {
        return "";
    }
    return subject_of(call, named);
}

Or<std::string> subject_in_query(Call const& call) {
    return subject_of(call, call.request.parameter("user_id").value_or(""));
}

Response balance_of_user(Call const& call) {
    auto const user = subject_in_query(call);
    return user ? balance_of(call, *user) : refuse(call, user.error());
}

Response transactions(Call const& call) {
    auto const user = subject_in_query(call);
    return user ? history_of(call, *user) : refuse(call, user.error());
}

// An account that there is not yet has no tier, and is not opened by looking.
std::optional<ledger::Wallet> wallet_of(Call const& call, std::string const& user) {
    return user.empty() ? std::nullopt : call.office.store.glance(user);
}

Response packages(Call const& call) {
    auto const user = maybe_subject(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto const wallet = wallet_of(call, *user);
    return json_answer(wire::packages_json(call.office.settings.rules.recharge,
                                           wallet ? wallet->account.tier : "",
                                           call.office.store.now(), call.office.cash->channels()));
}

Response prices_of_user(Call const& call) {
    auto const user = maybe_subject(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto out = wire::memberships_json(call.office.settings.rules.memberships,
                                      call.office.cash->channels());
    auto const wallet = wallet_of(call, *user);
    if (wallet && wallet->account.member_until) {
        out["member_until"] = base::to_ms(*wallet->account.member_until);
    }
    return json_answer(out);
}

// ---- buying -------------------------------------------------------------------------------------

std::optional<Problem> mistake_in_channel(CashDesk const& desk, jobs::Purchase const& what) {
    bool const with_credits = what.channel == jobs::by_credits && !what.term.empty();
    if (with_credits || desk.has(what.channel)) {
        return std::nullopt;
    }
    auto const channels = desk.channels();
    if (channels.empty()) {
        return bad_field("channel", "can't be any: nobody can be paid here");
    }
    std::string list;
    for (auto const& each : channels) {
        list += (list.empty() ? "" : ", ") + each;
    }
    return bad_field("channel", "must be one of: " + list);
}

jobs::Purchased store_purchase(Call const& call, jobs::Purchase const& what) {
    jobs::Purchased answer;
    auto const& rules = call.office.settings.rules;
    call.office.store.transact(jobs::load_for(what, rules), [&](jobs::Batch& batch) {
        answer = jobs::purchase(batch, what, rules);
    });
    if (answer.outcome == jobs::PurchaseOutcome::opened) {
        auto const& order = answer.order;
        call.office.log.business(order.was_paid() ? "order.paid" : "order.opened",
                                 {{"order", order.id},
                                  {"user", order.user},
                                  {"channel", order.channel},
                                  {"amount", order.amount},
                                  {"credits", jobs::granted_by(order).value}});
    }
    return answer;
}

Response show(jobs::Order const& order, std::string const& offer, int status) {
    auto out = wire::order_json(order);
    if (!offer.empty()) {
        out["pay"] = wire::pay_json(offer, order.id);
    }
    return json_answer(out, status);
}

Problem no_offer(jobs::Order const& order) {
    return wire::Refusal{.code = "payment_platform_unavailable",
                         .detail =
                             "the order is open, but its payment platform does not answer; "
                             "ask again for how it is paid",
                         .status = 502,
                         .facts = {{"order_id", order.id}, {"channel", order.channel}}};
}

void keep(adapters::Store& store, std::string const& order, std::string const& offer) {
    store.transact(jobs::load_for_offer(order),
                   [&](jobs::Batch& batch) { jobs::keep_offer(batch, order, offer); });
}

// The order as it is, with how it is paid while it waits to be. The store is not held while its
// platform is asked.
awaitable<Response> answer_with_offer(Call& call, jobs::Order order, int status) {
    auto& desk = *call.office.cash;
    if (order.status != jobs::OrderStatus::pending) {
        co_return show(order, "", status);
    }
    auto now_of_store = [&call] { return call.office.store.now(); };
    auto const now = co_await call.office.pool.run(now_of_store);
    auto offer = desk.offer_at_once(order, now);
    if (offer.empty()) {
        CashDesk::Place const place{desk};
        if (!place.taken()) {
            co_return refuse_money(call, no_offer(order));
        }
        auto ask = [&desk, &order, now] { return desk.ask_for_offer(order, now); };
        auto const asked = co_await call.office.platforms->run(ask);
        if (!asked) {
            co_return refuse_money(call, no_offer(order));
        }
        offer = *asked;
        auto keep_it = [&call, &order, &offer] { keep(call.office.store, order.id, offer); };
        co_await call.office.pool.run(keep_it);
    }
    co_return show(order, offer, status);
}

awaitable<Response> buy(Call& call, jobs::Purchase what) {
    auto const& desk = *call.office.cash;
    if (auto const mistake = mistake_in_channel(desk, what)) {
        co_return refuse(call, *mistake);
    }
    what.secret = new_order_secret();
    what.can_ask = desk.can_ask(what.channel);
    what.api_key = call.caller.capped ? call.caller.key : 0;
    auto work = [&call, &what] { return store_purchase(call, what); };
    auto const answer = co_await call.office.pool.run(work);
    using enum jobs::PurchaseOutcome;
    if (answer.outcome != opened && answer.outcome != repeated) {
        co_return refuse_money(call, wire::refusal_of(answer, what));
    }
    int const status = answer.outcome == opened ? 201 : 200;
    auto response = co_await answer_with_offer(call, answer.order, status);
    co_return response;
}

Answer recharge_by_user(Call& call) {
    auto const what = asked_for(call, wire::parse_recharge_order);
    if (!what) {
        co_return refuse(call, what.error());
    }
    auto response = co_await buy(call, *what);
    co_return response;
}

Answer become_member(Call& call) {
    auto const what = asked_for(call, wire::parse_membership_order);
    if (!what) {
        co_return refuse(call, what.error());
    }
    auto response = co_await buy(call, *what);
    co_return response;
}

// ---- orders -------------------------------------------------------------------------------------

Response list_orders(Call const& call, std::string const& kind) {
    auto const user = subject_in_query(call);
    auto const page = page_in_query(call);
    if (!user || !page) {
        return refuse(call, user ? page.error() : user.error());
    }
    auto const orders = call.office.store.orders().list(
        {.user = *user, .kind = kind, .before = page->before, .limit = page->limit + 1});
    return json_answer(wire::orders_json(orders, page->limit, wire::order_json));
}

Response recharge_orders(Call const& call) {
    return list_orders(call, "credits");
}

Response membership_orders(Call const& call) {
    return list_orders(call, "term");
}

// Another user's order is unknown.
Or<jobs::Order> order_in_path(Call const& call) {
    auto const& id = call.parts.at(0);
    auto order = call.office.store.orders().find(id);
    if (!order || (call.caller.is_user() && call.caller.user != order->user)) {
        return std::unexpected{Problem{wire::unknown_order(id)}};
    }
    return std::move(*order);
}

Response get_order(Call const& call) {
    auto const order = order_in_path(call);
    if (!order) {
        return refuse(call, order.error());
    }
    bool const pending = order->status == jobs::OrderStatus::pending;
    auto const now = pending ? call.office.store.now() : base::Timestamp{};
    return show(*order, pending ? call.office.cash->offer_at_once(*order, now) : "", 200);
}

Answer pay_order(Call& call) {
    auto find = [&call] { return order_in_path(call); };
    auto const order = co_await call.office.pool.run(find);
    if (!order) {
        co_return refuse(call, order.error());
    }
    auto response = co_await answer_with_offer(call, *order, 200);
    co_return response;
}

constexpr std::array purchase_rows{
    Route{.method = "GET",
          .pattern = "/api/v1/credit/balance",
          .access = Access::credits_reading,
          .handle = on_pool<balance_of_user>,
          .summary = "What the calling user can spend, and what of it ends soon"},
    Route{.method = "GET",
          .pattern = "/api/v1/credit/transactions",
          .access = Access::credits_reading,
          .handle = on_pool<transactions>,
          .summary = "The calling user's entries, newest first"},
    Route{.method = "GET",
          .pattern = "/api/v1/credit/packages",
          .access = Access::credits_reading,
          .handle = on_pool<packages>,
          .summary = "What credits can be bought for"},
    Route{.method = "POST",
          .pattern = "/api/v1/credit/recharge",
          .access = Access::credits_user,
          .handle = recharge_by_user,
          .summary = "Opens an order for a package of credits"},
    Route{.method = "GET",
          .pattern = "/api/v1/credit/recharge/orders",
          .access = Access::credits_reading,
          .handle = on_pool<recharge_orders>,
          .summary = "The calling user's orders for credits, newest first"},
    Route{.method = "GET",
          .pattern = "/api/v1/credit/recharge/orders/{order_id}",
          .access = Access::credits_reading,
          .handle = on_pool<get_order>,
          .summary = "An order, for waiting until it is paid"},
    Route{.method = "POST",
          .pattern = "/api/v1/credit/recharge/orders/{order_id}/pay",
          .access = Access::credits_user,
          .handle = pay_order,
          .summary = "How a pending order is paid, asked once more"},
    Route{.method = "GET",
          .pattern = "/api/v1/credit/membership/prices",
          .access = Access::credits_reading,
          .handle = on_pool<prices_of_user>,
          .summary = "What a membership costs"},
    Route{.method = "POST",
          .pattern = "/api/v1/credit/membership",
          .access = Access::credits_user,
          .handle = become_member,
          .summary = "Opens an order for a term of membership, or buys it with credits"},
    Route{.method = "GET",
          .pattern = "/api/v1/credit/membership/orders",
          .access = Access::credits_reading,
          .handle = on_pool<membership_orders>,
          .summary = "The calling user's orders for memberships, newest first"},
};

}  // namespace

std::span<Route const> purchase_routes() {
    return purchase_rows;
}

}  // namespace worker::http
