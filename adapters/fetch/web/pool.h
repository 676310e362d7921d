// Connections to one provider's origins: found, made, kept for the next request. And where names
// are, remembered for a while.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/fetch/open.h"
#include "adapters/fetch/url.h"
#include "adapters/fetch/web/link.h"

namespace adapters::fetch {

class Trust;

struct WebOptions {
    std::string proxy;              // http://[user:password@]host:port; empty: none
    std::filesystem::path ca_file;  // PEM; empty: the authorities that the system trusts
    bool allow_private = false;     // addresses that are not public
    std::size_t most_idle = 128;    // kept to one origin
    base::Millis keep_idle{50'000};
    std::string user_agent = "tallyman";
    Resolver resolver;  // empty: the system's
    Judge judge;        // empty: why_not_public
};

struct Proxy {
    std::string host;
    std::uint16_t port = 0;
    std::string credentials;  // "user:password"
};

class Pool {
public:
    // Throws Failed: tls, where the certificates of ca_file can't be read; bad_url of the proxy.
    Pool(boost::asio::any_io_executor executor, WebOptions options);
    ~Pool();

    struct Found {
        std::unique_ptr<Link> link;
        bool kept = false;  // it has carried requests before
        Trouble trouble;
    };

    // A connection that was used a short while ago, or a fresh one. `idle_at_most`: how long a kept
    // one may have been idle.
    boost::asio::awaitable<Found> take(Url url, Clock::time_point until, base::Millis idle_at_most);

    void give_back(Url const& url, std::unique_ptr<Link> link);

    // Requests in clear go through the proxy as they are.
    [[nodiscard]] bool is_relayed(Url const& url) const { return proxy_ && !url.tls; }

    // "Basic …", where a proxy wants it.
    [[nodiscard]] std::string proxy_authorization() const;

    [[nodiscard]] WebOptions const& options() const { return options_; }

private:
    struct Kept {
        std::unique_ptr<Link> link;
        Clock::time_point since;
    };

    struct Place {
        std::vector<Address> addresses;
        Clock::time_point until;
    };

    boost::asio::awaitable<Found> open(Url url, Clock::time_point until);
    boost::asio::awaitable<Trouble> reach(std::string host, std::optional<Address> written,
                                          std::uint16_t port, bool judged, Clock::time_point until,
                                          std::unique_ptr<Link>& link);
    boost::asio::awaitable<Trouble> look_up(std::string host, Clock::time_point until,
                                            std::vector<Address>& into);
    boost::asio::awaitable<Trouble> ask_proxy(Url const& url, Link& link, Clock::time_point until);
    void drop_old();

    boost::asio::any_io_executor executor_;
    WebOptions options_;
    std::optional<Proxy> proxy_;
    std::unique_ptr<Trust> trust_;
    std::map<std::string, std::deque<Kept>> kept_;  // by origin, the freshest last
    std::map<std::string, Place> places_;
};

}  // namespace adapters::fetch
