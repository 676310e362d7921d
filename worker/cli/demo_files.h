// What `tallyman demo` writes into its folder: demo.yaml and demo_prices.yaml.
#pragma once

#include <string_view>

namespace worker::cli {

extern std::string_view const demo_settings;
extern std::string_view const demo_prices;

}  // namespace worker::cli
