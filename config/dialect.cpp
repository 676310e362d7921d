// The file of a dialect as a whole: its own keys, and the order in which its sections are read.
#include "config/dialect.h"

#include <algorithm>

#include "config/dialect_parts.h"

namespace config {

namespace {

using dialect::Auth;
using dialect::AuthKind;
using dialect::Dialect;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Variables of these names would be taken for something else, in templates or in settings.
constexpr std::string_view taken[] = {
    "key",  "secret", "task",     "input",        "job",           "client_key", "kind",
    "page", "proxy",  "dialect",  "key_file",     "secret_file",   "ca_file",    "timeout",
    "cost", "limits", "on_doubt", "dialect_file", "allow_private", "max_size",   "connect_timeout"};

struct AuthDraft {
    Auth& auth;
    Frame const& frame;
};

dialect::Template key_template(std::string_view text) {
    return dialect::parse_template(text).value();
}

std::vector<Key<AuthDraft>> const auth_keys_of_dialects = {
    {"kind",
     [](Value const& v, AuthDraft& d) {
         read_word<AuthKind>(v, d.auth.kind,
                             {{"none", AuthKind::none},
                              {"bearer", AuthKind::bearer},
                              {"header", AuthKind::header},
                              {"query", AuthKind::query},
                              {"raw", AuthKind::raw},
                              {"jwt_hs256", AuthKind::jwt_hs256}});
     }},
    {"name", [](Value const& v, AuthDraft& d) { read_header_name(v, d.auth.name); }},
    {"prefix", [](Value const& v, AuthDraft& d) { read_text(v, d.auth.prefix); }},
    {"key", [](Value const& v, AuthDraft& d) { read_template(v, d.auth.key, d.frame); }},
    {"issuer", [](Value const& v, AuthDraft& d) { read_template(v, d.auth.issuer, d.frame); }},
    {"secret", [](Value const& v, AuthDraft& d) { read_template(v, d.auth.key, d.frame); }},
    {"ttl",
     [](Value const& v, AuthDraft& d) { read_duration(v, d.auth.ttl, seconds{1}, hours{24}); }},
    {"skew",
     [](Value const& v, AuthDraft& d) { read_duration(v, d.auth.skew, seconds{0}, minutes{10}); }},
};

void read_auth(Value const& value, Dialect& into, Frame const& frame) {
    auto& auth = into.auth;
    AuthDraft draft{auth, frame};
    if (value.node().kind == Node::Kind::map && !value.has("kind")) {
        value.at("kind").mistake("missing");
    }
    read_keys<AuthDraft>(value, auth_keys_of_dialects, draft);
    bool const jwt = auth.kind == AuthKind::jwt_hs256;
    bool const named = auth.kind == AuthKind::header || auth.kind == AuthKind::query;
    if (named && auth.name.empty()) {
        value.at("name").mistake("missing; expected the name of the header or parameter");
    }
    if (auth.key.pieces.empty()) {
        auth.key = key_template(jwt ? "{{secret}}" : "{{key}}");
    }
    if (auth.issuer.pieces.empty()) {
        auth.issuer = key_template("{{key}}");
    }
}

// Of a value that is worked out: settings know nothing of it.
bool is_taken_in_templates(std::string_view name) {
    constexpr std::string_view names[] = {"key", "secret",     "task", "input",
                                          "job", "client_key", "page"};
    return is_among(names, name);
}

// They come first, because everything else may name them.
void read_vars(Value const& value, Dialect& into, Frame& frame) {
    for_each_key(value, [&](std::string const& name, Value const& item) {
        auto const& node = item.node();
        if (!is_name(name) || name.find('.') != std::string::npos || is_among(taken, name)) {
            item.mistake("can't be the name of a variable");
            return;
        }
        if (node.kind != Node::Kind::text && node.kind != Node::Kind::nothing) {
            item.expected("text, or nothing where the settings must say it");
            return;
        }
        auto& variable = into.vars.emplace_back();
        variable.name = name;
        if (node.kind == Node::Kind::text) {
            variable.value = node.text;
        }
        frame.variables.push_back(name);
    });
}

void read_let(Value const& value, Dialect& into, Frame& frame) {
    for_each_key(value, [&](std::string const& name, Value const& item) {
        if (is_among(frame.variables, name) || is_taken_in_templates(name) || !is_name(name)) {
            item.mistake("can't be the name of a variable, or is one already");
            return;
        }
        constexpr std::size_t most = 16;
        if (into.let.size() == most) {
            item.mistake("more than 16 of them");
            return;
        }
        read_tree(item, into.let.emplace_back(name, dialect::Tree{}).second, frame);
        frame.variables.push_back(name);
    });
}

dialect::Places places(std::initializer_list<std::string_view> texts) {
    dialect::Places found;
    for (auto const text : texts) {
        constexpr std::string_view word = "header ";
        auto& place = found.emplace_back();
        if (text.starts_with(word)) {
            place.header = text.substr(word.size());
        } else {
            place.pointer = dialect::parse_pointer(text).value();
        }
    }
    return found;
}

// Where nearly all of them say it.
void set_usual_places(Dialect& dialect) {
    dialect.error_code = places({"/error/code", "/error/type", "/code", "/base_resp/status_code",
                                 "/detail/status", "/output/code", "/error_code", "/failureCode"});
    dialect.error_message =
        places({"/error/message", "/message", "/base_resp/status_msg", "/detail/message",
                "/output/message", "/error", "/detail", "/msg", "/failure"});
    dialect.request_id = places({"header x-request-id", "header request-id", "/request_id",
                                 "/trace_id", "header x-tt-logid"});
    dialect.retry_after = places({"header retry-after-ms", "header retry-after"});
}

struct RootDraft {
    Dialect& dialect;
    Frame& frame;
};

std::vector<Key<Dialect>> const error_keys = {
    {"code", [](Value const& v, Dialect& d) { read_places(v, d.error_code); }},
    {"message", [](Value const& v, Dialect& d) { read_places(v, d.error_message); }},
};

std::vector<Key<Dialect>> const dialect_hint_keys = {
    {"kind",
     [](Value const& v, Dialect&) {
         bool webhook = true;
         read_word<bool>(v, webhook, {{"webhook", true}});
     }},
    {"field", [](Value const& v, Dialect& d) { read_pointer(v, d.hint); }},
};

void read_on_doubt(Value const& value, RootDraft& draft) {
    using dialect::OnDoubt;
    read_word<OnDoubt>(value, draft.dialect.on_doubt,
                       {{"park", OnDoubt::park},
                        {"resubmit", OnDoubt::resubmit},
                        {"resubmit_once", OnDoubt::resubmit_once},
                        {"refund", OnDoubt::refund}});
}

// `prepare` is read before `submit`, and the client's key before both: see parse_dialect.
std::vector<Key<RootDraft>> const root_keys = {
    {"dialect", [](Value const& v, RootDraft& d) { read_name(v, d.dialect.name); }},
    {"about", [](Value const& v, RootDraft& d) { read_text(v, d.dialect.about); }},
    {"vars", [](Value const&, RootDraft&) {}},
    {"let", [](Value const&, RootDraft&) {}},
    {"auth", [](Value const& v, RootDraft& d) { read_auth(v, d.dialect, d.frame); }},
    {"headers", [](Value const& v, RootDraft& d) { read_headers(v, d.dialect.headers, d.frame); }},
    {"prepare", [](Value const&, RootDraft&) {}},
    {"submit", [](Value const& v, RootDraft& d) { read_submit(v, d.dialect, d.frame); }},
    {"lookup", [](Value const& v, RootDraft& d) { read_lookup(v, d.dialect, d.frame); }},
    {"poll", [](Value const& v, RootDraft& d) { read_poll(v, d.dialect, d.frame); }},
    {"result", [](Value const& v, RootDraft& d) { read_result(v, d.dialect, d.frame); }},
    {"cancel", [](Value const& v, RootDraft& d) { read_cancel(v, d.dialect, d.frame); }},
    {"errors", [](Value const& v, RootDraft& d) { read_errors(v, d.dialect, d.frame); }},
    {"error", [](Value const& v, RootDraft& d) { read_keys<Dialect>(v, error_keys, d.dialect); }},
    {"request_id", [](Value const& v, RootDraft& d) { read_places(v, d.dialect.request_id); }},
    {"retry_after", [](Value const& v, RootDraft& d) { read_places(v, d.dialect.retry_after); }},
    {"hint",
     [](Value const& v, RootDraft& d) { read_keys<Dialect>(v, dialect_hint_keys, d.dialect); }},
    {"on_doubt", read_on_doubt},
};

void read_names(Value const& root, Dialect& dialect, Frame& frame) {
    frame.variables.emplace_back("model");  // a route may name one
    if (root.has("vars")) {
        read_vars(root.at("vars"), dialect, frame);
    }
    if (root.has("let")) {
        read_let(root.at("let"), dialect, frame);
    }
    if (root.has("submit") && root.at("submit").has("client_key")) {
        read_client_key(root.at("submit").at("client_key"), dialect, frame);
        frame.client_key = true;
    }
    if (root.has("prepare")) {
        auto& prepare = dialect.prepare.emplace();
        prepare.method = "POST";
        read_request(root.at("prepare"), prepare, frame);
    }
}

}  // namespace

Loaded<Dialect> parse_dialect(std::string const& yaml, std::string const& name) {
    Loaded<Dialect> loaded;
    auto& problems = loaded.problems;
    auto const tree = parse_tree(yaml, name, problems);
    if (!tree) {
        return loaded;
    }
    Value const root{*tree, name, "", problems};
    Dialect dialect;
    Frame frame;
    set_usual_places(dialect);
    read_names(root, dialect, frame);
    RootDraft draft{dialect, frame};
    read_keys<RootDraft>(root, root_keys, draft);
    check_dialect(root, dialect);
    sort_problems(problems);
    if (problems.empty()) {
        loaded.value = std::move(dialect);
    }
    return loaded;
}

Loaded<Dialect> load_dialect(std::filesystem::path const& file) {
    Loaded<Dialect> loaded;
    auto const text = read_text_file(file, loaded.problems);
    return text ? parse_dialect(*text, file.string()) : loaded;
}

std::optional<ShippedDialect> shipped_dialect(std::string_view name) {
    auto const& all = shipped_dialects();
    auto const found = std::ranges::find(all, name, &ShippedDialect::name);
    return found == all.end() ? std::nullopt : std::optional{*found};
}

}  // namespace config
