#include "worker/http/money.h"

#include <fmt/format.h>

#include "jobs/orders.h"
#include "wire/credits_request.h"

namespace worker::http {

Language language_of_money(Call const& call) {
    return language_of(call.request.header("accept-language"), Language::chinese);
}

adapters::http::Response refuse_money(Call const& call, Problem const& problem) {
    return respond(problem, language_of_money(call));
}

wire::Tongue tongue_of(Call const& call) {
    return language_of_money(call) == Language::chinese ? wire::Tongue::chinese
                                                        : wire::Tongue::english;
}

Or<std::string> subject_in(Call const& call, wire::StrictObject const& body) {
    auto const* const named = body.object.if_contains("user_id");
    if (named == nullptr || call.caller.is_user()) {
        return subject_of(call, "");
    }
    if (!named->is_string()) {
        return std::unexpected{bad_field("user_id", "must be a string")};
    }
    auto const& text = named->get_string();
    return subject_of(call, {text.data(), text.size()});
}

Or<std::string> subject_in_path(Call const& call) {
    auto const& named = call.parts.at(0);
    if (call.caller.is_user() && call.caller.user != named) {
        return std::unexpected{not_allowed("an account is shown to its own user only")};
    }
    return subject_of(call, named);
}

Or<OrderPage> page_in_query(Call const& call) {
    constexpr int usual = 50;
    constexpr int most = 200;
    auto const limit = number_in_query(call, "limit", usual, most);
    if (!limit) {
        return std::unexpected{limit.error()};
    }
    if (*limit == 0) {
        return std::unexpected{bad_field("limit", "must be at least 1")};
    }
    OrderPage page{.before = std::string{call.request.parameter("cursor").value_or("")},
                   .limit = static_cast<int>(*limit)};
    if (!page.before.empty() && !jobs::is_order_id(page.before)) {
        return std::unexpected{bad_field("cursor", "must be the next_cursor of an earlier page")};
    }
    return page;
}

Or<base::Timestamp> time_in_query(Call const& call, std::string const& field,
                                  base::Timestamp usual) {
    auto const text = call.request.parameter(field);
    if (!text) {
        return usual;
    }
    auto at = wire::parse_time(field, *text);
    if (!at) {
        return std::unexpected{bad_field(at.error().field, at.error().what)};
    }
    return *at;
}

Problem unknown_account(std::string const& user) {
    return wire::Refusal{.code = "unknown_account",
                         .detail = fmt::format("there is no account `{}`; it comes into being "
                                               "with its first use",
                                               user),
                         .status = 404,
                         .facts = {{"user_id", user}}};
}

Problem short_of(base::Credits required, base::Credits balance, int status) {
    return wire::Refusal{.code = "insufficient_credits",
                         .detail = fmt::format("not enough credits: {} needed, {} there",
                                               required.value, balance.value),
                         .status = status,
                         .facts = {{"required", required.value}, {"balance", balance.value}}};
}

}  // namespace worker::http
