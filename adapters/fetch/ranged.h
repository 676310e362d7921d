// A file whose server gives parts of it: read where it is, little by little.
#pragma once

#include <cstddef>
#include <memory>

#include "adapters/fetch/client.h"
#include "adapters/fetch/open.h"

namespace adapters::fetch {

constexpr std::size_t first_part = 16'384;  // what is asked for to learn the size

// Takes the body of the answer to that first request, a 206 with this range, whose size is known.
// Throws Failed: not_audio, too_large, cut, timeout.
std::unique_ptr<RemoteSource> ranged(std::unique_ptr<Client> client, Url url, Head const& head,
                                     ContentRange const& range);

}  // namespace adapters::fetch
