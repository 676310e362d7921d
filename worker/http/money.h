// What the calls about money share.
#pragma once

#include <string>

#include "wire/credits_json.h"
#include "worker/http/calls.h"

namespace worker::http {

template <typename T>
using Or = std::expected<T, Problem>;

// Of money it is spoken in Chinese unless the caller's languages say otherwise.
Language language_of_money(Call const& call);
wire::Tongue tongue_of(Call const& call);

// Whose account the body is about: `user_id`, or the user that calls.
Or<std::string> subject_in(Call const& call, wire::StrictObject const& body);

// Whose account the path names; a user may name nobody else.
Or<std::string> subject_in_path(Call const& call);

Problem unknown_account(std::string const& user);

// Not enough credits, with what is there and what it takes.
Problem short_of(base::Credits required, base::Credits balance, int status);

}  // namespace worker::http
