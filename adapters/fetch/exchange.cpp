#include "adapters/fetch/exchange.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/fetch/client.h"
#include "adapters/fetch/failed.h"
#include "base/text.h"

namespace adapters::fetch {

namespace {

// A line end in a header would begin another one.
bool is_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool can_be_sent(Outgoing const& request) {
    return base::is_token(request.method) && request.method != "HEAD" &&
           std::ranges::all_of(request.headers, [](auto const& header) {
               return base::is_token(header.first) && is_value(header.second);
           });
}

std::string text_of(Outgoing const& request, Url const& url) {
    auto text = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method,
                            url.path, url.query, url.authority());
    for (auto const& [name, value] : request.headers) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (!request.body.empty() || request.method != "GET") {
        text += fmt::format("Content-Length: {}\r\n", request.body.size());
    }
    return text.append("\r\n").append(request.body);
}

}  // namespace

std::expected<Incoming, MediaError> exchange(Outgoing const& request, FetchOptions const& options) {
    auto const url = parse_url(request.url);
    if (!url) {
        return std::unexpected{url.error()};
    }
    if (!can_be_sent(request)) {
        return std::unexpected{
            MediaError{.code = "bad_request", .message = "a method or header that can't be sent"}};
    }
    try {
        Client client{options};
        auto const head = client.once(*url, text_of(request, *url));
        Incoming answer{.status = head.status, .headers = client.fields(), .body = {}};
        answer.body = client.text();
        return answer;
    } catch (Failed const& failed) {
        return std::unexpected{failed.error};
    }
}

}  // namespace adapters::fetch
