// The keys of providers: what each kind of them can be told.
#include <algorithm>

#include "config/keys.h"

namespace config {

namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

void read_share(Value const& value, base::Rate& into) {
    read_rate(value, into, base::Rate{}, base::one);
}

void read_run(Value const& value, Command& command) {
    command.run.clear();
    for_each_item(value, [&](Value const& item) {
        auto const& node = item.node();
        if (node.kind != Node::Kind::text || bad_byte(node.text)) {
            item.expected("text");
        } else {
            command.run.push_back(node.text);  // an argument may be empty
        }
    });
    if (value.node().kind == Node::Kind::list && (command.run.empty() || command.run[0].empty())) {
        value.mistake("empty, expected a program and its arguments");
    }
}

bool is_variable(std::string_view name) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
           std::ranges::all_of(name, allowed);
}

void read_variables(Value const& value, Command& command) {
    for_each_key(value, [&](std::string const& name, Value const& text) {
        auto const& node = text.node();
        if (!is_variable(name)) {
            text.mistake("not a name of letters, digits and `_`");
        } else if (node.kind != Node::Kind::text || bad_byte(node.text)) {
            text.mistake("expected text");  // without its value, which may be a secret
        } else {
            command.environment[name] = node.text;
        }
    });
}

void read_codes(Value const& value, std::vector<int>& into) {
    into.clear();
    for_each_item(value,
                  [&](Value const& item) { read_integer(item, into.emplace_back(), 1, 255); });
}

void check_codes(Value const& value, Command const& command) {
    for (int const code : command.retry_codes) {
        if (code != 0 && is_among(command.final_codes, code)) {
            value.at(value.has("final_codes") ? "final_codes" : "retry_codes")
                .mistake(fmt::format("{} is both a retry code and a final code", code));
        }
    }
}

Simulated read_simulated(Value const& value) {
    Simulated simulated;
    read_keys<Simulated>(value, simulated_keys(), simulated);
    auto const sum = simulated.failure_rate.micros + simulated.final_rate.micros;
    if (sum > base::one.micros) {
        value.at(value.has("final_rate") ? "final_rate" : "failure_rate")
            .mistake("failure_rate and final_rate must not add up to more than 1");
    }
    return simulated;
}

Command read_command(Value const& value) {
    Command command;
    read_keys<Command>(value, command_keys(), command);
    if (!value.has("run")) {
        value.at("run").mistake("missing; expected a list of a program and its arguments");
    }
    check_codes(value, command);
    return command;
}

// Of kinds that don't say themselves what a call costs.
void read_own_cost(Value const& value, Provider& provider) {
    if (value.has("cost")) {
        read_call_cost(value.at("cost"), provider.cost);
    }
}

void read_provider(Value const& value, Provider& provider) {
    if (value.node().kind != Node::Kind::map) {
        value.expected("a map of keys and values");
        return;
    }
    if (value.has("limits")) {
        read_limits(value.at("limits"), provider.limits);
    }
    enum class Kind { none, simulated, command, http };
    auto kind = Kind::none;
    if (value.has("kind")) {
        read_word<Kind>(
            value.at("kind"), kind,
            {{"simulated", Kind::simulated}, {"command", Kind::command}, {"http", Kind::http}});
    } else {
        value.at("kind").mistake("missing; expected simulated, command or http");
    }
    if (value.has("allow_private")) {
        read_flag(value.at("allow_private"), provider.allow_private);
    }
    switch (kind) {
        case Kind::none:
            return;
        case Kind::simulated:
            read_own_cost(value, provider);
            provider.kind = read_simulated(value);
            return;
        case Kind::command:
            read_own_cost(value, provider);
            provider.kind = read_command(value);
            return;
        case Kind::http: {
            auto http = read_http_provider(value);
            http.allow_private = provider.allow_private;
            provider.kind = std::move(http);
            return;
        }
    }
}

}  // namespace

std::vector<Key<Simulated>> const& simulated_keys() {
    static std::vector<Key<Simulated>> const keys = {
        {"kind", [](Value const&, Simulated&) {}},  // already read
        {.name = "limits",
         .read = [](Value const&, Simulated&) {},
         .form = Key<Simulated>::Form::tree},
        {.name = "cost",
         .read = [](Value const&, Simulated&) {},
         .form = Key<Simulated>::Form::tree},
        {"seed",
         [](Value const& v, Simulated& s) {
             read_integer<std::uint64_t>(v, s.seed, 0, std::numeric_limits<std::int64_t>::max());
         }},
        {"latency",
         [](Value const& v, Simulated& s) { read_duration(v, s.latency, seconds{0}, days{1}); }},
        {"failure_rate", [](Value const& v, Simulated& s) { read_share(v, s.failure_rate); }},
        {"final_rate", [](Value const& v, Simulated& s) { read_share(v, s.final_rate); }},
        {"unknown_rate", [](Value const& v, Simulated& s) { read_share(v, s.unknown_rate); }},
        {"characters_per_second",
         [](Value const& v, Simulated& s) {
             read_rate(v, s.characters_per_second, base::Rate{1'000}, base::Rate{1'000'000'000});
         }},
        {"submissions", [](Value const& v, Simulated& s) { read_path(v, s.submissions); }},
        {"on_doubt",
         [](Value const& v, Simulated& s) {
             read_word<OnDoubt>(v, s.on_doubt,
                                {{"resubmit", OnDoubt::resubmit},
                                 {"look_up", OnDoubt::look_up},
                                 {"resubmit_once", OnDoubt::resubmit_once},
                                 {"park", OnDoubt::park},
                                 {"refund", OnDoubt::refund}});
         }},
        {"take_after",
         [](Value const& v, Simulated& s) { read_duration(v, s.take_after, seconds{0}, days{1}); }},
        {"answer_after",
         [](Value const& v, Simulated& s) {
             read_duration(v, s.answer_after, seconds{0}, days{1});
         }},
    };
    return keys;
}

std::vector<Key<Command>> const& command_keys() {
    using Form = Key<Command>::Form;
    static std::vector<Key<Command>> const keys = {
        {"kind", [](Value const&, Command&) {}},           // already read
        {"allow_private", [](Value const&, Command&) {}},  // already read
        {.name = "limits", .read = [](Value const&, Command&) {}, .form = Key<Command>::Form::tree},
        {.name = "cost", .read = [](Value const&, Command&) {}, .form = Key<Command>::Form::tree},
        {.name = "run", .read = read_run, .form = Form::tree},
        {.name = "environment", .read = read_variables, .form = Form::tree},
        {"memory_mb", [](Value const& v,
                         Command& c) { read_integer(v, c.memory_mb, 0, std::int64_t{1} << 24); }},
        {"output_bytes",
         [](Value const& v, Command& c) {
             read_integer(v, c.output_bytes, 1, std::int64_t{1} << 30);
         }},
        {.name = "retry_codes",
         .read = [](Value const& v, Command& c) { read_codes(v, c.retry_codes); },
         .form = Form::tree},
        {.name = "final_codes",
         .read = [](Value const& v, Command& c) { read_codes(v, c.final_codes); },
         .form = Form::tree},
        {"kill_after", [](Value const& v,
                          Command& c) { read_duration(v, c.kill_after, seconds{0}, minutes{10}); }},
    };
    return keys;
}

void read_providers(Value const& value, Settings& settings) {
    for_each_key(value, [&](std::string const& name, Value const& item) {
        if (!is_name(name)) {
            item.mistake("not a name of letters, digits, `_`, `-` and `.`");
        }
        auto& provider = settings.providers[name];
        provider.name = name;
        read_provider(item, provider);
    });
}

}  // namespace config
