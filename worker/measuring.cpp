// Settings as options of the parts that measure.
#include "worker/measuring.h"

#include "adapters/fetch/open.h"

namespace worker {

namespace {

adapters::media::TaglibUse taglib_use(config::TaglibUse use) {
    switch (use) {
        case config::TaglibUse::always:
            return adapters::media::TaglibUse::always;
        case config::TaglibUse::never:
            return adapters::media::TaglibUse::never;
        case config::TaglibUse::sample:
            return adapters::media::TaglibUse::sample;
    }
    return adapters::media::TaglibUse::always;
}

}  // namespace

adapters::media::CrewOptions crew_options(config::Media const& settings) {
    adapters::media::CrewOptions options;
    options.helpers = settings.helpers;
    options.timeout = settings.timeout;
    options.memory = static_cast<std::uint64_t>(settings.memory);
    options.max_duration = settings.max_duration;
    options.max_size = static_cast<std::uint64_t>(settings.max_size);
    options.taglib = taglib_use(settings.taglib);
    return options;
}

OpenResult open_url(config::Media const& settings, std::string const& url) {
    adapters::fetch::FetchOptions options;
    options.max_size = static_cast<std::uint64_t>(settings.max_size);
    options.connect_timeout = settings.connect_timeout;
    options.total_timeout = settings.total_timeout;
    options.redirects = settings.redirects;
    options.allow_private = settings.allow_private;
    options.ca_file = settings.ca_file;
    return adapters::fetch::open_url(url, options);
}

adapters::media::Crew& CrewOnDemand::crew() {
    std::call_once(once_, [this] { crew_ = std::make_unique<adapters::media::Crew>(options_); });
    return *crew_;
}

}  // namespace worker
