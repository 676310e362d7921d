// What a dialect takes from an answer: the result, what it cost, what its errors mean.
#include <algorithm>

#include "config/dialect_parts.h"

namespace config {

namespace {

using dialect::From;
using dialect::Result;
using dialect::Thing;

struct ThingDraft {
    Thing& thing;
    Frame const& frame;
};

void read_from(Value const& value, ThingDraft& draft, From from) {
    draft.thing.from = from;
    read_pointers(value, draft.thing.at);
}

// A pointer to it, or where it is.
void read_location(Value const& value, ThingDraft& draft) {
    auto const& node = value.node();
    if (node.kind == Node::Kind::text && !node.text.starts_with('/')) {
        read_template(value, draft.thing.location.emplace(), draft.frame);
    } else {
        read_from(value, draft, From::url);
    }
}

void read_bytes(Value const& value, ThingDraft& draft) {
    read_word<From>(value, draft.thing.from, {{"body", From::bytes}, {"stream", From::stream}});
}

std::vector<Key<ThingDraft>> const thing_keys = {
    {"role", [](Value const& v, ThingDraft& d) { read_name(v, d.thing.role); }},
    {"url", read_location},
    {"base64", [](Value const& v, ThingDraft& d) { read_from(v, d, From::base64); }},
    {"hex", [](Value const& v, ThingDraft& d) { read_from(v, d, From::hex); }},
    {"text", [](Value const& v, ThingDraft& d) { read_from(v, d, From::text); }},
    {"bytes", read_bytes},
    {"each",
     [](Value const& v, ThingDraft& d) {
         d.thing.in_list = true;
         read_pointer(v, d.thing.each);
     }},
    {"type", [](Value const& v, ThingDraft& d) { read_template(v, d.thing.type, d.frame); }},
    {"headers",
     [](Value const& v, ThingDraft& d) {
         read_word<bool>(v, d.thing.with_auth, {{"auth", true}, {"none", false}});
     }},
    {"optional", [](Value const& v, ThingDraft& d) { read_flag(v, d.thing.optional); }},
};

struct ResultDraft {
    Result& result;
    Frame const& frame;
};

void read_made(Value const& value, ResultDraft& draft) {
    for_each_item(value, [&](Value const& item) {
        ThingDraft thing{draft.result.made.emplace_back(), draft.frame};
        read_keys<ThingDraft>(item, thing_keys, thing);
        constexpr std::string_view sources[] = {"url", "base64", "hex", "text", "bytes"};
        if (std::ranges::count_if(sources, [&](auto key) { return item.has(key); }) != 1) {
            item.mistake("expected one of url, base64, hex, text and bytes");
        }
        if (!item.has("role")) {
            item.at("role").mistake("missing; expected audio, video, image, text or subtitles");
        }
    });
}

void read_fields(Value const& value, ResultDraft& draft) {
    for_each_key(value, [&](std::string const& name, Value const& source) {
        auto& field = draft.result.fields.emplace_back();
        field.name = name;
        auto const& node = source.node();
        bool const pointers = node.kind == Node::Kind::list || node.text.starts_with('/');
        if (pointers) {
            read_pointers(source, field.at);
        } else {
            read_template(source, field.value.emplace(), draft.frame);
        }
    });
}

std::vector<Key<Result>> const duration_keys = {
    {"at", [](Value const& v, Result& r) { read_pointers(v, r.duration); }},
    {"unit",
     [](Value const& v, Result& r) {
         using dialect::LengthUnit;
         read_word<LengthUnit>(
             v, r.duration_unit,
             {{"ms", LengthUnit::ms}, {"s", LengthUnit::s}, {"string_s", LengthUnit::s}});
     }},
};

std::vector<Key<dialect::Price>> const dialect_cost_keys = {
    {"at", [](Value const& v, dialect::Price& p) { read_places(v, p.at); }},
    {"unit",
     [](Value const& v, dialect::Price&) {
         std::string unit;
         read_text(v, unit);
     }},
    {"currency", [](Value const& v, dialect::Price& p) { read_name(v, p.currency); }},
    {"per",
     [](Value const& v, dialect::Price& p) {
         base::Rate rate;
         read_rate(v, rate, base::Rate{1}, base::Rate{1'000'000 * base::one.micros});
         p.per = base::to_text(rate);
     }},
};

std::vector<Key<dialect::Finish>> const finish_keys = {
    {"at", [](Value const& v, dialect::Finish& f) { read_pointers(v, f.at); }},
    {"truncated", [](Value const& v, dialect::Finish& f) { read_texts(v, f.truncated); }},
    {"moderated", [](Value const& v, dialect::Finish& f) { read_texts(v, f.moderated); }},
};

void read_second(Value const& value, ResultDraft& draft) {
    read_request(value, draft.result.request.emplace(), draft.frame);
}

std::vector<Key<ResultDraft>> const result_draft_keys = {
    {"request", read_second},
    {"made", read_made},
    {"fields", read_fields},
    {"duration",
     [](Value const& v, ResultDraft& d) { read_keys<Result>(v, duration_keys, d.result); }},
    {"usage", [](Value const& v, ResultDraft& d) { read_pointers(v, d.result.usage); }},
    {"cost",
     [](Value const& v, ResultDraft& d) {
         read_keys<dialect::Price>(v, dialect_cost_keys, d.result.cost);
         for (auto const* key : {"at", "currency"}) {
             if (v.node().kind == Node::Kind::map && !v.has(key)) {
                 v.at(key).mistake("missing");
             }
         }
     }},
    {"finish", [](Value const& v,
                  ResultDraft& d) { read_keys<dialect::Finish>(v, finish_keys, d.result.finish); }},
};

struct RuleDraft {
    dialect::ErrorRule& rule;
    dialect::Predicate test;
    Frame const& frame;
};

// 429, or "500-599".
void read_status(Value const& value, RuleDraft& draft) {
    std::vector<std::string> texts;
    read_texts(value, texts);
    for (auto const& text : texts) {
        auto const dash = text.find('-');
        auto const from = base::parse_integer(text.substr(0, dash));
        auto const to =
            dash == std::string::npos ? from : base::parse_integer(text.substr(dash + 1));
        if (!from || !to || *from < 100 || *to > 599 || *from > *to) {
            value.expected("a status such as 429, or a range such as \"500-599\"");
            return;
        }
        draft.rule.status.emplace_back(static_cast<int>(*from), static_cast<int>(*to));
    }
}

void read_as(Value const& value, RuleDraft& draft) {
    using dialect::As;
    read_word<As>(value, draft.rule.as,
                  {{"job", As::job},
                   {"moment", As::moment},
                   {"provider", As::provider},
                   {"content", As::content},
                   {"unknown", As::unknown},
                   {"taken", As::taken}});
}

std::vector<Key<RuleDraft>> const rule_keys = {
    {"status", read_status},
    {"codes", [](Value const& v, RuleDraft& d) { read_texts(v, d.rule.codes); }},
    {"tests", [](Value const& v, RuleDraft& d) { read_predicates(v, d.rule.tests, d.frame); }},
    {"during",
     [](Value const& v, RuleDraft& d) {
         using dialect::During;
         read_word<During>(v, d.rule.during,
                           {{"any", During::any},
                            {"submit", During::submit},
                            {"poll", During::poll},
                            {"task", During::task}});
     }},
    {"as", read_as},
};

// `at` and its test may stand in the rule itself, beside `status` and `as`.
Node predicate_in(Node const& rule) {
    constexpr std::string_view own[] = {"at", "of",     "is",       "is_not",
                                        "in", "prefix", "contains", "exists"};
    Node found{.kind = Node::Kind::map, .line = rule.line};
    for (std::size_t at = 0; at < rule.keys.size(); ++at) {
        if (is_among(own, rule.keys[at])) {
            found.keys.push_back(rule.keys[at]);
            found.items.push_back(rule.items[at]);
        }
    }
    return found;
}

Node without(Node rule, Node const& part) {
    for (auto const& key : part.keys) {
        auto const at = std::ranges::find(rule.keys, key) - rule.keys.begin();
        rule.keys.erase(rule.keys.begin() + at);
        rule.items.erase(rule.items.begin() + at);
    }
    return rule;
}

}  // namespace

void read_result(Value const& value, dialect::Dialect& into, Frame frame) {
    frame.task = true;
    frame.answer = true;
    ResultDraft draft{into.result, frame};
    read_keys<ResultDraft>(value, result_draft_keys, draft);
}

void read_errors(Value const& value, dialect::Dialect& into, Frame const& frame) {
    for_each_item(value, [&](Value const& item) {
        auto& rule = into.errors.emplace_back();
        RuleDraft draft{rule, {}, frame};
        auto const part = predicate_in(item.node());
        auto const rest = without(item.node(), part);
        read_keys<RuleDraft>(item.of(rest), rule_keys, draft);
        if (!part.keys.empty()) {
            dialect::Predicates tests;
            read_predicates(item.of(part), tests, frame);
            rule.tests.insert(rule.tests.end(), tests.begin(), tests.end());
        }
        if (item.node().kind == Node::Kind::map && !item.has("as")) {
            item.at("as").mistake(
                "missing; expected job, moment, provider, content, unknown or taken");
        }
    });
}

}  // namespace config
