#include "wire/purchase_json.h"

#include <algorithm>

#include <fmt/format.h>

namespace wire {

namespace {

namespace json = boost::json;

void put(json::object& out, std::string_view name, std::optional<base::Timestamp> at) {
    if (at) {
        out[name] = base::to_ms(*at);
    }
}

void put(json::object& out, std::string_view name, std::string const& text) {
    if (!text.empty()) {
        out[name] = text;
    }
}

json::array words_json(jobs::Words const& words) {
    json::array list;
    for (auto const& word : words) {
        list.emplace_back(word);
    }
    return list;
}

void put_bought(json::object& out, jobs::Bought const& bought) {
    if (auto const* const term = std::get_if<jobs::TermBought>(&bought)) {
        out["kind"] = "membership";
        out["term"] = term->name;
        out["months"] = term->months;
        out["credits"] = 0;
        out["bonus"] = 0;
        return;
    }
    auto const& credits = std::get<jobs::CreditsBought>(bought);
    out["kind"] = "credits";
    out["package"] = credits.package;
    out["credits"] = credits.credits.value;
    out["bonus"] = credits.bonus.value;
}

json::array returns_json(std::vector<jobs::Return> const& returns) {
    json::array list;
    for (auto const& each : returns) {
        list.push_back(json::object{{"id", each.id},
                                    {"trade", each.trade},
                                    {"amount", each.amount},
                                    {"chargeback", each.chargeback},
                                    {"at", base::to_ms(each.at)}});
    }
    return list;
}

json::object membership_json(jobs::Membership const& membership) {
    json::object out{{"term", membership.name}, {"months", membership.months}};
    if (membership.amount > 0) {
        out["amount_fen"] = membership.amount;
    }
    if (membership.credits.value > 0) {
        out["credits"] = membership.credits.value;
    }
    return out;
}

json::array texts_json(std::vector<std::string> const& texts) {
    json::array list;
    for (auto const& text : texts) {
        list.emplace_back(text);
    }
    return list;
}

Refusal no_such(std::string_view field, std::string const& name, std::string detail) {
    return {.code = fmt::format("unknown_{}", field),
            .detail = std::move(detail),
            .status = 404,
            .facts = {{"field", field}, {field, name}}};
}

Refusal refused(std::string code, std::string detail, int status, json::object facts = {}) {
    return {.code = std::move(code),
            .detail = std::move(detail),
            .status = status,
            .facts = std::move(facts)};
}

Refusal too_many(jobs::Purchased const& answer) {
    return refused("too_many_pending_orders",
                   fmt::format("{} orders wait to be paid already; pay one of them or let it end",
                               answer.limit),
                   429, {{"limit", answer.limit}, {"retry_after_ms", answer.frees_in.count()}});
}

Refusal too_few(jobs::Purchased const& answer) {
    return refused("insufficient_credits",
                   fmt::format("not enough credits: {} needed, {} there", answer.required.value,
                               answer.balance.value),
                   402, {{"required", answer.required.value}, {"balance", answer.balance.value}});
}

}  // namespace

json::object order_json(jobs::Order const& order) {
    json::object out{{"order_id", order.id}, {"user_id", order.user}, {"channel", order.channel}};
    put_bought(out, order.bought);
    bool const with_credits = order.channel == jobs::by_credits;
    out["amount_fen"] = with_credits ? 0 : order.amount;
    if (with_credits) {
        out["price_credits"] = order.amount;
    } else {
        out["currency"] = order.currency;
    }
    out["status"] = jobs::to_text(order.status);
    out["created_at"] = base::to_ms(order.created_at);
    out["expires_at"] = base::to_ms(order.expires_at);
    put(out, "paid_at", order.paid_at);
    put(out, "closed_at", order.closed_at);
    put(out, "member_from", order.member_from);
    put(out, "member_until", order.member_until);
    if (!order.returns.empty()) {
        out["returned_fen"] = jobs::returned_of(order);
    }
    return out;
}

json::object whole_order_json(jobs::Order const& order) {
    auto out = order_json(order);
    if (jobs::paid_for(order) != order.amount) {
        out["paid_fen"] = order.paid;
    }
    put(out, "idempotency_key", order.key);
    put(out, "provider", order.provider);
    put(out, "trade", order.trade);
    out["flags"] = words_json(order.flags);
    out["review"] = words_json(order.review);
    out["asked"] = order.asked;
    put(out, "asked_at", order.asked_at);
    put(out, "ask_at", order.ask_at);
    out["returns"] = returns_json(order.returns);
    out["revoked"] = order.revoked.value;
    out["owed"] = order.owed.value;
    out["lost"] = order.lost.value;
    return out;
}

json::object pay_json(std::string_view offer, std::string_view order) {
    auto const space = offer.find(' ');
    auto const type = offer.substr(0, space);
    auto const url = space == std::string_view::npos ? "" : offer.substr(space + 1);
    json::object out{{"type", type}};
    if (type == "qr_code") {
        out["code_url"] = url;
    } else if (type == "external") {
        out["order_id"] = order;
    } else {
        out["url"] = url;
    }
    if (type == "simulate") {
        out["method"] = "POST";
    }
    return out;
}

json::object notice_json(adapters::StoredNotice const& stored) {
    auto const& notice = stored.notice;
    json::object out{{"number", stored.number},
                     {"provider", notice.provider},
                     {"id", notice.id},
                     {"kind", notice.kind},
                     {"state", jobs::to_text(notice.state)},
                     {"outcome", jobs::to_text(notice.outcome)},
                     {"reasons", words_json(notice.reasons)},
                     {"received_at", base::to_ms(notice.received_at)}};
    put(out, "order_id", notice.order);
    put(out, "trade", notice.trade);
    if (notice.amount) {
        out["amount_fen"] = *notice.amount;
    }
    if (notice.returned > 0) {
        out["returned_fen"] = notice.returned;
    }
    return out;
}

json::object notices_json(std::vector<adapters::StoredNotice> const& notices, int limit) {
    json::array list;
    auto const shown = std::min(notices.size(), static_cast<std::size_t>(limit));
    for (std::size_t at = 0; at < shown; ++at) {
        list.push_back(notice_json(notices[at]));
    }
    json::object out{{"notices", std::move(list)}};
    if (notices.size() > shown) {
        out["next_cursor"] = std::to_string(notices[shown - 1].number);
    }
    return out;
}

json::object reviewed_json(std::int64_t number, std::string_view decision,
                           jobs::NoticeTaken const& taken) {
    json::object out{
        {"number", number}, {"decision", decision}, {"outcome", jobs::to_text(taken.outcome)}};
    if (taken.order) {
        out["order"] = whole_order_json(*taken.order);
    }
    return out;
}

json::object orders_json(std::vector<jobs::Order> const& orders, int limit,
                         json::object (*show)(jobs::Order const&)) {
    json::array list;
    auto const shown = std::min(orders.size(), static_cast<std::size_t>(limit));
    for (std::size_t at = 0; at < shown; ++at) {
        list.push_back(show(orders[at]));
    }
    json::object out{{"orders", std::move(list)}};
    if (orders.size() > shown) {
        out["next_cursor"] = orders[shown - 1].id;
    }
    return out;
}

json::object packages_json(jobs::RechargeRules const& rules, std::string_view tier,
                           base::Timestamp now, std::vector<std::string> const& channels) {
    json::array list;
    for (auto const& package : rules.packages) {
        auto const bought = jobs::bought_of(package, rules, tier);
        if (!jobs::on_sale(package, now) || !bought) {
            continue;
        }
        json::object one{{"package", package.name},
                         {"amount_fen", package.amount},
                         {"credits", bought->credits.value},
                         {"bonus", bought->bonus.value}};
        if (package.life) {
            one["valid_for_ms"] = package.life->count();
        }
        put(one, "sold_until", package.to);
        list.push_back(std::move(one));
    }
    json::object out{{"packages", std::move(list)}, {"channels", texts_json(channels)}};
    if (!tier.empty()) {
        out["tier"] = tier;
    }
    return out;
}

json::object memberships_json(std::vector<jobs::Membership> const& memberships,
                              std::vector<std::string> const& channels) {
    json::array list;
    for (auto const& membership : memberships) {
        if (membership.amount > 0 || membership.credits.value > 0) {
            list.push_back(membership_json(membership));
        }
    }
    return {{"prices", std::move(list)}, {"channels", texts_json(channels)}};
}

Refusal refusal_of(jobs::Purchased const& answer, jobs::Purchase const& what) {
    using enum jobs::PurchaseOutcome;
    switch (answer.outcome) {
        case opened:
        case repeated:
            return {};
        case key_conflict:
            return refused("order_conflict",
                           fmt::format("the idempotency key belongs to order {}, which buys "
                                       "something else; use another key",
                                       answer.order.id),
                           409, {{"order_id", answer.order.id}});
        case unknown_package:
            return no_such("package", what.package,
                           "no such package is sold now; GET /api/v1/credit/packages lists them");
        case unknown_term:
            return no_such(
                "term", what.term,
                "there is no such term; GET /api/v1/credit/membership/prices lists them");
        case not_sold:
            return refused("not_sold", "this is not sold for that", 422, {{"field", "channel"}});
        case too_many_pending:
            return too_many(answer);
        case too_long:
            return refused("membership_too_long", "nobody is a member for more than ten years",
                           409);
        case overflow:
            return refusal_of(jobs::Moved{.outcome = jobs::MoveOutcome::overflow});
        case insufficient_credits:
            return too_few(answer);
        case frozen:
            return refusal_of(jobs::Moved{.outcome = jobs::MoveOutcome::frozen});
        case stopped:
            return refusal_of(answer.moved);
    }
    return {};
}

Refusal unknown_order(std::string_view id) {
    std::string const shown{id.substr(0, 64)};
    return refused("unknown_order", fmt::format("there is no order {}", shown), 404,
                   {{"order_id", shown}});
}

}  // namespace wire
