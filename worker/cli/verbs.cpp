// The table of verbs. Nothing is read or opened before the verb that needs it asks for it.
#include "worker/cli/verbs.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "config/nearest.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"

namespace worker::cli {

namespace {

struct VerbRow {
    char const* name;
    char const* group;
    char const* purpose;
    std::unique_ptr<Verb> (*make)();
};

constexpr char const* run = "Run";
constexpr char const* jobs = "Jobs";
constexpr char const* money_group = "Money";
constexpr char const* prices_group = "Prices";
constexpr char const* care_group = "Care";

constexpr std::array table{
    VerbRow{"up", run, "Runs the worker, the scheduler and the HTTP face in one process", make_up},
    VerbRow{"api", run, "Answers HTTP; any number of these, beside each other", make_api},
    VerbRow{"worker", run, "Runs jobs; any number of these, beside each other", make_worker},
    VerbRow{"scheduler", run, "Runs the periodic duties and the schedules", make_scheduler},
    VerbRow{"migrate", run, "Brings the store's schema up to date", make_migrate},
    VerbRow{"demo", run, "Makes a small film by real programs on this machine, each step billed",
            make_demo},
    VerbRow{"enqueue", jobs, "Puts a job into the queue", make_enqueue},
    VerbRow{"job", jobs, "Shows one job", make_job},
    VerbRow{"jobs", jobs, "Lists jobs, newest first", make_jobs},
    VerbRow{"cancel", jobs, "Cancels a job; what it was charged is refunded by its service's rule",
            make_cancel},
    VerbRow{"retry", jobs, "Queues a failed or cancelled job again, with a new charge", make_retry},
    VerbRow{"resolve", jobs,
            "Decides about a job that may have been submitted: submit, fail, task=ID",
            make_resolve},
    VerbRow{"explain", jobs, "Shows every state and every credit of a job, in order", make_explain},
    VerbRow{"queues", jobs, "Lists the queues; pauses, drains and resumes one", make_queues},
    VerbRow{"account", money_group, "Shows the balance, totals and grants of an account",
            make_account},
    VerbRow{"accounts", money_group,
            "Lists accounts: the newest, or by the beginning of the user id", make_accounts},
    VerbRow{"history", money_group, "Lists the ledger entries of an account, newest first",
            make_history},
    VerbRow{"grant", money_group, "Gives credits to an account", make_grant},
    VerbRow{"consume", money_group, "Takes credits from an account", make_consume},
    VerbRow{"statement", money_group, "Opening balance, lines and closing balance of a period",
            make_statement},
    VerbRow{"orders", money_group, "Lists orders; explains one, asks its platform, resolves doubts",
            make_orders},
    VerbRow{"expire", money_group, "Records the expiry of grants past their date, now",
            make_expire},
    VerbRow{"audit", money_group, "Checks every invariant of the ledger: exit 0 clean, 1 findings",
            make_audit},
    VerbRow{"margin", money_group, "What providers took, against what jobs were settled at",
            make_margin},
    VerbRow{"seals", money_group, "Lists the daily seals of the ledger, or makes one", make_seals},
    VerbRow{"prices", prices_group, "Shows the price book, or checks one", make_prices},
    VerbRow{"providers", prices_group, "Shows providers and dialects, or checks a dialect",
            make_providers},
    VerbRow{"quote", prices_group, "Says what a job would cost", make_quote},
    VerbRow{"measure", prices_group, "Measures the exact duration of audio", make_measure},
    VerbRow{"keys", care_group, "Makes, lists and revokes API keys", make_keys},
    VerbRow{"sync", care_group, "Sister products that may move credits, and their users",
            make_sync},
    VerbRow{"webhooks", care_group,
            "Messages for receivers: what waits, what was given up, once more", make_webhooks},
    VerbRow{"doctor", care_group, "Checks configuration, store, providers, disk and clock",
            make_doctor},
    VerbRow{"top", care_group, "Shows queues, throughput, workers and the flow of credits, live",
            make_top},
    VerbRow{"bench", care_group, "Measures billed jobs a second and pickup latency", make_bench},
    VerbRow{"version", care_group, "Prints the version", make_version},
};

struct Declared {
    std::string name;
    std::unique_ptr<Verb> verb;
    CLI::App* app = nullptr;
};

class Program {
public:
    Program() : app_(about, "tallyman") {
        app_.fallthrough();
        app_.get_formatter()->label("SUBCOMMAND", "VERB");
        app_.require_subcommand(1);
        app_.add_option("--config", globals_.config, config_help)->option_text("FILE");
        app_.add_flag("--json", globals_.json, "Prints JSON for programs");
        app_.set_version_flag("--version", "tallyman " + std::string(version));
        app_.footer(
            "Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 store not "
            "reachable.\n`tallyman VERB --help` explains a verb, with an example.");
        for (auto const& row : table) {
            add(row.name, row.group, row.purpose, row.make());
        }
        add("completion", care_group, "Prints a shell's completion script",
            make_completion(options_));
    }

    int run(int argc, char const* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (CLI::ParseError const& error) {
            return explain(error, argc, argv);
        }
        Context context(globals_);
        for (auto const& declared : verbs_) {
            if (declared.app->parsed()) {
                return declared.verb->run(context);
            }
        }
        return usage;
    }

private:
    static constexpr char const* about =
        "Tallyman runs generation jobs and bills prepaid credits for them, exactly once.";
    static constexpr char const* config_help =
        "Configuration (default: $TALLYMAN_CONFIG, ./tallyman.yaml, config/tallyman.yaml, "
        "built-in)";

    void add(char const* name, char const* group, char const* purpose, std::unique_ptr<Verb> verb) {
        auto* const app = app_.add_subcommand(name, purpose)->group(group);
        verb->declare(options_.emplace_back(*app));
        app->footer(app->get_footer() + "\n\nEverywhere: --config FILE, --json");
        verbs_.push_back({.name = name, .verb = std::move(verb), .app = app});
    }

    // Help and version are no errors; any other is one line that says where to look.
    int explain(CLI::ParseError const& error, int argc, char const* const* argv) {
        if (error.get_exit_code() == 0) {
            return app_.exit(error);
        }
        if (auto const word = first_word(argc, argv); !word.empty() && !known(word)) {
            complain(fmt::format("there is no verb `{}`{}; `tallyman --help` lists them", word,
                                 suggestion(word)));
            return usage;
        }
        auto const parsed = app_.get_subcommands();
        if (parsed.empty() && argc < 2) {
            fmt::print(stderr, "{}", app_.help());
            return usage;
        }
        auto const where = parsed.empty() ? "" : " " + parsed.front()->get_name();
        complain(fmt::format("{}; see tallyman{} --help", error.what(), where));
        return usage;
    }

    static std::string first_word(int argc, char const* const* argv) {
        for (int i = 1; i < argc; ++i) {
            std::string_view const word = argv[i];
            if (word == "--config") {
                i += 1;
            } else if (!word.starts_with('-')) {
                return std::string(word);
            }
        }
        return "";
    }

    bool known(std::string const& word) const {
        return std::ranges::find(verbs_, word, &Declared::name) != verbs_.end();
    }

    std::string suggestion(std::string const& word) const {
        std::vector<std::string_view> names;
        for (auto const& declared : verbs_) {
            names.emplace_back(declared.name);
        }
        return fmt::format(", did you mean `{}`", config::nearest(word, names));
    }

    Globals globals_;
    CLI::App app_;
    std::deque<Options> options_;
    std::vector<Declared> verbs_;
};

class Version final : public Verb {
public:
    void declare(Options& options) override { options.example("  tallyman version"); }

    int run(Context& context) override {
        if (context.json()) {
            fmt::print("{{\"version\":\"{}\"}}\n", version);
        } else {
            fmt::print("tallyman {}\n", version);
        }
        return done;
    }
};

// `tallyman help VERB` is `tallyman VERB --help`.
std::vector<char const*> arguments(int argc, char const* const* argv) {
    std::vector<char const*> args(argv, argv + argc);
    if (argc >= 2 && std::string_view(args[1]) == "help") {
        args.erase(args.begin() + 1);
        args.push_back("--help");
    }
    return args;
}

int complain_all(std::string_view lines, int code) {
    while (!lines.empty()) {
        auto const line = lines.substr(0, lines.find('\n'));
        complain(line);
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    return code;
}

}  // namespace

std::unique_ptr<Verb> make_version() {
    return std::make_unique<Version>();
}

int run_command_line(int argc, char const* const* argv) {
    try {
        auto const args = arguments(argc, argv);
        auto const code = Program().run(static_cast<int>(args.size()), args.data());
        if (std::fflush(stdout) != 0) {
            throw Stop(usage, "can't write to standard output");
        }
        return code;
    } catch (Stop const& stop) {
        return complain_all(stop.what(), stop.code);
    } catch (BadStoreUrl const& problem) {
        return complain_all(problem.what(), usage);
    } catch (adapters::Unavailable const& problem) {
        return complain_all(problem.what(), no_store);
    } catch (adapters::Unusable const& problem) {
        return complain_all(problem.what(), no_store);
    } catch (std::exception const& problem) {
        return complain_all(problem.what(), usage);
    }
}

}  // namespace worker::cli
