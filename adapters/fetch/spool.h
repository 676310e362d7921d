// The whole of a file that its server gives in one piece only, in a temporary file without a name.
#pragma once

#include <memory>

#include "adapters/fetch/client.h"
#include "adapters/fetch/open.h"

namespace adapters::fetch {

// Takes the body of the answer that the client has just had. Throws Failed: not_audio, too_large,
// cut, timeout, spool.
std::unique_ptr<RemoteSource> spool(Client& client, Head const& head);

// A file without a byte.
std::unique_ptr<RemoteSource> nothing(Client const& client);

}  // namespace adapters::fetch
