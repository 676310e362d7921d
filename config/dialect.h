// Reads dialects: how providers are spoken to (dialect/dialect.h), from YAML. Every mistake at
// once, with its line. The shipped ones are part of the program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "dialect/dialect.h"

namespace config {

Loaded<dialect::Dialect> parse_dialect(std::string const& yaml, std::string const& name);
Loaded<dialect::Dialect> load_dialect(std::filesystem::path const& file);

struct ShippedDialect {
    std::string_view name;
    std::string_view yaml;
};

// config/dialects/NAME.yaml, by name.
std::vector<ShippedDialect> const& shipped_dialects();

// Nullopt where there is none of this name.
std::optional<ShippedDialect> shipped_dialect(std::string_view name);

}  // namespace config
