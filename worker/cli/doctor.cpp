// doctor: one line for each thing that has to be right, and what to do where it is not.
#include "worker/cli/doctor.h"

#include <array>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/redis/probe.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/wakeups.h"

namespace worker::cli {

namespace {

namespace fs = std::filesystem;

std::string_view health_word(Health health) {
    switch (health) {
        case Health::ok:
            return "ok";
        case Health::warning:
            return "warning";
        case Health::problem:
            return "problem";
    }
    return "";
}

// Runs one check; what it throws becomes a problem of that name, a line each.
template <typename Body>
bool attempt(Checks& checks, std::string const& name, std::string const& todo, Body body) {
    auto const problem = [&](std::string_view lines) {
        while (!lines.empty()) {
            auto const line = lines.substr(0, lines.find('\n'));
            checks.push_back({name, Health::problem, std::string(line), todo});
            lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        }
        return false;
    };
    try {
        body();
        return true;
    } catch (std::exception const& error) {
        return problem(error.what());
    }
}

// What is there of a path: itself, or the nearest thing above it.
fs::path nearest(fs::path path) {
    std::error_code code;
    path = fs::absolute(path, code);
    while (!fs::exists(path, code) && path.has_relative_path()) {
        path = path.parent_path();
    }
    return path;
}

void check_data_dir(Checks& checks, config::Settings const& settings) {
    auto const& dir = settings.data_dir;
    auto const there = nearest(dir);
    std::error_code code;
    auto const folder = fs::is_directory(there, code);
    if (!folder || ::access(there.c_str(), W_OK | X_OK) != 0) {
        checks.push_back(
            {"data folder", Health::problem,
             fmt::format("{} {}", there.string(), folder ? "can't be written" : "is not a folder"),
             "give this user a folder to write in, or set TALLYMAN_DATA_DIR"});
        return;
    }
    checks.push_back({"data folder", Health::ok,
                      fs::exists(dir, code) ? dir.string() + " can be written"
                                            : dir.string() + " will be made when it is needed",
                      ""});
}

void check_disk(Checks& checks, config::Settings const& settings) {
    constexpr std::uintmax_t mb = 1024 * 1024;
    auto const folder = nearest(settings.data_dir);
    std::error_code code;
    auto const space = fs::space(folder, code);
    if (code) {
        checks.push_back({"disk", Health::problem, code.message(), "check the data folder"});
        return;
    }
    auto const free = space.available / mb;
    auto const health = free < 100 ? Health::problem : free < 1024 ? Health::warning : Health::ok;
    checks.push_back({"disk", health, fmt::format("{} MB free at {}", free, folder.string()),
                      health == Health::ok ? "" : "free some space before the store can't write"});
}

// What a production store needs besides being there.
void judge_postgres(Checks& checks, adapters::PostgresStatus const& found,
                    std::string const& schema) {
    auto const say = [&](Health health, std::string detail, std::string todo) {
        checks.push_back({"postgres", health, std::move(detail), std::move(todo)});
    };
    if (found.standby) {
        say(Health::problem, "it is a replica: it can't write", "give the primary's address");
    }
    if (found.may_change_entries) {
        say(Health::warning,
            "this role owns the ledger or is a superuser: only triggers protect it",
            fmt::format("migrate as the owner; run workers as a role with GRANT {}_app", schema));
    } else if (found.exists) {
        say(Health::ok, "this role can't change ledger entries", "");
    }
    if (!found.durability.empty()) {
        say(Health::warning, found.durability + ": a crash of the server may lose paid work",
            "turn it on in postgresql.conf");
    }
    if (found.pooled) {
        say(Health::warning, "a pooler stands between: a dead worker is noticed by its lease only",
            "give workers the server's own address, and its jobs are back within seconds");
    }
}

void check_postgres(Checks& checks, Context& context) {
    auto const options = postgres_options(context.settings());
    auto const begin = std::chrono::steady_clock::now();
    auto const found = adapters::postgres_status(options);
    auto const took = std::chrono::steady_clock::now() - begin;
    checks.push_back({"postgres", Health::ok,
                      fmt::format("version {}, connected and asked in {} ms", found.server,
                                  std::chrono::round<base::Millis>(took).count()),
                      ""});
    judge_postgres(checks, found, options.schema);
    bool const current = found.pending.empty();
    checks.push_back(
        {"schema", current ? Health::ok : Health::problem,
         fmt::format("{}: version {} of {}", options.schema, found.version, found.wanted),
         current ? "" : "bring it up to date: tallyman migrate"});
}

// An embedded store that nobody has used yet is no mistake; any other has to be there.
bool to_be_made(config::Settings const& settings) {
    return !uses_postgres(settings) && !fs::exists(sqlite_path(settings));
}

void check_store(Checks& checks, Context& context) {
    auto const name = shown_store_url(context.settings());
    if (to_be_made(context.settings())) {
        checks.push_back({"store", Health::ok, name + " is not there yet",
                          "`tallyman up` or the first enqueue makes it"});
        return;
    }
    auto& store = context.store(Opening::existing);
    auto const counts = store.counts();
    checks.push_back({"store", Health::ok,
                      fmt::format("{}: {} jobs ready, {} waiting, {} processing", name,
                                  counts.ready, counts.waiting, counts.processing),
                      ""});
    auto const now = store.now();
    constexpr base::Millis long_wait{60'000};
    if (counts.oldest_ready && counts.processing == 0 && now - *counts.oldest_ready > long_wait) {
        checks.push_back({"workers", Health::warning,
                          fmt::format("jobs have been ready since {} and none is processed",
                                      local_time(*counts.oldest_ready)),
                          "start a worker: tallyman up"});
    }
}

std::string memory_of(adapters::redis::Findings const& found) {
    constexpr std::int64_t mb = 1024 * 1024;
    return found.memory_limit == 0 ? fmt::format("{} MB used, no limit", found.memory_used / mb)
                                   : fmt::format("{} of {} MB used, {}", found.memory_used / mb,
                                                 found.memory_limit / mb, found.eviction);
}

// Redis may evict what is live status, and must not evict the requests that wait in the stream.
void judge_redis(Checks& checks, adapters::redis::Findings const& found, bool intake) {
    if (found.old) {
        checks.push_back({"redis", intake ? Health::problem : Health::warning,
                          fmt::format("Redis {} is older than 6.2", found.version),
                          "upgrade it, or set redis.intake to false"});
    }
    if (!found.role.empty() && found.role != "master") {
        checks.push_back({"redis", Health::problem, fmt::format("it is a {}", found.role),
                          "give the address of the master, or of the sentinels"});
    }
    if (found.memory_limit > 0 && found.eviction.starts_with("allkeys")) {
        checks.push_back({"redis", Health::warning,
                          fmt::format("its policy {} may evict requests that wait in the intake",
                                      found.eviction),
                          "set maxmemory-policy to volatile-ttl or noeviction"});
    }
    if (found.latency > base::Millis{10}) {
        checks.push_back({"redis", Health::warning,
                          fmt::format("a command takes {} ms", found.latency.count()),
                          "place it nearer to the workers"});
    }
}

void check_redis(Checks& checks, Context& context) {
    auto const& settings = context.settings().redis;
    if (!settings.there()) {
        auto const how = uses_postgres(context.settings())
                             ? "look every " + base::to_text(look_every)
                             : std::string{"are woken by the embedded store"};
        checks.push_back({"redis", Health::ok, "none configured; workers " + how, ""});
        return;
    }
    auto const found = adapters::redis::probe(redis_settings(settings));
    checks.push_back({"redis", Health::ok,
                      fmt::format("{}: version {}, {}, {}, {} ms, {}", found.where,
                                  found.version.empty() ? "unknown" : found.version,
                                  found.role.empty() ? "role unknown" : found.role,
                                  memory_of(found), found.latency.count(),
                                  found.where.starts_with("rediss:") ? "TLS" : "not encrypted"),
                      ""});
    judge_redis(checks, found, settings.intake);
}

// What the scheduler has been doing: one line a duty, with its last run and what that cost.
void check_duties(Checks& checks, Context& context) {
    if (to_be_made(context.settings())) {
        return;
    }
    for (auto const& duty : context.store(Opening::existing).duties()) {
        auto const when = duty.finished_at ? "last run " + local_time(*duty.finished_at) +
                                                 ", took " + base::to_text(duty.cost)
                                           : std::string("has not ended a run yet");
        auto const what = duty.result.empty() ? "" : ": " + clean(duty.result);
        checks.push_back({"duty", duty.failed ? Health::warning : Health::ok,
                          fmt::format("{}: {}{}", duty.name, when, what),
                          duty.failed ? "see the scheduler's log" : ""});
    }
}

void check_clock(Checks& checks, Context& context) {
    auto const here = std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
    constexpr base::Timestamp long_ago = base::from_ms(1'704'067'200'000);  // 2024
    if (here < long_ago) {
        checks.push_back({"clock", Health::problem, "this machine says " + local_time(here),
                          "set the clock; expiry and leases go by it"});
        return;
    }
    base::Millis skew{0};
    if (!to_be_made(context.settings())) {
        skew = context.store(Opening::existing).now() - here;
    }
    auto const far = std::chrono::abs(skew) > base::Millis{2'000};
    auto const bad = uses_postgres(context.settings()) ? Health::problem : Health::warning;
    checks.push_back(
        {"clock", far ? bad : Health::ok,
         fmt::format("{}; the store's differs by {} ms", local_time(here), skew.count()),
         far ? "synchronise the clocks (NTP)" : ""});
}

void check_configuration(Checks& checks, Context& context) {
    context.settings();
    auto const file = context.config_file();
    checks.push_back(
        {"configuration", Health::ok, file.empty() ? "built-in, with the environment" : file, ""});
}

void check_prices(Checks& checks, Context& context) {
    auto const& book = context.book();
    checks.push_back({"prices", Health::ok,
                      fmt::format("{} services, version {}", book.services.size(), book.version),
                      ""});
    for (auto const& problem : config::check_together(context.settings(), book)) {
        checks.push_back({"prices", Health::problem, config::to_text(problem),
                          "make configuration and price book agree"});
    }
}

Checks examine(Context& context) {
    Checks checks;
    auto const readable = attempt(checks, "configuration", "correct it; see config/tallyman.yaml",
                                  [&] { check_configuration(checks, context); });
    if (!readable) {
        return checks;
    }
    auto const priced = attempt(checks, "prices", "correct it; `tallyman prices check` helps",
                                [&] { check_prices(checks, context); });
    if (priced) {
        attempt(checks, "provider", "correct the configuration",
                [&] { check_providers(checks, context); });
    }
    attempt(checks, "data folder", "check the path", [&] {
        check_data_dir(checks, context.settings());
        check_disk(checks, context.settings());
    });
    attempt(checks, "results", "correct results.s3", [&] { check_results(checks, context); });
    attempt(checks, "payments", "correct the setting, or give this user the right to read the file",
            [&] { check_payments(checks, context); });
    attempt(checks, "redis", "workers go on without it, polling the store",
            [&] { check_redis(checks, context); });
    auto const open = attempt(checks, "store", "see `tallyman migrate status`", [&] {
        if (uses_postgres(context.settings())) {
            check_postgres(checks, context);
        }
        check_store(checks, context);
    });
    if (open) {
        attempt(checks, "duty", "check the store", [&] { check_duties(checks, context); });
        attempt(checks, "clock", "check the store", [&] { check_clock(checks, context); });
    }
    return checks;
}

class Doctor final : public Verb {
public:
    void declare(Options& options) override {
        options.example("  tallyman doctor    # exit 1 if something is wrong");
    }

    int run(Context& context) override {
        auto const checks = examine(context);
        auto const ok = std::ranges::none_of(
            checks, [](Check const& check) { return check.health == Health::problem; });
        context.json() ? print_json(checks, ok) : print_lines(checks);
        return ok ? done : answer_is_no;
    }

private:
    static void print_json(Checks const& checks, bool ok) {
        boost::json::array list;
        for (auto const& check : checks) {
            boost::json::object line{{"name", check.name},
                                     {"status", std::string(health_word(check.health))},
                                     {"detail", check.detail}};
            if (!check.todo.empty()) {
                line["todo"] = check.todo;
            }
            list.push_back(std::move(line));
        }
        Context::print(boost::json::object{{"ok", ok}, {"checks", std::move(list)}});
    }

    static void print_lines(Checks const& checks) {
        for (auto const& check : checks) {
            fmt::print("{:<8} {:<14} {}{}\n", health_word(check.health), check.name,
                       clean(check.detail), check.todo.empty() ? "" : "; " + clean(check.todo));
        }
    }
};

}  // namespace

std::unique_ptr<Verb> make_doctor() {
    return std::make_unique<Doctor>();
}

}  // namespace worker::cli
