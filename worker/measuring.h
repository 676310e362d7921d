// Which crew the settings mean, and what is behind a URL.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "adapters/media.h"
#include "adapters/media/crew/crew.h"
#include "config/settings.h"

namespace worker {

adapters::media::CrewOptions crew_options(config::Media const& settings);

// The bytes behind an http or https URL, read as they are needed.
std::expected<std::unique_ptr<adapters::ByteSource>, adapters::MediaError> open_url(
    config::Media const& settings, std::string const& url);

}  // namespace worker
