// Templates, trees and predicates of dialects, each checked where it is written.
#include "config/dialect_parts.h"

#include <algorithm>

namespace config {

namespace {

using dialect::Source;
using dialect::Tree;

// What `read` makes of a text; its error becomes a mistake.
template <typename T, typename Parse>
void read_parsed(Value const& value, T& into, Parse parse, std::string_view what) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text) {
        value.expected(what);
        return;
    }
    auto parsed = parse(node.text);
    if (!parsed) {
        value.mistake(fmt::format("{}: {}", in_ticks(node.text), parsed.error()));
        return;
    }
    into = std::move(*parsed);
}

// One of them alone may stand without a list around it.
template <typename Read>
void one_or_list(Value const& value, Read read) {
    if (value.node().kind == Node::Kind::list) {
        for_each_item(value, read);
    } else {
        read(value);
    }
}

std::string text_of(Node const& node) {
    return node.kind == Node::Kind::nothing ? "null" : node.text;
}

struct InsertDraft {
    Tree& tree;
    Frame const& frame;
};

void read_cast(Value const& value, InsertDraft& draft) {
    using dialect::Cast;
    read_word<Cast>(value, draft.tree.cast,
                    {{"text", Cast::text},
                     {"integer", Cast::integer},
                     {"number", Cast::number},
                     {"boolean", Cast::boolean},
                     {"list", Cast::list},
                     {"json", Cast::json}});
}

void read_inserted(Value const& value, InsertDraft& draft) {
    read_parsed(value, draft.tree.name, dialect::parse_name, "a name such as input.text");
    if (!draft.tree.name.text.empty()) {
        check_name(value, draft.tree.name, draft.frame);
    }
}

void read_others(Value const& value, InsertDraft& draft) {
    one_or_list(value, [&](Value const& item) {
        auto& name = draft.tree.others.emplace_back();
        read_parsed(item, name, dialect::parse_name, "a name such as input.text");
        if (!name.text.empty()) {
            check_name(item, name, draft.frame);
        }
    });
}

void read_map(Value const& value, InsertDraft& draft) {
    for_each_key(value, [&](std::string const& from, Value const& to) {
        draft.tree.map.emplace_back(from, to_json(to.node()));
    });
}

std::vector<Key<InsertDraft>> const insert_keys = {
    {"$", read_inserted},
    {"or", read_others},
    {"default", [](Value const& v, InsertDraft& d) { d.tree.fallback = to_json(v.node()); }},
    {"as", read_cast},
    {"map", read_map},
    {"omit",
     [](Value const& v, InsertDraft& d) {
         bool omitted = !d.tree.required;
         read_flag(v, omitted);
         d.tree.required = !omitted;
     }},
    {"required", [](Value const& v, InsertDraft& d) { read_flag(v, d.tree.required); }},
};

void read_condition(Value const& value, InsertDraft& draft) {
    if (value.node().kind != Node::Kind::text) {
        read_predicates(value, draft.tree.when, draft.frame);
        return;
    }
    dialect::Predicate there{.test = dialect::Test::exists};
    read_parsed(value, there.name.emplace(), dialect::parse_name, "a name such as input.image");
    check_name(value, *there.name, draft.frame);
    draft.tree.when.push_back(std::move(there));
}

std::vector<Key<InsertDraft>> const choice_keys = {
    {"$if", read_condition},
    {"then", [](Value const& v, InsertDraft& d) { read_tree(v, d.tree.items[0], d.frame); }},
    {"else",
     [](Value const& v, InsertDraft& d) { read_tree(v, d.tree.items.emplace_back(), d.frame); }},
};

void read_object(Value const& value, Tree& into, Frame const& frame) {
    InsertDraft draft{into, frame};
    if (value.has("$")) {
        into.kind = Tree::Kind::insert;
        read_keys<InsertDraft>(value, insert_keys, draft);
        return;
    }
    if (value.has("$if")) {
        into.kind = Tree::Kind::choice;
        into.items.emplace_back();
        if (!value.has("then")) {
            value.at("then").mistake("missing; expected what stands here if that is so");
        }
        read_keys<InsertDraft>(value, choice_keys, draft);
        return;
    }
    into.kind = Tree::Kind::object;
    for_each_key(value, [&](std::string const& name, Value const& item) {
        if (name.starts_with('$')) {
            item.mistake("only `$` and `$if` mean something here");
        }
        into.keys.push_back(name);
        read_tree(item, into.items.emplace_back(), frame);
    });
}

struct PredicateDraft {
    dialect::Predicate& predicate;
    Frame const& frame;
};

void read_values(Value const& value, dialect::Test test, PredicateDraft& draft) {
    draft.predicate.test = test;
    one_or_list(value, [&](Value const& item) {
        auto const kind = item.node().kind;
        if (kind != Node::Kind::text && kind != Node::Kind::nothing) {
            item.expected("a text, a number, true, false or null");
            return;
        }
        auto& into = draft.predicate.values.emplace_back();
        if (kind == Node::Kind::text) {
            read_template(item, into, draft.frame);
        } else {
            into = {.written = "null", .pieces = {{.text = text_of(item.node()), .name = {}}}};
        }
    });
}

using dialect::Test;

std::vector<Key<PredicateDraft>> const predicate_keys = {
    {"at", [](Value const& v, PredicateDraft& d) { read_pointers(v, d.predicate.at); }},
    {"of",
     [](Value const& v, PredicateDraft& d) {
         read_parsed(v, d.predicate.name.emplace(), dialect::parse_name, "a name");
         check_name(v, *d.predicate.name, d.frame);
     }},
    {"status",
     [](Value const& v, PredicateDraft& d) {
         d.predicate.of_status = true;
         read_values(v, Test::in, d);
     }},
    {"is", [](Value const& v, PredicateDraft& d) { read_values(v, Test::is, d); }},
    {"is_not", [](Value const& v, PredicateDraft& d) { read_values(v, Test::is_not, d); }},
    {"in", [](Value const& v, PredicateDraft& d) { read_values(v, Test::in, d); }},
    {"prefix", [](Value const& v, PredicateDraft& d) { read_values(v, Test::prefix, d); }},
    {"contains", [](Value const& v, PredicateDraft& d) { read_values(v, Test::contains, d); }},
    {"exists",
     [](Value const& v, PredicateDraft& d) {
         d.predicate.test = Test::exists;
         read_flag(v, d.predicate.wanted);
     }},
};

void read_predicate(Value const& value, dialect::Predicate& into, Frame const& frame) {
    PredicateDraft draft{into, frame};
    read_keys<PredicateDraft>(value, predicate_keys, draft);
    if (value.node().kind != Node::Kind::map) {
        return;
    }
    constexpr std::string_view tests[] = {"is", "is_not", "in", "prefix", "contains", "exists"};
    auto const count = std::ranges::count_if(tests, [&](auto key) { return value.has(key); });
    if (value.has("status")) {
        if (count != 0 || value.has("at") || value.has("of")) {
            value.mistake("a test of `status` has nothing beside it");
        }
        return;
    }
    if (count != 1) {
        value.mistake("expected one of is, is_not, in, prefix, contains and exists");
    }
    if (value.has("at") == value.has("of")) {
        value.mistake("expected a pointer in `at`, or a name in `of`");
    }
}

void check_known(Value const& value, dialect::Name const& name, Frame const& frame) {
    if (is_among(frame.variables, name.text)) {
        return;
    }
    std::vector<std::string_view> known{frame.variables.begin(), frame.variables.end()};
    auto const near = nearest(name.text, known);
    value.mistake(fmt::format("no variable `{}`{}", name.text,
                              near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
}

}  // namespace

void check_name(Value const& value, dialect::Name const& name, Frame const& frame) {
    auto const needs = [&](bool there, std::string_view where) {
        if (!there) {
            value.mistake(fmt::format("`{}` is only known {}", name.text, where));
        }
    };
    switch (name.source) {
        case Source::variable:
            return check_known(value, name, frame);
        case Source::task:
            return needs(frame.task, "to poll, result and cancel");
        case Source::client_key:
            return needs(frame.client_key, "where the dialect has a client_key");
        case Source::page:
            return needs(frame.page, "to a lookup with `pages`");
        case Source::answer:
            return needs(frame.answer, "to the second request of `result` and its fields");
        case Source::prepared:
            return needs(frame.prepared, "to submit, and where there is a `prepare`");
        case Source::input:
        case Source::job:
        case Source::key:
        case Source::secret:
            return;
    }
}

void read_template(Value const& value, dialect::Template& into, Frame const& frame) {
    read_parsed(value, into, dialect::parse_template, "text");
    for (auto const& piece : into.pieces) {
        if (piece.is_name) {
            check_name(value, piece.name, frame);
        }
    }
}

void read_tree(Value const& value, Tree& into, Frame const& frame) {
    auto const& node = value.node();
    switch (node.kind) {
        case Node::Kind::nothing:
            into.literal = "null";
            return;
        case Node::Kind::text:
            if (node.text.find("{{") == std::string::npos) {
                into.literal = to_json(node);
                return;
            }
            into.kind = Tree::Kind::text;
            return read_template(value, into.text, frame);
        case Node::Kind::list:
            into.kind = Tree::Kind::list;
            for_each_item(value, [&](Value const& item) {
                read_tree(item, into.items.emplace_back(), frame);
            });
            return;
        case Node::Kind::map:
            return read_object(value, into, frame);
    }
}

void read_pointer(Value const& value, dialect::Pointer& into) {
    read_parsed(value, into, dialect::parse_pointer, "a JSON pointer such as /data/id");
}

void read_pointers(Value const& value, dialect::Pointers& into) {
    into.clear();
    one_or_list(value, [&](Value const& item) { read_pointer(item, into.emplace_back()); });
}

void read_places(Value const& value, dialect::Places& into) {
    into.clear();
    one_or_list(value, [&](Value const& item) {
        auto& place = into.emplace_back();
        constexpr std::string_view word = "header ";
        auto const& node = item.node();
        if (node.kind == Node::Kind::text && node.text.starts_with(word)) {
            place.header = node.text.substr(word.size());
        } else {
            read_pointer(item, place.pointer);
        }
    });
}

void read_predicates(Value const& value, dialect::Predicates& into, Frame const& frame) {
    into.clear();
    one_or_list(value,
                [&](Value const& item) { read_predicate(item, into.emplace_back(), frame); });
}

void read_texts(Value const& value, std::vector<std::string>& into) {
    into.clear();
    one_or_list(value, [&](Value const& item) {
        if (item.node().kind != Node::Kind::text || item.node().text.empty()) {
            item.expected("text");
        } else {
            into.push_back(item.node().text);
        }
    });
}

}  // namespace config
