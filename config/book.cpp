// Reads a price book. A key that its mode has no use for is a mistake: whoever wrote it meant
// another price than the one that would be charged.
#include "pricing/book.h"

#include <algorithm>
#include <map>

#include "config/load.h"
#include "config/value.h"

namespace config {

namespace {

using pricing::CancelRule;
using pricing::Measure;
using pricing::Mode;
using pricing::Overrun;
using pricing::Terms;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using Tiers = std::map<std::string, base::Rate, std::less<>>;

constexpr base::Rate smallest{1};
constexpr base::Rate thousand{1'000 * base::one.micros};
constexpr base::Rate million{1'000'000 * base::one.micros};

struct Draft {
    pricing::Period period;
    bool has_mode = false;
    bool has_measure = false;
    std::vector<Value> changes;
};

void read_tiers(Value const& value, Tiers& tiers) {
    for_each_key(value, [&](std::string const& name, Value const& multiplier) {
        if (!is_name(name)) {
            multiplier.mistake("not a name of letters, digits, `_`, `-` and `.`");
        }
        read_rate(multiplier, tiers[name], smallest, thousand);
    });
}

Terms& terms(Draft& draft) {
    return draft.period.terms;
}

// Of a price of another mode only what does not depend on the mode lives on.
void start_afresh(Mode mode, Draft& draft) {
    auto const before = std::exchange(terms(draft), Terms{.mode = mode});
    if (mode != Mode::free) {
        terms(draft).on_cancel = before.on_cancel;
        terms(draft).members_free = before.members_free;
    }
    draft.has_measure = false;
}

void read_mode(Value const& value, Draft& draft) {
    auto mode = terms(draft).mode;
    draft.has_mode = false;
    for (auto const known : {Mode::fixed, Mode::duration, Mode::free}) {
        if (value.node().kind == Node::Kind::text && value.node().text == to_text(known)) {
            draft.has_mode = true;
            mode = known;
        }
    }
    if (!draft.has_mode) {
        value.expected("fixed, duration or free");
    }
    if (mode != terms(draft).mode) {
        start_afresh(mode, draft);
    }
}

using Keys = std::vector<Key<Draft>>;

// `mode` is read before all others, because it may start them afresh.
Keys const period_keys = {
    {"mode", [](Value const&, Draft&) {}},
    {"credits", [](Value const& v, Draft& d) { read_credits(v, terms(d).credits, 1); }},
    {"per_second",
     [](Value const& v, Draft& d) { read_rate(v, terms(d).per_second, smallest, million); }},
    {"measure",
     [](Value const& v, Draft& d) {
         d.has_measure = true;
         read_word<Measure>(v, terms(d).measure,
                            {{"input", Measure::input},
                             {"output", Measure::output},
                             {"declared", Measure::declared}});
     }},
    {"increment", [](Value const& v,
                     Draft& d) { read_duration(v, terms(d).increment, milliseconds{1}, days{1}); }},
    {"minimum", [](Value const& v, Draft& d) { read_credits(v, terms(d).minimum, 0); }},
    {"grace",
     [](Value const& v, Draft& d) { read_duration(v, terms(d).grace, milliseconds{0}, hours{1}); }},
    {"estimate",
     [](Value const& v, Draft& d) { read_rate(v, terms(d).estimate, smallest, thousand); }},
    {"overrun",
     [](Value const& v, Draft& d) {
         read_word<Overrun>(
             v, terms(d).overrun,
             {{"absorb", Overrun::absorb}, {"charge", Overrun::charge}, {"debt", Overrun::debt}});
     }},
    {"on_cancel",
     [](Value const& v, Draft& d) {
         read_word<CancelRule>(v, terms(d).on_cancel,
                               {{"full", CancelRule::full}, {"none", CancelRule::none}});
     }},
    {"members",
     [](Value const& v, Draft& d) {
         read_word<bool>(v, terms(d).members_free, {{"pay", false}, {"free", true}});
     }},
    {"tiers", [](Value const& v, Draft& d) { read_tiers(v, d.period.tiers); }},
};

Keys with(Keys keys, Key<Draft> more) {
    keys.push_back(std::move(more));
    return keys;
}

Keys const service_price_keys = with(
    with(period_keys, {"from", [](Value const& v,
                                  Draft&) { v.mistake("only an item of `changes` has a date"); }}),
    {"changes", [](Value const& v, Draft& d) {
         for_each_item(v, [&](Value const& item) { d.changes.push_back(item); });
     }});

Keys const change_keys =
    with(period_keys, {"from", [](Value const& v, Draft& d) { read_date(v, d.period.from); }});

bool is_used(std::string_view key, Terms const& terms) {
    constexpr std::string_view always[] = {"mode", "from", "changes"};
    constexpr std::string_view paid[] = {"on_cancel", "members", "tiers"};
    constexpr std::string_view timed[] = {"per_second", "measure", "increment",
                                          "minimum",    "grace",   "overrun"};
    if (is_among(always, key)) {
        return true;
    }
    switch (terms.mode) {
        case Mode::free:
            return false;
        case Mode::fixed:
            return key == "credits" || is_among(paid, key);
        case Mode::duration:
            return is_among(timed, key) || is_among(paid, key) ||
                   (key == "estimate" && terms.measure == Measure::output);
    }
    return false;
}

void check_used(Value const& value, Terms const& terms) {
    for (std::size_t at = 0; at < value.node().keys.size(); ++at) {
        auto const& key = value.node().keys[at];
        bool const known = is_among(period_keys, key, &Key<Draft>::name);
        if (!known || is_used(key, terms)) {
            continue;
        }
        bool const by_measure = key == "estimate" && terms.mode == Mode::duration;
        value.item(at).mistake(
            by_measure ? "only used with `measure: output`"
                       : fmt::format("not used by a price of mode {}", to_text(terms.mode)));
    }
}

void check_complete(Value const& value, Draft const& draft) {
    auto const& terms = draft.period.terms;
    auto const need = [&](std::string_view key, bool present) {
        if (!present && !value.has(key)) {
            value.at(key).mistake(fmt::format("missing; mode {} needs it", to_text(terms.mode)));
        }
    };
    switch (terms.mode) {
        case Mode::free:
            return;
        case Mode::fixed:
            need("credits", terms.credits.value > 0);
            return;
        case Mode::duration:
            need("per_second", terms.per_second.micros > 0);
            need("measure", draft.has_measure);
            if (terms.measure == Measure::output && terms.estimate.micros == 0 &&
                !value.has("estimate")) {
                value.at("estimate").mistake("missing; `measure: output` needs it");
            }
            return;
    }
}

// Reads one period on top of what `draft` has from the one before it.
void read_period(Value const& value, Keys const& keys, Draft& draft) {
    if (value.has("mode")) {
        read_mode(value.at("mode"), draft);
    }
    read_keys<Draft>(value, keys, draft);
    if (draft.has_mode) {
        check_used(value, draft.period.terms);
        check_complete(value, draft);
    }
    if (draft.period.terms.measure != Measure::output) {
        draft.period.terms.estimate = {};
    }
}

void read_change(Value const& value, Draft& draft, std::vector<pricing::Period>& periods) {
    if (value.node().kind != Node::Kind::map) {
        value.expected("a map of keys and values");
        return;
    }
    auto const before = periods.back().from;
    read_period(value, change_keys, draft);
    if (!value.has("from")) {
        value.at("from").mistake("missing; expected the date from which this holds");
    } else if (draft.period.from <= before && periods.size() > 1) {
        value.at("from").mistake("expected a date later than that of the change before it");
    } else if (draft.period.from <= before) {
        value.at("from").mistake("expected a date after 1970-01-01");
    }
    periods.push_back(draft.period);
}

std::vector<pricing::Period> read_service(Value const& value, Tiers const& tiers) {
    if (value.node().kind != Node::Kind::map) {
        value.expected("a map of keys and values");
        return {};
    }
    Draft draft{.period = {.tiers = tiers}};
    if (!value.has("mode")) {
        value.at("mode").mistake("missing; expected fixed, duration or free");
    }
    read_period(value, service_price_keys, draft);
    std::vector<pricing::Period> periods{draft.period};
    for (auto const& change : std::exchange(draft.changes, {})) {
        read_change(change, draft, periods);
    }
    for (auto& period : periods) {
        if (period.terms.mode == Mode::free) {
            period.tiers.clear();  // so that equal prices are equal books
        }
    }
    return periods;
}

struct Sheet {
    Tiers tiers;
    pricing::Book book;
};

void read_prices(Value const& value, Sheet& sheet) {
    for_each_key(value, [&](std::string const& name, Value const& service) {
        if (!is_name(name)) {
            service.mistake("not a name of letters, digits, `_`, `-` and `.`");
        }
        sheet.book.services[name] = read_service(service, sheet.tiers);
    });
}

std::vector<Key<Sheet>> const sheet_keys = {
    {"tiers", [](Value const&, Sheet&) {}},  // read before the services that they are for
    {"services", read_prices},
};

}  // namespace

Loaded<pricing::Book> parse_book(std::string const& yaml, std::string const& name) {
    Loaded<pricing::Book> loaded;
    auto& problems = loaded.problems;
    auto const tree = parse_tree(yaml, name, problems);
    if (!tree) {
        return loaded;
    }
    Value const root{*tree, name, "", problems};
    Sheet sheet;
    if (root.has("tiers")) {
        read_tiers(root.at("tiers"), sheet.tiers);
    }
    read_keys<Sheet>(root, sheet_keys, sheet);
    if (problems.empty() && sheet.book.services.empty()) {
        root.at("services").mistake("missing; expected the services and their prices");
    }
    sort_problems(problems);
    if (problems.empty()) {
        sheet.book.version = version_of(sheet.book);
        loaded.value = std::move(sheet.book);
    }
    return loaded;
}

Loaded<pricing::Book> load_book(std::filesystem::path const& file) {
    Loaded<pricing::Book> loaded;
    auto const text = read_text_file(file, loaded.problems);
    return text ? parse_book(*text, file.string()) : loaded;
}

pricing::Book default_book() {
    auto loaded = parse_book(std::string{shipped_prices()}, "built-in prices");
    CHECK(loaded.value.has_value());
    return std::move(*loaded.value);
}

}  // namespace config
