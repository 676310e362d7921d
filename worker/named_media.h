// Media that a JSON text names: found in it, opened, measured. A name is a URL, or a path below a
// folder that it can't lead out of.
#pragma once

#include <atomic>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/media.h"
#include "adapters/media/crew/fd.h"
#include "config/settings.h"
#include "jobs/measurement.h"
#include "worker/measuring.h"

namespace worker {

// The first of these fields that is a text which is not empty; with a slash before it a field is a
// JSON pointer. None, too, where the text is not an object.
std::optional<std::string> named_in(std::string_view json, std::vector<std::string> const& fields);

// A plain file below `folder`; no link is followed below it, and `..` leads nowhere. An absolute
// path must begin with the folder's own. Codes: not_found, outside, not_a_file, unreadable.
std::expected<adapters::media::crew::Fd, adapters::MediaError> open_beneath(
    std::filesystem::path const& folder, std::string const& name);

// What of it is priced; none where neither track has a length.
std::optional<jobs::Measurement> measurement_of(adapters::Measured const& found,
                                                config::Track track, jobs::Source of);

// What a stranger says, in characters that any store and any log takes; not all of it if it is
// long.
std::string printable(std::string_view text);

// A name for people and logs: printable, of a bounded length, and of a URL without its query, which
// may hold a signature.
std::string shown(std::string const& name);

// "there is no such file (not_found)"; `name` itself is not said once more.
std::string reason(std::string const& name, adapters::MediaError const& error);

// Measures what has a name. May be called from any thread; blocks.
class Gauge {
public:
    // Both must outlive it.
    Gauge(adapters::Media& media, OpenUrl open) : media_{media}, open_{std::move(open)} {}

    // Beside the codes of the crew, of fetching and of open_beneath: no_folder (the name is a path,
    // and `folder` is empty), stopped, and unsupported for other schemes than http and https.
    adapters::MeasureResult measure(std::string const& name, std::filesystem::path const& folder);

    // What is being fetched ends soon, with the code `stopped`.
    void stop() { stopped_ = true; }

private:
    adapters::MeasureResult measure_url(std::string const& url);

    adapters::Media& media_;
    OpenUrl open_;
    std::atomic<bool> stopped_ = false;
};

}  // namespace worker
