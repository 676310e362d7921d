// Small documents on the web, read whole.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "adapters/fetch/open.h"

namespace adapters::fetch {

// The codes of errors are those of open_url(); `max_size` is what is held at the most.
std::expected<std::string, MediaError> fetch_document(std::string_view url,
                                                      FetchOptions const& options);

}  // namespace adapters::fetch
