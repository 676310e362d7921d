// One HTTP/1.1 request and its answer over a link that is there. Beast reads what comes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "adapters/fetch/web/link.h"
#include "adapters/web.h"

namespace adapters::fetch {

struct Talk {
    std::string bytes;  // of the request, but for …
    std::string_view body = {};
    base::Millis first_byte{};
    Clock::time_point until;
    std::uint64_t max_size = 0;
    bool head_only = false;  // of the answer: what a proxy says to CONNECT
    std::function<bool(WebAnswer const&, std::string_view)> const* on_body = nullptr;
};

struct Told {
    WebAnswer answer;
    Trouble trouble;        // empty: the answer is whole
    bool written = false;   // something of the request went out
    bool answered = false;  // something of an answer came in
    bool reusable = false;  // the link may carry another request
};

boost::asio::awaitable<Told> talk(Link& link, Talk const& request);

}  // namespace adapters::fetch
