#include "adapters/providers/http/values.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/credits.h"
#include "base/sha256.h"
#include "base/text.h"

namespace adapters::providers::http {

namespace {

using dialect::Cast;
using dialect::Name;
using dialect::Source;
using dialect::Tree;

using Filled = std::expected<std::optional<Json>, std::string>;

std::optional<Json> something(Json const* json) {
    bool const nothing = json == nullptr || json->kind == Json::Kind::null ||
                         (json->kind == Json::Kind::text && json->value.empty());
    return nothing ? std::nullopt : std::optional{*json};
}

std::optional<Json> some_text(std::string text) {
    return text.empty() ? std::nullopt : std::optional{text_json(std::move(text))};
}

Json number(std::string digits) {
    return {.kind = Json::Kind::number, .value = std::move(digits), .keys = {}, .items = {}};
}

// From 0 to 2^31 - 1, the same for every try of one charge: for providers that echo a seed.
std::uint32_t seed_of(std::string const& key) {
    auto const hash = base::sha256(key);
    std::uint32_t seed = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        seed = seed << 8U | static_cast<std::uint8_t>(hash[i]);
    }
    return seed & 0x7fffffffU;
}

std::optional<Json> of_job(std::string const& word, Call const& call) {
    if (word == "id") {
        return number(fmt::to_string(call.job.value));
    }
    if (word == "attempt") {
        return number(fmt::to_string(call.attempt));
    }
    if (word == "seed") {
        return number(fmt::to_string(seed_of(call.key)));
    }
    return some_text(word == "key"       ? call.key
                     : word == "user"    ? call.user
                     : word == "service" ? call.service
                     : word == "trace"   ? call.trace
                                         : call.hint_url);
}

std::optional<Json> of_variable(std::string const& name, Values const& values) {
    if (name == "model" && !values.call.model.empty()) {
        return text_json(values.call.model);
    }
    auto const& dialect = values.account.dialect;
    auto const let = std::ranges::find(dialect.let, name, &std::pair<std::string, Tree>::first);
    if (let != dialect.let.end()) {
        auto filled = fill(let->second, values);
        return filled && *filled ? something(&**filled) : std::nullopt;
    }
    if (auto const set = values.account.vars.find(name); set != values.account.vars.end()) {
        return some_text(set->second);
    }
    auto const var = std::ranges::find(dialect.vars, name, &dialect::Variable::name);
    return var == dialect.vars.end() ? std::nullopt : some_text(var->value.value_or(""));
}

bool is_operators(Name const& name, Values const& values) {
    auto const& let = values.account.dialect.let;
    return name.source == Source::variable &&
           std::ranges::find(let, name.text, &std::pair<std::string, Tree>::first) == let.end();
}

std::string missing(Name const& name) {
    return fmt::format("`{}` has no value", name.text);
}

template <typename Change>
Text fill_with(dialect::Template const& text, Values const& values, Change change) {
    std::string filled;
    for (auto const& piece : text.pieces) {
        if (!piece.is_name) {
            filled += piece.text;
            continue;
        }
        auto const value = value_of(piece.name, values);
        if (!value && !piece.optional) {
            return std::unexpected{missing(piece.name)};
        }
        auto changed = change(piece.name, value ? plain(*value) : piece.text);
        if (!changed) {
            return changed;
        }
        filled += *changed;
    }
    return filled;
}

Filled as_number(Json const& value, bool whole) {
    auto const text = plain(value);
    auto const parsed = parse_json(text);
    bool const good = whole ? base::parse_integer(text).has_value()
                            : parsed && parsed->kind == Json::Kind::number;
    if (!good) {
        return std::unexpected{std::string{whole ? "is not a whole number" : "is not a number"}};
    }
    return number(text);
}

Filled cast_to(Cast cast, Json value) {
    switch (cast) {
        case Cast::as_is:
            break;
        case Cast::text:
            return text_json(plain(value));
        case Cast::integer:
            return as_number(value, true);
        case Cast::number:
            return as_number(value, false);
        case Cast::boolean: {
            auto const text = plain(value);
            if (text != "true" && text != "false") {
                return std::unexpected{std::string{"is neither true nor false"}};
            }
            return Json{.kind = Json::Kind::boolean, .value = text, .keys = {}, .items = {}};
        }
        case Cast::list:
            if (value.kind != Json::Kind::list) {
                Json list{.kind = Json::Kind::list, .value = {}, .keys = {}, .items = {}};
                list.items.push_back(std::move(value));
                return list;
            }
            break;
        case Cast::json: {
            auto parsed = parse_json(plain(value));
            if (!parsed) {
                return std::unexpected{std::string{"is not JSON"}};
            }
            return parsed;
        }
    }
    return value;
}

Filled fill_insert(Tree const& tree, Values const& values) {
    auto value = value_of(tree.name, values);
    for (auto const& other : tree.others) {
        value = value ? std::move(value) : value_of(other, values);
    }
    if (value) {
        auto const text = plain(*value);
        auto const mapped =
            std::ranges::find(tree.map, text, [](auto const& m) { return m.first; });
        if (mapped != tree.map.end()) {
            return parse_json(mapped->second);
        }
        auto cast = cast_to(tree.cast, std::move(*value));
        return cast ? std::move(cast)
                    : Filled{std::unexpected{fmt::format("`{}` {}", tree.name.text, cast.error())}};
    }
    if (tree.fallback) {
        return parse_json(*tree.fallback);
    }
    return tree.required ? Filled{std::unexpected{missing(tree.name)}} : Filled{std::nullopt};
}

Filled fill_text(Tree const& tree, Values const& values) {
    if (tree.text.is_lone() && !tree.text.pieces.front().optional) {
        return value_of(tree.text.pieces.front().name, values);
    }
    auto text = fill(tree.text, values);
    return text ? Filled{text_json(std::move(*text))} : Filled{std::unexpected{text.error()}};
}

Filled fill_many(Tree const& tree, Values const& values) {
    bool const object = tree.kind == Tree::Kind::object;
    Json whole{.kind = object ? Json::Kind::object : Json::Kind::list,
               .value = {},
               .keys = {},
               .items = {}};
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
        auto item = fill(tree.items[i], values);
        if (!item) {
            return item;
        }
        if (!*item) {
            continue;
        }
        if (object) {
            whole.keys.push_back(tree.keys[i]);
        }
        whole.items.push_back(std::move(**item));
    }
    bool const emptied = whole.items.empty() && !tree.items.empty();
    return emptied ? Filled{std::nullopt} : Filled{std::move(whole)};
}

Json const& input_of(Values const& values) {
    if (!values.input) {
        values.input = parse_json(values.call.input).value_or(Json{});
    }
    return *values.input;
}

bool matches(std::string const& text, Json const& value, dialect::Predicate const& predicate,
             Values const& values) {
    using dialect::Test;
    return std::ranges::any_of(predicate.values, [&](dialect::Template const& wanted) {
        auto const other = fill(wanted, values);
        if (!other) {
            return false;
        }
        switch (predicate.test) {
            case Test::prefix:
                return text.starts_with(*other);
            case Test::contains:
                return value.kind == Json::Kind::list
                           ? std::ranges::any_of(value.items,
                                                 [&](Json const& i) { return plain(i) == *other; })
                           : text.contains(*other);
            case Test::is:
            case Test::is_not:
            case Test::in:
            case Test::exists:
                return text == *other;
        }
        return false;
    });
}

}  // namespace

Values values_of(Account const& account, Call const& call) {
    return {.account = account, .call = call};
}

std::optional<Json> value_of(Name const& name, Values const& values) {
    switch (name.source) {
        case Source::variable:
            return of_variable(name.text, values);
        case Source::input:
            return something(at(input_of(values), name.steps));
        case Source::job:
            return of_job(name.steps.front(), values.call);
        case Source::key:
            return some_text(values.account.key);
        case Source::secret:
            return some_text(values.account.secret);
        case Source::task:
            return some_text(values.task);
        case Source::client_key:
            return some_text(client_key(values).value_or(""));
        case Source::page:
            return number(fmt::to_string(values.page));
        case Source::answer:
            return values.answer == nullptr ? std::nullopt
                                            : something(at(*values.answer, name.steps));
        case Source::prepared:
            return values.prepared ? something(at(*values.prepared, name.steps)) : std::nullopt;
    }
    return std::nullopt;
}

Text fill(dialect::Template const& text, Values const& values) {
    return fill_with(text, values, [](Name const&, std::string value) { return Text{value}; });
}

Text fill_url(dialect::Template const& text, Values const& values) {
    return fill_with(text, values, [&](Name const& name, std::string value) -> Text {
        if (is_operators(name, values)) {
            return value;
        }
        if (value.find_first_not_of('.') == std::string::npos) {
            return std::unexpected{fmt::format("`{}` can't be part of a URL", name.text)};
        }
        return base::percent_encoded(value);
    });
}

Filled fill(Tree const& tree, Values const& values) {
    switch (tree.kind) {
        case Tree::Kind::literal:
            return parse_json(tree.literal);
        case Tree::Kind::text:
            return fill_text(tree, values);
        case Tree::Kind::insert:
            return fill_insert(tree, values);
        case Tree::Kind::choice:
            if (hold(tree.when, values, {})) {
                return fill(tree.items[0], values);
            }
            return tree.items.size() > 1 ? fill(tree.items[1], values) : Filled{std::nullopt};
        case Tree::Kind::list:
        case Tree::Kind::object:
            return fill_many(tree, values);
    }
    return std::nullopt;
}

Text client_key(Values const& values) {
    return fill(values.account.dialect.client_key.format, values);
}

bool holds(dialect::Predicate const& predicate, Values const& values, Judged const& judged) {
    using dialect::Test;
    std::optional<Json> own;
    if (predicate.of_status) {
        own = number(fmt::to_string(judged.status));
    } else if (predicate.name) {
        own = value_of(*predicate.name, values);
    }
    auto const* value = own ? &*own : nullptr;
    if (!predicate.of_status && !predicate.name && judged.body != nullptr) {
        value = first_of(*judged.body, predicate.at);
    }
    if (predicate.test == Test::exists) {
        return (value != nullptr) == predicate.wanted;
    }
    auto const text = value == nullptr ? "null" : plain(*value);
    bool const found = matches(text, value == nullptr ? Json{} : *value, predicate, values);
    return predicate.test == Test::is_not ? !found : found;
}

bool hold(dialect::Predicates const& predicates, Values const& values, Judged const& judged) {
    return std::ranges::all_of(predicates, [&](auto const& p) { return holds(p, values, judged); });
}

}  // namespace adapters::providers::http
