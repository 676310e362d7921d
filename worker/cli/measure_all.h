// Measures everything that is named, several at once, and hands the results over in order.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/media.h"
#include "config/settings.h"

namespace worker::cli {

struct MeasurePlan {
    std::vector<std::string> names;  // paths, URLs, or "-" for standard input
    adapters::MediaHints hints;
    config::Media settings;
    std::function<std::expected<std::unique_ptr<adapters::ByteSource>, adapters::MediaError>(
        std::string const& url)>
        open_url;
};

// Each result with its place among the names; called on this thread, in their order.
using EachResult = std::function<void(std::size_t at, adapters::MeasureResult const& result)>;

void measure_all(MeasurePlan const& plan, EachResult const& each);

bool is_url(std::string_view name);

}  // namespace worker::cli
