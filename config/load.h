// Reads configuration and price books. Every mistake at once, each with its place and what was
// expected; with any mistake nothing is loaded.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "pricing/book.h"

namespace config {

struct Problem {
    std::string file;  // or "environment"
    int line = 0;      // 1-based; 0: none
    std::string key;   // "services.tts.timeout"
    std::string what;  // "unknown key; did you mean `timeout`?"
};

// "config/prices.yaml:12: services.tts.per_second: expected a decimal such as 0.25, got `fast`"
std::string to_text(Problem const& problem);

template <typename T>
struct Loaded {
    std::optional<T> value;  // present exactly when there are no problems
    std::vector<Problem> problems;
};

using Environment = std::map<std::string, std::string, std::less<>>;

// All TALLYMAN_… variables of this process.
Environment environment();

// `file` empty: the shipped settings and the environment. The file's own folder is where relative
// paths in it start. TALLYMAN_SECTION_KEY overrides a key; TALLYMAN_CONFIG is read by the caller,
// not here.
Loaded<Settings> load_settings(std::filesystem::path const& file, Environment const& environment);

// The same of a text that could be the file's.
Loaded<Settings> parse_settings(std::string const& yaml, std::filesystem::path const& file,
                                Environment const& environment);

Loaded<pricing::Book> load_book(std::filesystem::path const& file);
Loaded<pricing::Book> parse_book(std::string const& yaml, std::string const& name);

// The shipped files, which are part of the program: what holds where no file is given.
pricing::Book default_book();
std::string_view shipped_settings();  // config/tallyman.yaml
std::string_view shipped_prices();    // config/prices.yaml

// Mistakes that only show when both are seen: a service with settings and no price, a schedule for
// an unknown service.
std::vector<Problem> check_together(Settings const& settings, pricing::Book const& book);

}  // namespace config
