#include "adapters/fetch/web/web.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/fetch/web/talk.h"
#include "base/text.h"

namespace adapters::fetch {

namespace asio = boost::asio;

namespace {

// A server may close what is idle just while we write. What must not be done twice goes over a
// connection that was used a moment ago, or a fresh one.
constexpr base::Millis moment{2'000};

// A body of at most so many bytes goes out in one piece with its head; a larger one isn't copied.
constexpr std::size_t joined = 65'536;

// A line end in a header would begin another one.
bool is_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return c != '\x7f' && (static_cast<unsigned char>(c) >= ' ' || c == '\t');
    });
}

bool can_be_sent(WebRequest const& request) {
    return base::is_token(request.method) && request.method != "HEAD" &&
           request.method != "CONNECT" &&
           std::ranges::all_of(request.headers, [](auto const& header) {
               return base::is_token(header.first) && is_value(header.second);
           });
}

std::string bytes_of(WebRequest const& request, Url const& url, Pool const& pool) {
    auto text = fmt::format("{} {}{}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\n", request.method,
                            pool.is_relayed(url) ? url.origin() : "", url.path, url.query,
                            url.authority(), pool.options().user_agent);
    for (auto const& [name, value] : request.headers) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (auto const proof = pool.proxy_authorization(); pool.is_relayed(url) && !proof.empty()) {
        text += fmt::format("Proxy-Authorization: {}\r\n", proof);
    }
    if (!request.body.empty() || request.method != "GET") {
        text += fmt::format("Content-Length: {}\r\n", request.body.size());
    }
    text += "\r\n";
    return request.body.size() <= joined ? text.append(request.body) : text;
}

}  // namespace

WebClient::WebClient(asio::any_io_executor executor, WebOptions options)
    : pool_{std::move(executor), std::move(options)} {}

asio::awaitable<std::expected<WebAnswer, WebError>> WebClient::ask(WebRequest request) {
    auto const url = parse_url(request.url);
    if (!url) {
        co_return std::unexpected{WebError{"bad_url", url.error().message}};
    }
    if (!can_be_sent(request)) {
        co_return std::unexpected{WebError{"bad_request", "a method or header that can't be sent"}};
    }
    auto const now = Clock::now();
    bool const apart = request.body.size() > joined;
    Talk const talked{.bytes = bytes_of(request, *url, pool_),
                      .body = apart ? std::string_view{request.body} : std::string_view{},
                      .first_byte = request.first_byte_timeout,
                      .until = now + request.total_timeout,
                      .max_size = request.max_size,
                      .on_body = &request.on_body};
    auto idle = request.repeatable ? pool_.options().keep_idle : moment;
    while (true) {
        auto const until = std::min(talked.until, Clock::now() + request.connect_timeout);
        auto found = co_await pool_.take(*url, until, idle);
        auto const named = [&](Trouble const& trouble, bool written) {
            return WebError{trouble.code, fmt::format("{}: {}", url->shown(), trouble.message),
                            written};
        };
        if (!found.trouble.code.empty()) {
            co_return std::unexpected{named(found.trouble, false)};
        }
        auto told = co_await talk(*found.link, talked);
        bool const may_repeat = !told.written || (request.repeatable && !told.answered);
        if (told.trouble.code == "lost" && found.kept && may_repeat) {
            idle = base::Millis{-1};  // a fresh one
            continue;
        }
        if (!told.trouble.code.empty()) {
            co_return std::unexpected{named(told.trouble, told.written)};
        }
        if (told.reusable) {
            pool_.give_back(*url, std::move(found.link));
        }
        co_return std::move(told.answer);
    }
}

}  // namespace adapters::fetch
