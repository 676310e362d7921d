// What the calls about money share.
#pragma once

#include <expected>
#include <string>
#include <type_traits>
#include <utility>

#include "wire/credits_json.h"
#include "wire/json.h"
#include "worker/http/calls.h"

namespace worker::http {

template <typename T>
using Or = std::expected<T, Problem>;

// Of money it is spoken in Chinese unless the caller asks for English.
Language language_of_money(Call const& call);
wire::Tongue tongue_of(Call const& call);
adapters::http::Response refuse_money(Call const& call, Problem const& problem);

// Whose account the body is about: `user_id`, or the user that calls.
Or<std::string> subject_in(Call const& call, wire::StrictObject const& body);

// What `parse` makes of the body and of whose account it is about; or what is wrong with them.
template <typename Parse>
auto asked_for(Call const& call, Parse parse)
    -> Or<typename std::invoke_result_t<Parse, wire::StrictObject const&,
                                        std::string const&>::value_type> {
    auto const body = body_of(call);
    if (!body) {
        return std::unexpected{body.error()};
    }
    auto const user = subject_in(call, *body);
    if (!user) {
        return std::unexpected{user.error()};
    }
    auto what = parse(*body, *user);
    if (!what) {
        return std::unexpected{Problem{wire::refusal_of(what.error())}};
    }
    return std::move(*what);
}

// Whose account the path names; a user may name nobody else.
Or<std::string> subject_in_path(Call const& call);

// The balance and the history of that account; credits_views.cpp.
adapters::http::Response balance_of(Call const& call, std::string const& user);
adapters::http::Response history_of(Call const& call, std::string const& user);

// `cursor` and `limit` of a list of orders.
struct OrderPage {
    std::string before;
    int limit = 50;
};

Or<OrderPage> page_in_query(Call const& call);

// A time in the query, or what is used where there is none.
Or<base::Timestamp> time_in_query(Call const& call, std::string const& field,
                                  base::Timestamp usual);

Problem unknown_account(std::string const& user);

// Not enough credits, with what is there and what it takes.
Problem short_of(base::Credits required, base::Credits balance, int status);

}  // namespace worker::http
