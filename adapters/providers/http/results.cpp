#include "adapters/providers/http/results.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/providers/http/bytes.h"
#include "adapters/providers/http/requests.h"
#include "adapters/providers/text.h"

namespace adapters::providers::http {

namespace {

using dialect::From;
using dialect::Thing;
using Problem = std::unexpected<std::string>;

struct Gathering {
    Product const& product;
    Values const& values;
    Json result = object_json();
    Taken taken = {};
};

std::string type_of(Thing const& thing, Gathering const& gathering) {
    auto const type = fill(thing.type, gathering.values);
    if (type && !type->empty()) {
        return *type;
    }
    return thing.from == From::bytes
               ? one_line(gathering.product.heard.answer.header("content-type"), 100)
               : std::string{};
}

std::string free_name(std::string const& role, std::string const& type, Taken const& taken) {
    auto const extension = extension_of(type);
    auto name = fmt::format("{}.{}", role, extension);
    for (int i = 2; std::ranges::find(taken.files, name, &FileMade::name) != taken.files.end();
         ++i) {
        name = fmt::format("{}-{}.{}", role, i, extension);
    }
    return name;
}

std::expected<void, std::string> add_file(Thing const& thing, std::string bytes,
                                          Gathering& gathering) {
    if (bytes.empty() || (thing.role != "subtitles" && is_text_page(bytes))) {
        return Problem{
            fmt::format("its {} is {}", thing.role, bytes.empty() ? "empty" : "a page of text")};
    }
    auto const type = type_of(thing, gathering);
    auto name = free_name(thing.role, type, gathering.taken);
    gathering.taken.verdict.made.push_back(
        {.role = thing.role, .url = {}, .headers = {}, .file = name, .type = type});
    gathering.taken.files.push_back({std::move(name), std::move(bytes)});
    return {};
}

std::expected<void, std::string> add_link(Thing const& thing, std::string url,
                                          Gathering& gathering) {
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
        return Problem{fmt::format("the link to its {} is none", thing.role)};
    }
    auto const& product = gathering.product;
    // Our key goes to nobody but whom it is for.
    bool const ours = thing.with_auth && origin_of(url) == product.origin;
    gathering.taken.verdict.made.push_back({.role = thing.role,
                                            .url = std::move(url),
                                            .headers = ours ? product.proof : WebHeaders{},
                                            .file = {},
                                            .type = type_of(thing, gathering)});
    return {};
}

std::expected<void, std::string> add_value(Thing const& thing, Json const& value,
                                           Gathering& gathering) {
    auto const text = plain(value);
    switch (thing.from) {
        case From::url:
            return add_link(thing, text, gathering);
        case From::text:
            gathering.result.member(thing.role) = value;
            return {};
        case From::base64:
        case From::hex: {
            auto bytes = decoded(text, thing.from == From::hex);
            return bytes ? add_file(thing, std::move(*bytes), gathering)
                         : Problem{fmt::format("its {} can't be decoded", thing.role)};
        }
        case From::bytes:
        case From::stream:
            break;
    }
    return {};
}

std::expected<void, std::string> add_from(Thing const& thing, Json const& body,
                                          Gathering& gathering) {
    auto const* found = first_of(body, thing.at);
    bool const empty =
        found == nullptr || (found->kind == Json::Kind::text && found->value.empty());
    if (!empty) {
        return add_value(thing, *found, gathering);
    }
    return thing.optional ? std::expected<void, std::string>{}
                          : Problem{fmt::format("its answer has no {}", thing.role)};
}

std::expected<void, std::string> add_each(Thing const& thing, Gathering& gathering) {
    auto const& body = *gathering.product.heard.body;
    auto const* list = at(body, thing.each.steps);
    if (list == nullptr || list->kind != Json::Kind::list || list->items.empty()) {
        return thing.optional ? std::expected<void, std::string>{}
                              : Problem{fmt::format("its answer has no {}", thing.role)};
    }
    for (auto const& item : list->items) {
        if (auto const added = add_from(thing, item, gathering); !added) {
            return added;
        }
    }
    return {};
}

std::expected<void, std::string> add(Thing const& thing, Gathering& gathering) {
    auto const& product = gathering.product;
    if (thing.from == From::bytes) {
        return add_file(thing, product.heard.answer.body, gathering);
    }
    if (thing.from == From::stream) {
        return add_file(thing, product.streamed == nullptr ? "" : *product.streamed, gathering);
    }
    if (thing.location) {
        auto const url = fill_url(*thing.location, gathering.values);
        return url ? add_link(thing, *url, gathering) : Problem{url.error()};
    }
    if (!product.heard.body) {
        return Problem{std::string{"its answer is not JSON"}};
    }
    return thing.in_list ? add_each(thing, gathering)
                         : add_from(thing, *product.heard.body, gathering);
}

void add_fields(Gathering& gathering) {
    for (auto const& field : gathering.values.account.dialect.result.fields) {
        if (field.value) {
            auto const lone = field.value->is_lone();
            auto const value =
                lone ? value_of(field.value->pieces.front().name, gathering.values) : std::nullopt;
            auto const text = lone ? Text{""} : fill(*field.value, gathering.values);
            if (value) {
                gathering.result.member(field.name) = *value;
            } else if (text && !text->empty()) {
                gathering.result.member(field.name) = text_json(*text);
            }
            continue;
        }
        auto const& body = gathering.product.heard.body;
        auto const* found = body ? first_of(*body, field.at) : nullptr;
        if (found != nullptr) {
            gathering.result.member(field.name) = *found;
        }
    }
}

// Why it is no result although it came as one; empty where it is.
bool is_moderated(Gathering& gathering) {
    auto const& finish = gathering.values.account.dialect.result.finish;
    auto const& body = gathering.product.heard.body;
    auto const* found = body ? first_of(*body, finish.at) : nullptr;
    auto const word = found == nullptr ? std::string{} : plain(*found);
    if (std::ranges::find(finish.truncated, word) != finish.truncated.end()) {
        gathering.result.member("truncated") =
            Json{.kind = Json::Kind::boolean, .value = "true", .keys = {}, .items = {}};
    }
    return std::ranges::find(finish.moderated, word) != finish.moderated.end();
}

std::optional<base::Millis> duration_of(Heard const& heard, dialect::Result const& result) {
    auto const* found = heard.body ? first_of(*heard.body, result.duration) : nullptr;
    auto const length = found == nullptr ? std::nullopt : base::parse_rate(plain(*found));
    if (!length) {
        return std::nullopt;
    }
    auto const scale = result.duration_unit == dialect::LengthUnit::s ? 1'000 : 1'000'000;
    return base::Millis{length->micros / scale};
}

std::int64_t count_in(Json const* usage, std::initializer_list<std::string_view> names) {
    for (auto const name : names) {
        auto const* found = usage == nullptr ? nullptr : usage->find(name);
        auto const count = found == nullptr ? std::nullopt : base::parse_integer(plain(*found));
        if (count && *count > 0) {
            return *count;
        }
    }
    return 0;
}

// So many thousandths of that rate, rounded up; nothing where it can't be told in 64 bits.
bool add_up(std::int64_t& sum, base::Rate rate, std::int64_t thousandths) {
    std::int64_t product = 0;
    return !__builtin_mul_overflow(rate.micros, thousandths, &product) &&
           !__builtin_add_overflow(sum, product / 1'000 + (product % 1'000 != 0 ? 1 : 0), &sum);
}

std::optional<Cost> cost_by_prices(Json const* usage, Prices const& prices,
                                   std::optional<base::Millis> duration) {
    if (prices.currency.empty()) {
        return std::nullopt;
    }
    Cost cost{.micros = prices.per_call.micros, .currency = prices.currency};
    bool const told = add_up(cost.micros, prices.per_1k_input_tokens,
                             count_in(usage, {"prompt_tokens", "input_tokens"})) &&
                      add_up(cost.micros, prices.per_1k_output_tokens,
                             count_in(usage, {"completion_tokens", "output_tokens"})) &&
                      add_up(cost.micros, prices.per_1k_characters,
                             count_in(usage, {"usage_characters", "characters"})) &&
                      add_up(cost.micros, prices.per_second, duration ? duration->count() : 0);
    return told ? std::optional{cost} : std::nullopt;
}

// A decimal with more places than six is rounded up to six.
std::optional<std::int64_t> micros_of(std::string text) {
    auto const point = text.find('.');
    bool more = false;
    if (point != std::string::npos && text.size() > point + 7) {
        more = text.find_first_not_of('0', point + 7) != std::string::npos;
        text.resize(point + 7);
    }
    auto const rate = base::parse_rate(text);
    return rate ? std::optional{rate->micros + (more ? 1 : 0)} : std::nullopt;
}

}  // namespace

std::optional<Cost> cost_of(Heard const& heard, Values const& values, Prices const& prices,
                            std::optional<base::Millis> duration) {
    auto const& result = values.account.dialect.result;
    auto const said = text_at(result.cost.at, heard);
    auto const micros = said ? micros_of(*said) : std::nullopt;
    auto const per = base::parse_rate(result.cost.per);
    std::int64_t product = 0;
    if (micros && per && !__builtin_mul_overflow(*micros, per->micros, &product)) {
        return Cost{.micros = product / base::one.micros, .currency = result.cost.currency};
    }
    return cost_by_prices(heard.body ? first_of(*heard.body, result.usage) : nullptr, prices,
                          duration);
}

std::expected<Taken, std::string> take(Product const& product, Values const& values,
                                       Prices const& prices, base::Timestamp now) {
    auto const& result = values.account.dialect.result;
    Gathering gathering{.product = product, .values = values};
    auto& verdict = gathering.taken.verdict;
    if (is_moderated(gathering)) {
        auto const refusal = refusal_in(product.heard, values, dialect::During::task, now);
        verdict = {.fate = Fate::failed_final,
                   .blame = Blame::content,
                   .code = "moderation",
                   .message = "the provider's moderation: " + refusal.message};
    } else {
        add_fields(gathering);
        for (auto const& thing : result.made) {
            if (auto const added = add(thing, gathering); !added) {
                return Problem{added.error()};
            }
        }
        verdict.fate = Fate::completed;
        verdict.progress = 100;
        verdict.result = to_text(gathering.result);
        verdict.duration = duration_of(product.heard, result);
    }
    auto const& body = product.heard.body;
    auto const* usage = body ? first_of(*body, result.usage) : nullptr;
    verdict.usage = usage == nullptr ? "" : to_text(*usage);
    verdict.cost = cost_of(product.heard, values, prices, verdict.duration);
    verdict.request_id =
        one_line(text_at(values.account.dialect.request_id, product.heard).value_or(""), 128);
    return std::move(gathering.taken);
}

}  // namespace adapters::providers::http
