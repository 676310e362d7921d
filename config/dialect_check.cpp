// What only shows when a whole dialect is read: parts that need each other, and what is never
// reached.
#include <algorithm>

#include "config/dialect_parts.h"
#include "dialect/uses.h"

namespace config {

namespace {

using dialect::Dialect;
using dialect::From;

bool makes(Dialect const& dialect, From from) {
    return is_among(dialect.result.made, from, &dialect::Thing::from);
}

void check_task(Value const& root, Dialect const& dialect) {
    bool const has_task = !dialect.task.empty();
    if (has_task && !dialect.poll) {
        root.at("poll").mistake("missing; `submit.task` names a task that nobody asks about");
    }
    if (dialect.poll && !has_task) {
        root.at("poll").mistake("never reached: `submit.task` says nowhere what to ask about");
    }
    if (dialect.cancel && !has_task) {
        root.at("cancel").mistake("never reached: there is no task");
    }
    if (dialect.cancel && dialect.poll) {
        for (auto const& word : dialect.cancel->only_when) {
            if (!dialect.poll->words.contains(word)) {
                root.at("cancel")
                    .at("only_when")
                    .mistake(fmt::format("{} is not among poll.words", in_ticks(word)));
            }
        }
    }
}

void check_stream(Value const& root, Dialect const& dialect) {
    auto const submit = root.at("submit");
    bool const audio = dialect.stream.kind == dialect::StreamKind::audio;
    if (audio && !makes(dialect, From::stream)) {
        submit.at("stream").mistake("nothing is made of it: result.made has no `bytes: stream`");
    }
    if (!audio && makes(dialect, From::stream)) {
        root.at("result").mistake("`bytes: stream` needs `stream: sse-audio`");
    }
    if (dialect.stream.kind != dialect::StreamKind::none && !dialect.task.empty()) {
        submit.at("stream").mistake("an answer that is streamed is the result; there is no task");
    }
    if (dialect.stream.kind == dialect::StreamKind::chat && dialect.stream.into.steps.empty()) {
        submit.at("stream").mistake("`into` can't be the whole answer");
    }
}

// What is answered with the first task only where it is the same request again.
bool differs_by_attempt(Dialect const& dialect) {
    auto const is_attempt = [](dialect::Name const& name) {
        return name.source == dialect::Source::job && name.steps.front() == "attempt";
    };
    return dialect::uses(dialect.submit, is_attempt) ||
           dialect::uses(dialect.client_key.format, is_attempt) ||
           std::ranges::any_of(dialect.let,
                               [&](auto const& let) { return uses(let.second, is_attempt); });
}

void check_recovery(Value const& root, Dialect const& dialect) {
    using dialect::Idempotency;
    using dialect::KeyWhere;
    auto const idempotency = root.at("submit").at("idempotency");
    if (dialect.idempotency != Idempotency::none && dialect.client_key.where == KeyWhere::none) {
        idempotency.mistake("needs a client_key");
    }
    if (dialect.idempotency == Idempotency::honoured && differs_by_attempt(dialect)) {
        idempotency.mistake("a repeat must be the same to the byte, and `job.attempt` is not");
    }
    if (dialect.client_key.where == KeyWhere::body && dialect.submit.body != dialect::Body::json) {
        root.at("submit").at("client_key").mistake("`where: body` needs a JSON body");
    }
    if (!dialect.hint.steps.empty() && dialect.submit.body != dialect::Body::json) {
        root.at("hint").mistake("`field` needs a JSON body");
    }
}

void check_result(Value const& root, Dialect const& dialect) {
    if (dialect.result.made.empty() && dialect.result.fields.empty()) {
        root.at("result").mistake("missing; expected what was `made`, or `fields`");
    }
    if (makes(dialect, From::bytes) && dialect.result.made.size() > 1) {
        root.at("result").mistake("a body that is bytes is all that was made");
    }
}

// A rule without a condition takes everything: what stands after it is never reached.
void check_rules(Value const& root, Dialect const& dialect) {
    auto const takes_all = [](dialect::ErrorRule const& rule) {
        return rule.status.empty() && rule.codes.empty() && rule.tests.empty() &&
               rule.during == dialect::During::any;
    };
    auto const found = std::ranges::find_if(dialect.errors, takes_all);
    if (found != dialect.errors.end() && found + 1 != dialect.errors.end()) {
        auto const at = static_cast<std::size_t>(found - dialect.errors.begin());
        root.at("errors").item(at).mistake(
            "takes every error: the rules after it are never "
            "reached");
    }
}

}  // namespace

void check_dialect(Value const& root, Dialect const& dialect) {
    for (auto const* key : {"dialect", "submit"}) {
        if (!root.has(key)) {
            root.at(key).mistake("missing");
        }
    }
    if (!root.has("submit")) {
        return;
    }
    check_task(root, dialect);
    check_stream(root, dialect);
    check_recovery(root, dialect);
    check_result(root, dialect);
    check_rules(root, dialect);
}

}  // namespace config
