// One request with whatever headers and body, and its whole answer, whatever its status: for calls
// to other services.
#pragma once

#include <expected>
#include <string>

#include "adapters/fetch/answers.h"
#include "adapters/fetch/open.h"

namespace adapters::fetch {

struct Outgoing {
    std::string method;  // not HEAD
    std::string url;
    Fields headers;  // but for Host, Content-Length and Connection
    std::string body;
};

struct Incoming {
    unsigned status = 0;
    Fields headers;
    std::string body;
};

// Sent once and never again by itself; redirects are answers like others. `max_size` is what is
// held of the answer's body at the most, `total_timeout` is of all of it. The codes of errors are
// those of open_url() (after which it may have been done), and bad_request for what can't be sent.
std::expected<Incoming, MediaError> exchange(Outgoing const& request, FetchOptions const& options);

}  // namespace adapters::fetch
