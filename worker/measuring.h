// What measures, as the settings want it: the helpers, and what is behind a URL.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/media.h"
#include "adapters/media/crew/crew.h"
#include "config/settings.h"

namespace worker {

adapters::media::CrewOptions crew_options(config::Media const& settings);

using OpenResult = std::expected<std::unique_ptr<adapters::ByteSource>, adapters::MediaError>;
using OpenUrl = std::function<OpenResult(std::string const& url)>;

// The bytes behind an http or https URL, read as they are needed.
OpenResult open_url(config::Media const& settings, std::string const& url);

// A crew whose helpers are started when something is to be measured for the first time: many a
// process never measures anything.
class CrewOnDemand final : public adapters::Media {
public:
    explicit CrewOnDemand(adapters::media::CrewOptions options) : options_{std::move(options)} {}

    adapters::MeasureResult measure(std::span<std::byte const> bytes,
                                    adapters::MediaHints const& hints) override {
        return crew().measure(bytes, hints);
    }

    adapters::MeasureResult measure_file(int descriptor,
                                         adapters::MediaHints const& hints) override {
        return crew().measure_file(descriptor, hints);
    }

    adapters::MeasureResult measure_source(adapters::ByteSource& source,
                                           adapters::MediaHints const& hints) override {
        return crew().measure_source(source, hints);
    }

private:
    adapters::media::Crew& crew();

    adapters::media::CrewOptions options_;
    std::once_flag once_;
    std::unique_ptr<adapters::media::Crew> crew_;
};

}  // namespace worker
