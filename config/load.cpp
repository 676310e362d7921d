// From a file and the environment to settings, all or nothing.
#include "config/load.h"

#include <algorithm>

#include <unistd.h>

#include <fmt/format.h>

#include "config/keys.h"

namespace config {

namespace {

constexpr auto built_in = "built-in settings";

void erase(Node& map, std::string_view key) {
    auto const found = std::ranges::find(map.keys, key);
    if (found != map.keys.end()) {
        map.items.erase(map.items.begin() + (found - map.keys.begin()));
        map.keys.erase(found);
    }
}

}  // namespace

std::string to_text(Problem const& problem) {
    auto text = problem.file;
    if (problem.line > 0) {
        text += fmt::format(":{}", problem.line);
    }
    if (!problem.key.empty()) {
        text += (text.empty() ? "" : ": ") + problem.key;
    }
    return text + (text.empty() ? "" : ": ") + problem.what;
}

Environment environment() {
    Environment found;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
        std::string_view const line = *at;
        auto const equals = line.find('=');
        if (line.starts_with("TALLYMAN_") && equals != std::string_view::npos) {
            found.emplace(line.substr(0, equals), line.substr(equals + 1));
        }
    }
    return found;
}

Loaded<Settings> load_settings(std::filesystem::path const& file, Environment const& environment) {
    if (file.empty()) {
        return parse_settings(std::string{shipped_settings()}, "", environment);
    }
    Loaded<Settings> failed;
    auto const text = read_text_file(file, failed.problems);
    return text ? parse_settings(*text, file, environment) : failed;
}

Loaded<Settings> parse_settings(std::string const& yaml, std::filesystem::path const& file,
                                Environment const& environment) {
    Loaded<Settings> loaded;
    auto& problems = loaded.problems;
    auto const name = file.empty() ? built_in : file.string();
    auto tree = parse_tree(yaml, name, problems);
    if (!tree) {
        return loaded;
    }
    if (file.empty()) {
        erase(*tree, "prices");  // their book is built in as well, and not a file
    }
    lay_over(*tree, environment, problems);
    Settings settings{.file = file};
    Value const root{*tree, name, "", problems};
    read_keys<Settings>(root, settings_keys(), settings);
    finish_settings(root, settings);
    sort_problems(problems);
    if (problems.empty()) {
        loaded.value = std::move(settings);
    }
    return loaded;
}

std::vector<Problem> check_together(Settings const& settings, pricing::Book const& book) {
    std::vector<Problem> problems;
    auto const file = settings.file.empty() ? built_in : settings.file.string();
    std::vector<std::string_view> priced;
    for (auto const& [name, periods] : book.services) {
        priced.push_back(name);
        auto const& service = service_for(settings, name);
        if (service.provider.empty() && service.route.empty()) {
            problems.push_back({file, 0, "services." + name + ".provider",
                                "missing; the service has a price and nobody to run it"});
        }
    }
    auto const guess = [&](std::string_view name) {
        auto const near = nearest(name, priced);
        return near.empty() ? std::string{} : fmt::format("; did you mean `{}`?", near);
    };
    for (auto const& [name, service] : settings.services) {
        if (!book.services.contains(name)) {
            problems.push_back(
                {file, 0, "services." + name, "has no price in the price book" + guess(name)});
        }
    }
    for (std::size_t at = 0; at < settings.schedules.size(); ++at) {
        auto const& service = settings.schedules[at].service;
        if (!book.services.contains(service)) {
            problems.push_back(
                {file, 0, fmt::format("schedules[{}].service", at),
                 fmt::format("unknown service {}", in_ticks(service)) + guess(service)});
        }
    }
    return problems;
}

}  // namespace config
