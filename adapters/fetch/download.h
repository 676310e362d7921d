// Whole files from the web into a file of our own; what was cut off goes on where it ended.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/fetch/answers.h"
#include "adapters/fetch/open.h"

namespace adapters::fetch {

struct Downloaded {
    std::uint64_t size = 0;
    std::string type;  // as the server calls it
};

// So much is there, of so much where the server said. False: stop, with the code `stopped`.
using Watch = std::function<bool(std::uint64_t done, std::optional<std::uint64_t> all)>;

// `into` is an open file, empty, to be read from its beginning afterwards; after an error there may
// be anything in it. `headers` go to the URL's own origin only, and not where it redirects to. The
// codes of errors are those of open_url() but for not_audio and no_ranges; disk (it can't be
// written), stopped, and bad_request for headers that can't be sent.
std::expected<Downloaded, MediaError> download(std::string_view url, Fields const& headers,
                                               int into, FetchOptions const& options,
                                               Watch const& watch);

}  // namespace adapters::fetch
