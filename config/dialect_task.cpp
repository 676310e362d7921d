// How a dialect begins a task, finds it again, asks about it and stops it.
#include <algorithm>

#include "config/dialect_parts.h"
#include "dialect/uses.h"

namespace config {

namespace {

using dialect::Dialect;
using dialect::Source;
using dialect::State;
using dialect::StreamKind;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string small_word(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

dialect::Pointer pointer(std::string_view text) {
    return dialect::parse_pointer(text).value();
}

dialect::Stream usual_stream(StreamKind kind) {
    dialect::Stream stream{.kind = kind, .delta = {}, .into = {}, .finish = {}};
    if (kind == StreamKind::chat) {
        stream.delta = {pointer("/choices/0/delta/content")};
        stream.into = pointer("/choices/0/message/content");
        stream.finish = {pointer("/choices/0/finish_reason")};
    } else {
        stream.delta = {pointer("/audio"), pointer("/data"), pointer("/output/audio/data")};
    }
    return stream;
}

void read_stream_kind(Value const& value, dialect::Stream& into) {
    auto kind = StreamKind::none;
    read_word<StreamKind>(
        value, kind,
        {{"sse-chat", StreamKind::chat}, {"sse-audio", StreamKind::audio}, {"none", kind}});
    into = kind == StreamKind::none ? dialect::Stream{} : usual_stream(kind);
}

std::vector<Key<dialect::Stream>> const stream_keys = {
    {"kind", [](Value const&, dialect::Stream&) {}},  // already read
    {"delta", [](Value const& v, dialect::Stream& s) { read_pointers(v, s.delta); }},
    {"into", [](Value const& v, dialect::Stream& s) { read_pointer(v, s.into); }},
    {"finish", [](Value const& v, dialect::Stream& s) { read_pointers(v, s.finish); }},
    {"cumulative", [](Value const& v, dialect::Stream& s) { read_flag(v, s.cumulative); }},
    {"encoding",
     [](Value const& v, dialect::Stream& s) {
         read_word<bool>(v, s.hex, {{"base64", false}, {"hex", true}});
     }},
};

void read_stream(Value const& value, dialect::Stream& into) {
    if (value.node().kind != Node::Kind::map) {
        read_stream_kind(value, into);
        return;
    }
    if (!value.has("kind")) {
        value.at("kind").mistake("missing; expected sse-chat or sse-audio");
        return;
    }
    read_stream_kind(value.at("kind"), into);
    read_keys<dialect::Stream>(value, stream_keys, into);
}

struct SubmitDraft {
    dialect::Request& request;
    Frame const& frame;
    Dialect& dialect;

    operator RequestDraft() const { return {request, frame}; }
};

std::vector<Key<SubmitDraft>> const& submit_keys() {
    using dialect::Idempotency;
    static auto const keys = with_request<SubmitDraft>({
        {"stream", [](Value const& v, SubmitDraft& d) { read_stream(v, d.dialect.stream); }},
        {"task", [](Value const& v, SubmitDraft& d) { read_pointers(v, d.dialect.task); }},
        {"client_key", [](Value const&, SubmitDraft&) {}},  // already read
        {"idempotency",
         [](Value const& v, SubmitDraft& d) {
             read_word<Idempotency>(v, d.dialect.idempotency,
                                    {{"none", Idempotency::none},
                                     {"unique", Idempotency::unique},
                                     {"honoured", Idempotency::honoured}});
         }},
    });
    return keys;
}

struct KeyDraft {
    dialect::ClientKey& key;
    Frame const& frame;
};

std::vector<Key<KeyDraft>> const client_key_keys = {
    {"where",
     [](Value const& v, KeyDraft& d) {
         using dialect::KeyWhere;
         read_word<KeyWhere>(
             v, d.key.where,
             {{"none", KeyWhere::none}, {"body", KeyWhere::body}, {"header", KeyWhere::header}});
     }},
    {"at", [](Value const& v, KeyDraft& d) { read_pointer(v, d.key.at); }},
    {"name", [](Value const& v, KeyDraft& d) { read_header_name(v, d.key.name); }},
    {"format", [](Value const& v, KeyDraft& d) { read_template(v, d.key.format, d.frame); }},
};

struct LookupDraft {
    dialect::Request& request;
    Frame const& frame;
    dialect::Lookup& lookup;

    operator RequestDraft() const { return {request, frame}; }
};

std::vector<Key<dialect::Pages>> const pages_keys = {
    {"from", [](Value const& v, dialect::Pages& p) { read_integer(v, p.from, 0, 1); }},
    {"at_most", [](Value const& v, dialect::Pages& p) { read_integer(v, p.at_most, 1, 1'000); }},
};

std::vector<Key<LookupDraft>> const& lookup_keys() {
    static auto const keys = with_request<LookupDraft>({
        {"found", [](Value const& v, LookupDraft& d) { read_pointers(v, d.lookup.found); }},
        {"list",
         [](Value const& v, LookupDraft& d) {
             d.lookup.in_list = true;
             read_pointer(v, d.lookup.list);
         }},
        {"match",
         [](Value const& v, LookupDraft& d) { read_predicates(v, d.lookup.match, d.frame); }},
        {"id", [](Value const& v, LookupDraft& d) { read_pointers(v, d.lookup.id); }},
        {"absent",
         [](Value const& v, LookupDraft& d) { read_predicates(v, d.lookup.absent, d.frame); }},
        {"pages",
         [](Value const& v, LookupDraft& d) {
             read_keys<dialect::Pages>(v, pages_keys, d.lookup.pages.emplace());
         }},
        {"begun_at", [](Value const& v, LookupDraft& d) { read_pointers(v, d.lookup.begun_at); }},
        {"grace", [](Value const& v,
                     LookupDraft& d) { read_duration(v, d.lookup.grace, seconds{0}, hours{24}); }},
    });
    return keys;
}

struct PollDraft {
    dialect::Request& request;
    Frame const& frame;
    dialect::Poll& poll;

    operator RequestDraft() const { return {request, frame}; }
};

void read_words(Value const& value, dialect::Poll& poll) {
    for_each_key(value, [&](std::string const& name, Value const& list) {
        constexpr std::pair<std::string_view, State> known[] = {{"running", State::running},
                                                                {"completed", State::completed},
                                                                {"failed", State::failed},
                                                                {"cancelled", State::cancelled},
                                                                {"lost", State::lost}};
        auto const* const found =
            std::ranges::find(known, name, [](auto const& k) { return k.first; });
        if (found == std::end(known)) {
            list.mistake("unknown state; expected running, completed, failed, cancelled or lost");
            return;
        }
        std::vector<std::string> words;
        read_texts(list, words);
        for (auto const& word : words) {
            auto const [at, is_new] = poll.words.emplace(small_word(word), found->second);
            if (!is_new && at->second != found->second) {
                list.mistake(fmt::format("{} already means another state", in_ticks(word)));
            }
        }
    });
}

void read_pace(Value const& value, base::Millis& into) {
    read_duration(value, into, milliseconds{10}, hours{1});
}

std::vector<Key<PollDraft>> const& poll_keys() {
    static auto const keys = with_request<PollDraft>({
        {"first", [](Value const& v, PollDraft& d) { read_pace(v, d.poll.first); }},
        {"every", [](Value const& v, PollDraft& d) { read_pace(v, d.poll.every); }},
        {"most", [](Value const& v, PollDraft& d) { read_pace(v, d.poll.most); }},
        {"per_second",
         [](Value const& v, PollDraft& d) { read_integer(v, d.poll.per_second, 0, 100'000); }},
        {"status", [](Value const& v, PollDraft& d) { read_pointers(v, d.poll.status); }},
        {"words", [](Value const& v, PollDraft& d) { read_words(v, d.poll); }},
        {"progress", [](Value const& v, PollDraft& d) { read_pointers(v, d.poll.progress); }},
        {"wait", [](Value const& v, PollDraft& d) { read_places(v, d.poll.wait); }},
        {"retention",
         [](Value const& v, PollDraft& d) {
             read_duration(v, d.poll.retention, seconds{0}, days{3650});
         }},
    });
    return keys;
}

struct CancelDraft {
    dialect::Request& request;
    Frame const& frame;
    dialect::Cancel& cancel;

    operator RequestDraft() const { return {request, frame}; }
};

std::vector<Key<CancelDraft>> const& cancel_keys() {
    static auto const keys = with_request<CancelDraft>({
        {"only_when",
         [](Value const& v, CancelDraft& d) {
             read_texts(v, d.cancel.only_when);
             for (auto& word : d.cancel.only_when) {
                 word = small_word(word);
             }
         }},
    });
    return keys;
}

}  // namespace

// In its format `key` is the job's: a secret is no name for a task.
void read_client_key(Value const& value, Dialect& into, Frame const& frame) {
    KeyDraft draft{into.client_key, frame};
    read_keys<KeyDraft>(value, client_key_keys, draft);
    auto& key = into.client_key;
    for (auto& piece : key.format.pieces) {
        if (piece.is_name && piece.name.source == Source::key) {
            piece.name = {.source = Source::job, .text = "job.key", .steps = {"key"}};
        }
    }
    if (!value.has("format")) {
        key.format = dialect::parse_template("{{job.key}}").value();
    }
    if (key.where == dialect::KeyWhere::body && !value.has("at")) {
        value.at("at").mistake("missing; expected a pointer into the body");
    }
    if (key.where == dialect::KeyWhere::header && !value.has("name")) {
        value.at("name").mistake("missing; expected the name of a header");
    }
}

void read_submit(Value const& value, Dialect& into, Frame frame) {
    frame.prepared = into.prepare.has_value();
    SubmitDraft draft{into.submit, frame, into};
    into.submit.method = "POST";
    read_keys<SubmitDraft>(value, submit_keys(), draft);
    finish_request(value, into.submit);
}

void read_lookup(Value const& value, Dialect& into, Frame frame) {
    frame.page = value.has("pages");
    auto& lookup = into.lookup.emplace();
    LookupDraft draft{lookup.request, frame, lookup};
    read_keys<LookupDraft>(value, lookup_keys(), draft);
    finish_request(value, lookup.request);
    if (value.has("found") == value.has("list")) {
        value.mistake("expected a pointer in `found`, or a `list` with `match` and `id`");
    }
    if (value.has("list") && !(value.has("match") && value.has("id"))) {
        value.at("list").mistake("a list needs `match` and `id`");
    }
    if (value.has("found") && !value.has("absent")) {
        value.at("absent").mistake("missing; expected tests of what it says where there is none");
    }
    if (value.has("list") && !value.has("absent") && !value.has("pages")) {
        value.at("absent").mistake("missing; or `pages`: how it is known that it's in none");
    }
    if (value.has("pages") && !value.has("list")) {
        value.at("pages").mistake("only of a `list`");
    }
    auto const is_page = [](dialect::Name const& name) { return name.source == Source::page; };
    if (lookup.pages && !dialect::uses(lookup.request, is_page)) {
        value.at("pages").mistake("its request has no `{{page}}`: all pages would be one");
    }
    if (value.has("begun_at") && !value.has("pages")) {
        value.at("begun_at").mistake("only where there are `pages`");
    }
}

void read_poll(Value const& value, Dialect& into, Frame frame) {
    frame.task = true;
    auto& poll = into.poll.emplace();
    PollDraft draft{poll.request, frame, poll};
    read_keys<PollDraft>(value, poll_keys(), draft);
    finish_request(value, poll.request);
    if (!value.has("status")) {
        value.at("status").mistake("missing; expected a pointer to the word for the task's state");
    }
    auto const means = [&](State state) {
        return std::ranges::any_of(poll.words, [&](auto const& w) { return w.second == state; });
    };
    for (auto const& [name, word] :
         {std::pair{"completed", State::completed}, {"failed", State::failed}}) {
        if (!means(word)) {
            value.at("words").mistake(fmt::format("no word means {}: it is never reached", name));
        }
    }
    if (poll.most < poll.every) {
        if (value.has("most")) {
            value.at("most").mistake("less than `every`");
        }
        poll.most = poll.every;
    }
}

void read_cancel(Value const& value, Dialect& into, Frame frame) {
    frame.task = true;
    auto& cancel = into.cancel.emplace();
    cancel.request.method = "POST";
    CancelDraft draft{cancel.request, frame, cancel};
    read_keys<CancelDraft>(value, cancel_keys(), draft);
    finish_request(value, cancel.request);
}

}  // namespace config
