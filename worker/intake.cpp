#include "worker/intake.h"

#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "wire/json.h"

namespace worker {

namespace {

using adapters::redis::Message;

// Far above any honest message; what is larger is not even looked at.
constexpr std::size_t most_bytes = 1 << 20;

template <typename Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const all = code == std::errc{} && end == text.data() + text.size() && !text.empty();
    return all ? std::optional{value} : std::nullopt;
}

// Reads the fields of one message, and remembers what is wrong with them.
class Reader {
public:
    explicit Reader(Message const& message) : fields_{.key = "intake:" + message.id} {
        std::size_t bytes = 0;
        for (auto const& [name, value] : message.fields) {
            bytes += name.size() + value.size();
        }
        if (bytes > most_bytes) {
            complain("message", "is larger than " + std::to_string(most_bytes) + " bytes");
            return;
        }
        for (auto const& [name, value] : message.fields) {
            if (!seen_.insert(name == "user_id" ? "user" : name).second) {
                complain(name, "is given twice");
                continue;
            }
            take(name, value);
        }
        for (std::string const name : {"service", "user"}) {
            if (!seen_.contains(name)) {
                complain(name, "is missing");
            }
        }
    }

    [[nodiscard]] wire::JobFields const& fields() const { return fields_; }

    [[nodiscard]] std::vector<wire::FieldError> const& errors() const { return errors_; }

private:
    void complain(std::string const& field, std::string what) {
        // A name as it came, but no longer than anybody reads.
        errors_.push_back({.field = field.substr(0, 64), .what = std::move(what)});
    }

    void take(std::string const& name, std::string const& value) {
        if (name == "service") {
            fields_.service = value;
        } else if (name == "user" || name == "user_id") {
            fields_.user = value;
        } else if (name == "input") {
            fields_.input = value;
        } else if (name == "key" || name == "idempotency_key") {
            fields_.key = value.empty() ? fields_.key : value;
        } else if (name == "webhook") {
            fields_.webhook = value;
        } else if (name == "trace" || name == "traceparent") {
            fields_.trace = value;
        } else {
            take_number(name, value);
        }
    }

    void take_number(std::string const& name, std::string const& value) {
        if (name == "priority") {
            auto const priority = number<int>(value);
            priority ? void(fields_.priority = *priority)
                     : complain(name, "must be a whole number");
        } else if (name == "run_at") {
            auto const ms = number<std::int64_t>(value);
            ms ? void(fields_.run_at = base::from_ms(*ms))
               : complain(name, "must be milliseconds since 1970");
        } else if (name == "after") {
            take_parents(value);
        } else if (name == "queue_anyway") {
            fields_.queue_anyway = value == "true" || value == "1";
            if (!fields_.queue_anyway && value != "false" && value != "0") {
                complain(name, "must be true or false");
            }
        } else {
            complain(name, "is not a field of a message");
        }
    }

    void take_parents(std::string_view list) {
        while (!list.empty()) {
            auto const id = list.substr(0, list.find(','));
            auto const value = number<std::int64_t>(id);
            if (!value) {
                complain("after", "must be ids of jobs with commas between");
                return;
            }
            fields_.after.push_back({*value});
            list.remove_prefix(std::min(list.size(), id.size() + 1));
        }
    }

    wire::JobFields fields_;
    std::set<std::string, std::less<>> seen_;
    std::vector<wire::FieldError> errors_;
};

adapters::redis::Verdict dead(wire::Refusal const& refusal) {
    return {.kind = adapters::redis::Verdict::Kind::dead,
            .code = refusal.code,
            .detail = refusal.detail};
}

}  // namespace

IntakeRequest read_message(Message const& message, config::Settings const& settings) {
    Reader const reader{message};
    if (!reader.errors().empty()) {
        return {.parsed = {.errors = reader.errors()}, .service = reader.fields().service};
    }
    return {.parsed = wire::parse_request(reader.fields(), settings),
            .service = reader.fields().service};
}

IntakeDesk::IntakeDesk(adapters::Store& store, config::Settings const& settings,
                       std::function<pricing::Book()> book, Log& log, InputMeter* meter)
    : store_{store}, settings_{settings}, book_{std::move(book)}, log_{log}, meter_{meter} {}

std::vector<adapters::redis::Verdict> IntakeDesk::take(std::vector<Message> const& messages) {
    std::vector<adapters::redis::Verdict> verdicts(messages.size());
    Asked asked;
    for (std::size_t at = 0; at < messages.size(); ++at) {
        auto read = read_message(messages[at], settings_);
        if (read.parsed.request) {
            asked.requests.push_back(std::move(*read.parsed.request));
            asked.by.push_back(at);
        } else {
            verdicts[at] = dead(wire::refusal_of(read.parsed.errors));
        }
    }
    bool const there = measure(asked, messages, verdicts);
    auto const answers = there ? submit(asked.requests) : std::vector<jobs::Submission>{};
    for (std::size_t n = 0; n < asked.requests.size(); ++n) {
        auto& verdict = verdicts[asked.by[n]];
        if (answers.empty()) {
            verdict.kind = adapters::redis::Verdict::Kind::later;
            continue;
        }
        auto const refusal = wire::refusal_of(answers[n], asked.requests[n].service);
        if (!refusal.code.empty()) {
            verdict = dead(refusal);
        }
    }
    forget(messages, verdicts);
    tell(messages, verdicts);
    return verdicts;
}

// Sorts out what can't be submitted now or ever. False: the store can't be reached.
bool IntakeDesk::measure(Asked& asked, std::vector<Message> const& messages,
                         std::vector<adapters::redis::Verdict>& verdicts) {
    if (meter_ == nullptr || asked.requests.empty()) {
        return true;
    }
    std::vector<std::string> names;
    for (auto const at : asked.by) {
        names.push_back("redis:" + messages[at].id);
    }
    std::vector<PreparedInput> inputs;
    if (!with_store([&] { inputs = meter_->prepare(store_, book_(), asked.requests, names); })) {
        return false;
    }
    Asked ready;
    for (std::size_t n = 0; n < inputs.size(); ++n) {
        auto& verdict = verdicts[asked.by[n]];
        if (inputs[n].state == PreparedInput::State::ready) {
            ready.requests.push_back(std::move(asked.requests[n]));
            ready.by.push_back(asked.by[n]);
        } else if (inputs[n].state == PreparedInput::State::later) {
            verdict.kind = adapters::redis::Verdict::Kind::working;
        } else {
            verdict = {.kind = adapters::redis::Verdict::Kind::dead,
                       .code = inputs[n].error.code,
                       .detail = inputs[n].error.message};
        }
    }
    asked = std::move(ready);
    return true;
}

void IntakeDesk::forget(std::vector<Message> const& messages,
                        std::vector<adapters::redis::Verdict> const& verdicts) {
    if (meter_ == nullptr) {
        return;
    }
    std::vector<std::string> names;
    for (std::size_t at = 0; at < messages.size(); ++at) {
        auto const kind = verdicts[at].kind;
        if (kind == adapters::redis::Verdict::Kind::taken ||
            kind == adapters::redis::Verdict::Kind::dead) {
            names.push_back("redis:" + messages[at].id);
        }
    }
    meter_->forget(names);
}

// Nothing if the store can't be reached.
std::vector<jobs::Submission> IntakeDesk::submit(std::vector<jobs::Request> const& requests) {
    std::vector<jobs::Submission> answers;
    if (requests.empty()) {
        return answers;
    }
    bool const there = with_store([&] {
        store_.transact(jobs::load_for_submit(requests, settings_.rules), [&](jobs::Batch& batch) {
            answers = jobs::submit(batch, requests, book_(), settings_.rules);
        });
    });
    if (!there) {
        answers.clear();
    }
    return answers;
}

// False if the store can't be reached; that is logged once, until it is back.
bool IntakeDesk::with_store(std::function<void()> const& work) {
    std::string why;
    try {
        work();
    } catch (adapters::Unavailable const& error) {
        why = error.what();
    } catch (adapters::Unusable const& error) {
        why = error.what();
    }
    if (!why.empty() && !store_away_) {
        log_.error("store", "requests from Redis have to wait", {{"why", why}});
    }
    store_away_ = !why.empty();
    return !store_away_;
}

void IntakeDesk::tell(std::vector<Message> const& messages,
                      std::vector<adapters::redis::Verdict> const& verdicts) {
    for (std::size_t at = 0; at < verdicts.size(); ++at) {
        if (verdicts[at].kind == adapters::redis::Verdict::Kind::dead) {
            log_.warning("intake", "a message is dead",
                         {{"message", messages[at].id},
                          {"reason", verdicts[at].code},
                          {"detail", verdicts[at].detail}});
        }
    }
}

}  // namespace worker
