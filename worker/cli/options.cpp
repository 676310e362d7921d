// Options over CLI11.
#include "worker/cli/options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace worker::cli {

namespace {

// An unset variable in a script must not quietly mean "no reference" or "never expires".
std::string not_empty(std::string const& value) {
    return value.empty() ? "needs a value, and got an empty one" : "";
}

}  // namespace

Options::Options(CLI::App& app) : app_(app) {}

void Options::required(std::string const& name, std::string& into, std::string const& help) {
    app_.add_option(name, into, help)->required()->option_text(" ");
    arguments_.push_back({.name = name, .help = help});
}

void Options::optional(std::string const& name, std::string& into, std::string const& help) {
    app_.add_option(name, into, help)->option_text(" ");
    arguments_.push_back({.name = name, .help = help});
}

void Options::several(std::string const& name, std::vector<std::string>& into,
                      std::string const& help) {
    app_.add_option(name, into, help)->required()->option_text("...");
    arguments_.push_back({.name = name, .help = help});
}

void Options::any(std::string const& name, std::vector<std::string>& into,
                  std::string const& help) {
    app_.add_option(name, into, help)->option_text("...");
    arguments_.push_back({.name = name, .help = help});
}

void Options::text(std::string const& name, std::string const& value, std::string& into,
                   std::string const& help) {
    app_.add_option(name, into, help)->option_text(value)->check(not_empty);
    arguments_.push_back({.name = name, .value = value, .help = help});
}

void Options::must(std::string const& name, std::string const& value, std::string& into,
                   std::string const& help) {
    app_.add_option(name, into, help)->required()->option_text(value + " (required)");
    arguments_.push_back({.name = name, .value = value, .help = help});
}

void Options::many(std::string const& name, std::string const& value,
                   std::vector<std::string>& into, std::string const& help) {
    app_.add_option(name, into, help)->expected(1)->take_all()->option_text(value)->delimiter(',');
    arguments_.push_back({.name = name, .value = value, .help = help});
}

void Options::number(std::string const& name, std::int64_t& into, std::int64_t least,
                     std::int64_t most, std::string const& help) {
    app_.add_option(name, into, help)->check(CLI::Range(least, most))->option_text("N");
    arguments_.push_back({.name = name, .value = "N", .help = help});
}

void Options::flag(std::string const& name, bool& into, std::string const& help) {
    app_.add_flag(name, into, help);
    arguments_.push_back({.name = name, .help = help});
}

Options& Options::word(std::string const& name, std::string& chosen, std::string const& purpose) {
    auto* const app = app_.add_subcommand(name, purpose);
    app->callback([&chosen, name] { chosen = name; });
    app->group("Words");
    app_.require_subcommand(0, 1);
    return words_.emplace_back(*app);
}

void Options::example(std::string const& lines) {
    app_.footer("Example:\n" + lines);
}

std::string Options::name() const {
    return app_.get_name();
}

std::string Options::purpose() const {
    return app_.get_description();
}

}  // namespace worker::cli
