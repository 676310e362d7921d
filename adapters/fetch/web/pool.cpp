// Every new connection leads to an address that was judged just before.
#include "adapters/fetch/web/pool.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "adapters/fetch/failed.h"
#include "adapters/fetch/tls.h"
#include "adapters/fetch/web/talk.h"
#include "base/base64.h"

namespace adapters::fetch {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds remember{30};
constexpr std::size_t most_places = 1'000;
constexpr std::size_t most_addresses = 4;

Proxy parse_proxy(std::string const& text) {
    constexpr std::string_view scheme = "http://";
    auto rest = std::string_view{text};
    if (!rest.starts_with(scheme)) {
        fail("bad_url", "a proxy is http://HOST:PORT");
    }
    rest.remove_prefix(scheme.size());
    Proxy proxy;
    if (auto const at = rest.rfind('@'); at != std::string_view::npos) {
        proxy.credentials = rest.substr(0, at);
        rest.remove_prefix(at + 1);
    }
    auto const url = parse_url(fmt::format("http://{}", rest));
    if (!url) {
        fail("bad_url", "a proxy is http://HOST:PORT");
    }
    proxy.host = url->host;
    proxy.port = url->port;
    return proxy;
}

}  // namespace

Pool::Pool(asio::any_io_executor executor, WebOptions options)
    : executor_{std::move(executor)},
      options_{std::move(options)},
      trust_{std::make_unique<Trust>(options_.ca_file)} {
    if (!options_.proxy.empty()) {
        proxy_ = parse_proxy(options_.proxy);
    }
    if (!options_.judge) {
        options_.judge = why_not_public;
    }
}

Pool::~Pool() = default;

std::string Pool::proxy_authorization() const {
    return proxy_ && !proxy_->credentials.empty() ? "Basic " + base::to_base64(proxy_->credentials)
                                                  : std::string{};
}

asio::awaitable<Pool::Found> Pool::take(Url url, Clock::time_point until,
                                        base::Millis idle_at_most) {
    auto const now = Clock::now();
    auto const found = kept_.find(url.origin());
    while (found != kept_.end() && !found->second.empty()) {
        Kept kept = std::move(found->second.back());
        found->second.pop_back();
        auto const idle = now - kept.since;
        if (idle <= idle_at_most && idle <= options_.keep_idle && kept.link->is_quiet()) {
            co_return Found{.link = std::move(kept.link), .kept = true, .trouble = {}};
        }
        if (idle > idle_at_most) {
            found->second.clear();  // the others are older
        }
    }
    co_return co_await open(std::move(url), until);
}

void Pool::give_back(Url const& url, std::unique_ptr<Link> link) {
    drop_old();
    auto& kept = kept_[url.origin()];
    if (kept.size() < options_.most_idle) {
        kept.push_back({.link = std::move(link), .since = Clock::now()});
    }
}

void Pool::drop_old() {
    auto const now = Clock::now();
    for (auto at = kept_.begin(); at != kept_.end();) {
        auto& kept = at->second;
        while (!kept.empty() && now - kept.front().since > options_.keep_idle) {
            kept.pop_front();
        }
        at = kept.empty() ? kept_.erase(at) : std::next(at);
    }
}

asio::awaitable<Pool::Found> Pool::open(Url url, Clock::time_point until) {
    Found found;
    if (proxy_) {
        found.trouble = co_await reach(proxy_->host, {}, proxy_->port, false, until, found.link);
        if (!found.trouble.code.empty()) {
            found.trouble = {"proxy", "the proxy can't be reached: " + found.trouble.message};
        } else if (url.tls) {
            found.trouble = co_await ask_proxy(url, *found.link, until);
        }
    } else {
        bool const judged = !options_.allow_private;
        found.trouble = co_await reach(url.host, url.address, url.port, judged, until, found.link);
    }
    if (found.trouble.code.empty() && url.tls) {
        found.trouble =
            co_await secure(found.link, url.host, url.address.has_value(), *trust_, until);
    }
    co_return found;
}

asio::awaitable<Trouble> Pool::reach(std::string host, std::optional<Address> written,
                                     std::uint16_t port, bool judged, Clock::time_point until,
                                     std::unique_ptr<Link>& link) {
    std::vector<Address> addresses;
    Trouble trouble;
    if (written) {
        addresses.push_back(*written);
    } else {
        trouble = co_await look_up(host, until, addresses);
    }
    for (auto const& address : addresses) {
        auto const why = judged ? options_.judge(address) : std::string_view{};
        if (!why.empty()) {
            co_return Trouble{
                "forbidden_address",
                fmt::format("its host is at {}; `allow_private` would let it be spoken to", why)};
        }
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        auto const left = until - Clock::now();
        auto const part = Clock::now() + left / static_cast<int>(addresses.size() - i);
        trouble = co_await connect(executor_, addresses[i], port, part, link);
        if (trouble.code.empty()) {
            break;
        }
    }
    co_return trouble;
}

// The look-up is on another thread, which may be left alone with it: it is looked at now and then
// instead of being waited for, so that nothing has to outlive anything.
asio::awaitable<Trouble> Pool::look_up(std::string host, Clock::time_point until,
                                       std::vector<Address>& into) {
    auto const known = places_.find(host);
    if (known != places_.end() && known->second.until > Clock::now()) {
        into = known->second.addresses;
        co_return Trouble{};
    }
    SharedLookup lookup;
    try {
        lookup = begin_lookup(host, options_.resolver);
    } catch (Failed const& failed) {
        co_return Trouble{failed.error.code, failed.error.message};
    }
    asio::steady_timer timer{executor_};
    std::chrono::microseconds wait{200};
    auto addresses = found(*lookup);
    while (!addresses && Clock::now() < until) {
        timer.expires_after(wait);
        wait = std::min(wait * 2, std::chrono::microseconds{20'000});
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        addresses = found(*lookup);
    }
    if (!addresses) {
        co_return Trouble{"timeout", "nobody says in time where its host is"};
    }
    if (addresses->empty()) {
        co_return Trouble{"dns", fmt::format("the host `{}` is not known", host)};
    }
    addresses->resize(std::min(addresses->size(), most_addresses));
    into = *addresses;
    if (places_.size() >= most_places) {
        places_.clear();
    }
    places_[host] = {.addresses = std::move(*addresses), .until = Clock::now() + remember};
    co_return Trouble{};
}

asio::awaitable<Trouble> Pool::ask_proxy(Url const& url, Link& link, Clock::time_point until) {
    auto const host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    auto const where = fmt::format("{}:{}", host, url.port);
    auto bytes = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", where, where);
    if (auto const proof = proxy_authorization(); !proof.empty()) {
        bytes += fmt::format("Proxy-Authorization: {}\r\n", proof);
    }
    bytes += "\r\n";
    Talk const request{.bytes = std::move(bytes),
                       .first_byte = std::chrono::duration_cast<base::Millis>(until - Clock::now()),
                       .until = until,
                       .max_size = 65'536,
                       .head_only = true};
    auto const told = co_await talk(link, request);
    if (!told.trouble.code.empty()) {
        co_return Trouble{"proxy", "the proxy: " + told.trouble.message};
    }
    if (told.answer.status / 100 != 2) {
        co_return Trouble{"proxy", fmt::format("the proxy refuses: status {}", told.answer.status)};
    }
    co_return Trouble{};
}

}  // namespace adapters::fetch
