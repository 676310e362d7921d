// The keys of providers on the web. Beside those that all of them have, the variables of a
// provider's dialect are keys of its settings.
#include "config/dialect.h"
#include "config/keys.h"
#include "config/secret.h"

namespace config {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr base::Rate largest_price{1'000'000 * base::one.micros};

void read_price(Value const& value, base::Rate& into) {
    read_rate(value, into, base::Rate{}, largest_price);
}

void read_variable(Value const& value, std::string const& name, HttpProvider& into) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text || bad_byte(node.text)) {
        value.expected("text");
        return;
    }
    into.vars[name] = node.text;
}

void read_proxy(Value const& value, std::string& into) {
    read_text(value, into);
    if (!into.empty() && !into.starts_with("http://")) {
        value.mistake("expected http://HOST:PORT");
    }
}

// The dialect comes first: it says which other keys there are.
void read_dialect(Value const& value, HttpProvider& into) {
    if (value.has("dialect") == value.has("dialect_file")) {
        value.at("dialect").mistake("expected the name of a dialect, or a dialect_file");
        return;
    }
    Loaded<dialect::Dialect> loaded;
    auto const from = value.at(value.has("dialect") ? "dialect" : "dialect_file");
    if (value.has("dialect_file")) {
        std::filesystem::path file;
        read_path(from, file);
        loaded = load_dialect(file);
    } else {
        std::string name;
        read_name(from, name);
        auto const shipped = shipped_dialect(name);
        std::vector<std::string_view> known;
        for (auto const& one : shipped_dialects()) {
            known.push_back(one.name);
        }
        if (!shipped) {
            from.mistake(
                fmt::format("no dialect {}; did you mean `{}`? `tallyman providers` lists "
                            "them",
                            in_ticks(name), nearest(name, known)));
            return;
        }
        loaded = parse_dialect(std::string{shipped->yaml}, fmt::format("dialect {}", name));
    }
    for (auto const& problem : loaded.problems) {
        from.mistake(to_text(problem));
    }
    if (loaded.value) {
        into.dialect = std::move(*loaded.value);
    }
}

Key<HttpProvider> const* find(std::string_view name) {
    auto const& keys = http_provider_keys();
    auto const found = std::ranges::find(keys, name, &Key<HttpProvider>::name);
    return found == keys.end() ? nullptr : &*found;
}

void read_key(std::string const& name, Value const& value, HttpProvider& into) {
    bool const is_variable = is_among(into.dialect.vars, name, &dialect::Variable::name);
    if (auto const* key = find(name)) {
        if (key->section.empty()) {
            key->read(value, into);
        } else {
            read_keys<HttpProvider>(value, key->section, into);
        }
        bool const is_common = name == "base_url" || name == "model";
        if (is_common && !is_variable && !into.dialect.name.empty() && name != "model") {
            value.mistake("the dialect has no such variable");
        }
        return;
    }
    if (is_variable) {
        return read_variable(value, name, into);
    }
    std::vector<std::string_view> known;
    for (auto const& key : http_provider_keys()) {
        known.push_back(key.name);
    }
    for (auto const& variable : into.dialect.vars) {
        known.push_back(variable.name);
    }
    value.mistake(fmt::format("unknown key; did you mean `{}`?", nearest(name, known)));
}

void check_complete(Value const& value, HttpProvider const& provider) {
    for (auto const& variable : provider.dialect.vars) {
        bool const given = variable.value || provider.vars.contains(variable.name);
        if (!given && variable.name != "model") {  // which a route may name
            value.at(variable.name)
                .mistake(fmt::format("missing; the dialect {} needs it", provider.dialect.name));
        }
    }
    for (auto const* key : {"key", "secret"}) {
        auto const file = fmt::format("{}_file", key);
        if (value.has(key) && value.has(file)) {
            value.at(file).mistake(fmt::format("there is a {} already", key));
        }
    }
}

std::vector<Key<HttpProvider>> const call_price_keys = {
    {"per_call", [](Value const& v, HttpProvider& p) { read_price(v, p.prices.per_call); }},
    {"per_second", [](Value const& v, HttpProvider& p) { read_price(v, p.prices.per_second); }},
    {"per_1k_input_tokens",
     [](Value const& v, HttpProvider& p) { read_price(v, p.prices.per_1k_input_tokens); }},
    {"per_1k_output_tokens",
     [](Value const& v, HttpProvider& p) { read_price(v, p.prices.per_1k_output_tokens); }},
    {"per_1k_characters",
     [](Value const& v, HttpProvider& p) { read_price(v, p.prices.per_1k_characters); }},
    {"currency", [](Value const& v, HttpProvider& p) { read_name(v, p.prices.currency); }},
};

void read_time(Value const& value, std::optional<base::Millis>& into) {
    base::Millis read{};
    read_duration(value, read, milliseconds{100}, hours{2});
    into = read;
}

}  // namespace

std::vector<Key<HttpProvider>> const& http_provider_keys() {
    using Http = HttpProvider;
    static std::vector<Key<Http>> const keys = {
        {"kind", [](Value const&, Http&) {}},  // these four are already read
        {"allow_private", [](Value const&, Http&) {}},
        {"dialect", [](Value const&, Http&) {}},
        {"dialect_file", [](Value const&, Http&) {}},
        {.name = "limits", .read = [](Value const&, Http&) {}, .form = Key<Http>::Form::tree},
        {"base_url", [](Value const& v, Http& p) { read_text(v, p.vars["base_url"]); }},
        {"model", [](Value const& v, Http& p) { read_text(v, p.vars["model"]); }},
        {"key", [](Value const& v, Http& p) { read_secret(v, p.key, {.in_a_header = true}); }},
        {"key_file",
         [](Value const& v, Http& p) { read_secret_file(v, p.key, {.in_a_header = true}); }},
        {"secret",
         [](Value const& v, Http& p) { read_secret(v, p.secret, {.in_a_header = true}); }},
        {"secret_file",
         [](Value const& v, Http& p) { read_secret_file(v, p.secret, {.in_a_header = true}); }},
        {"proxy", [](Value const& v, Http& p) { read_proxy(v, p.proxy); }},
        {"ca_file", [](Value const& v, Http& p) { read_path(v, p.ca_file); }},
        {"timeout", [](Value const& v, Http& p) { read_time(v, p.timeout); }},
        {"connect_timeout", [](Value const& v, Http& p) { read_time(v, p.connect_timeout); }},
        {"max_size",
         [](Value const& v, Http& p) { read_integer(v, p.max_size, 1024, std::int64_t{1} << 32); }},
        {"cost", nullptr, call_price_keys},
        {"on_doubt",
         [](Value const& v, Http& p) {
             using dialect::OnDoubt;
             read_word<OnDoubt>(v, p.dialect.on_doubt,
                                {{"park", OnDoubt::park},
                                 {"resubmit", OnDoubt::resubmit},
                                 {"resubmit_once", OnDoubt::resubmit_once},
                                 {"refund", OnDoubt::refund}});
         }},
    };
    return keys;
}

HttpProvider read_http_provider(Value const& value) {
    HttpProvider provider;
    read_dialect(value, provider);
    for_each_key(
        value, [&](std::string const& name, Value const& item) { read_key(name, item, provider); });
    check_complete(value, provider);
    return provider;
}

}  // namespace config
