// providers: who is configured, which dialects there are, whether a dialect's file is right.
#include <filesystem>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "config/dialect.h"
#include "worker/cli/context.h"
#include "worker/cli/providers_try.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

struct Row {
    std::string name;
    std::string kind;
    std::string what;
};

Row row_of(config::Provider const& provider) {
    if (auto const* http = std::get_if<config::HttpProvider>(&provider.kind)) {
        auto const model = http->vars.find("model");
        return {provider.name, "http",
                fmt::format("dialect {}{}", http->dialect.name,
                            model == http->vars.end() ? "" : ", model " + model->second)};
    }
    if (auto const* command = std::get_if<config::Command>(&provider.kind)) {
        return {provider.name, "command", command->run.empty() ? "" : command->run.front()};
    }
    return {provider.name, "simulated", "for trying out"};
}

std::string about(config::ShippedDialect const& shipped) {
    auto const loaded = config::parse_dialect(std::string{shipped.yaml}, std::string{shipped.name});
    return loaded.value ? loaded.value->about : "can't be read";
}

int list(Context& context) {
    auto const& settings = context.settings();
    boost::json::array providers;
    boost::json::array dialects;
    Table table({{"PROVIDER"}, {"KIND"}, {"WHAT"}});
    for (auto const& [name, provider] : settings.providers) {
        auto const row = row_of(provider);
        table.row({clean(row.name), row.kind, clean(row.what)});
        providers.push_back({{"name", row.name}, {"kind", row.kind}, {"what", row.what}});
    }
    Table known({{"DIALECT"}, {"ABOUT"}});
    for (auto const& shipped : config::shipped_dialects()) {
        auto const text = about(shipped);
        known.row({std::string{shipped.name}, text});
        dialects.push_back({{"name", shipped.name}, {"about", text}});
    }
    if (context.json()) {
        Context::print(boost::json::object{{"providers", std::move(providers)},
                                           {"dialects", std::move(dialects)}});
        return done;
    }
    table.print();
    fmt::print("\n");
    known.print();
    fmt::print(
        "\n`tallyman providers show DIALECT` prints one, to be changed and used as a "
        "dialect_file\n");
    return done;
}

int show(std::string const& name) {
    auto const shipped = config::shipped_dialect(name);
    if (!shipped) {
        throw Stop(answer_is_no,
                   fmt::format("no shipped dialect `{}`; `tallyman providers` lists them", name));
    }
    fmt::print("{}", shipped->yaml);
    return done;
}

int check(Context const& context, std::string const& file) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(file, code)) {
        throw Stop(usage, fmt::format("{} is not a file that can be read; check the path", file));
    }
    auto const loaded = config::load_dialect(file);
    if (context.json()) {
        boost::json::array problems;
        for (auto const& problem : loaded.problems) {
            problems.push_back({{"file", problem.file},
                                {"line", problem.line},
                                {"key", problem.key},
                                {"what", problem.what}});
        }
        Context::print(boost::json::object{
            {"file", file}, {"ok", loaded.value.has_value()}, {"problems", std::move(problems)}});
        return loaded.value ? done : answer_is_no;
    }
    for (auto const& problem : loaded.problems) {
        complain(config::to_text(problem));
    }
    if (loaded.value) {
        fmt::print("{}: dialect {}, no mistakes\n", clean(file), loaded.value->name);
    }
    return loaded.value ? done : answer_is_no;
}

class Providers final : public Verb {
public:
    void declare(Options& options) override {
        auto& shown = options.word("show", word_, "Prints a shipped dialect");
        shown.required("DIALECT", name_, "its name");
        shown.example("  tallyman providers show openai-chat > mine.yaml");
        auto& checked =
            options.word("check", word_, "Checks a dialect's file: every mistake, with its line");
        checked.required("FILE", name_, "the file");
        checked.example("  tallyman providers check mine.yaml    # exit 1 if it has mistakes");
        auto& tried = options.word("try", word_,
                                   "Has one call done by hand, without a job: shows what is sent "
                                   "and how the answer is read");
        tried.required("PROVIDER", trial_.provider, "its name in the configuration");
        tried.text("--input", "JSON", trial_.input, "the job's input (default: {})");
        tried.text("--model", "NAME", trial_.model, "instead of the configured one");
        tried.text("--to", "FOLDER", trial_.folder, "where files go (default: in the data folder)");
        tried.example("  tallyman providers try qwen --input '{\"text\": \"hello\"}'");
        options.word("list", word_, "Lists those configured, and the dialects (the default)");
        options.example("  tallyman providers");
    }

    int run(Context& context) override {
        if (word_ == "try") {
            return try_provider(context, trial_);
        }
        if (word_ == "show") {
            return show(name_);
        }
        return word_ == "check" ? check(context, name_) : list(context);
    }

private:
    std::string word_;
    std::string name_;
    Trial trial_;
};

}  // namespace

std::unique_ptr<Verb> make_providers() {
    return std::make_unique<Providers>();
}

}  // namespace worker::cli
