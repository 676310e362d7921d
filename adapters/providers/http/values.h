// What the names of a dialect stand for in one call, and templates filled with them. Values go into
// bodies as JSON and into URLs percent-encoded: never as text that could mean something else there.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/provider.h"
#include "adapters/providers/http/json.h"
#include "dialect/dialect.h"

namespace adapters::providers::http {

// What is the same for all calls of one provider.
struct Account {
    dialect::Dialect dialect;
    std::map<std::string, std::string> vars;  // what the settings say
    std::string key;
    std::string secret;
};

struct Values {
    Account const& account;
    Call const& call;
    std::string task = {};
    Json const* answer = nullptr;
    std::optional<Json> prepared = {};
    int page = 0;
    mutable std::optional<Json> input = {};  // read when it is asked for: most polls don't
};

Values values_of(Account const& account, Call const& call);

// Nothing where it has no value: not there, null, or an empty text.
std::optional<Json> value_of(dialect::Name const& name, Values const& values);

using Text = std::expected<std::string, std::string>;  // or what is missing, for people

Text fill(dialect::Template const& text, Values const& values);

// What is inserted is percent-encoded, but for the operator's own variables.
Text fill_url(dialect::Template const& text, Values const& values);

// Nothing: it is left out.
std::expected<std::optional<Json>, std::string> fill(dialect::Tree const& tree,
                                                     Values const& values);

// Our own name for the task.
Text client_key(Values const& values);

// What an answer is judged by; of none, and where there is no body, only `of` tests can hold.
struct Judged {
    unsigned status = 0;
    Json const* body = nullptr;
};

bool holds(dialect::Predicate const& predicate, Values const& values, Judged const& judged);
bool hold(dialect::Predicates const& predicates, Values const& values, Judged const& judged);

}  // namespace adapters::providers::http
