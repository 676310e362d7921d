// A name is never looked up twice for one connection: what was checked is what is connected to.
#include "adapters/fetch/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "adapters/fetch/connection.h"
#include "adapters/fetch/failed.h"
#include "adapters/fetch/tls.h"
#include "adapters/fetch/wire.h"
#include "base/text.h"

namespace adapters::fetch {

namespace {

constexpr std::size_t most_left = 65'536;  // of a body, that is read rather than left
constexpr base::Millis most_wait{500};     // for such a rest
constexpr std::size_t most_addresses = 8;  // that are tried

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string request_for(std::string_view method, Url const& url, std::string_view user_agent,
                        std::string_view fields) {
    return fmt::format(
        "{} {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\n{}\r\n",
        method, url.path, url.query, url.authority(), user_agent, fields);
}

FetchOptions checked(FetchOptions options) {
    constexpr std::size_t longest = 200;  // as much as a head may hold of what an operator wrote
    options.user_agent = base::ascii_line(options.user_agent, longest);
    if (!options.judge) {
        options.judge = why_not_public;
    }
    return options;
}

void check_status(Client const& client, Head const& head) {
    auto const status = head.status;
    if (status == 403 || status == 404 || status == 410) {
        client.fail_here(fmt::format("http_{}", status),
                         status == 403   ? "the server refuses it (403); has the URL expired?"
                         : status == 404 ? "there is no such file (404)"
                                         : "the file is gone (410)");
    }
    if (status != 200 && status != 206 && status != 416) {
        client.fail_here("http_status", fmt::format("the server answers with status {}", status));
    }
    auto const& encoding = head.encoding;
    if (status != 416 && !encoding.empty() && encoding != "identity") {
        client.fail_here("encoded", "the server compresses it, although it was asked not to");
    }
}

}  // namespace

Client::Client(FetchOptions const& options)
    : options_{checked(options)}, end_{Clock::now() + options.total_timeout} {}

Client::~Client() = default;

Head Client::get(Url& url, std::string const& fields, std::string const& secret) {
    auto const origin = url.origin();
    for (int i = 0; i <= options_.redirects; ++i) {
        auto const head = get_once(url, url.origin() == origin ? fields + secret : fields);
        if (!is_redirect(head.status)) {
            check_status(*this, head);
            return head;
        }
        leave();
        if (head.location.empty()) {
            fail_here("http_status", "the server redirects to nowhere");
        }
        auto next = join(url, head.location);
        if (!next) {
            fail_here("bad_url", "the server redirects: " + next.error().message);
        }
        if (url.tls && !next->tls && !options_.allow_downgrade) {
            fail_here("bad_url", "the server redirects from https to http");
        }
        if (!next->tls && options_.only_https_after) {
            fail_here("bad_url", "the server redirects to an address that is not https");
        }
        url = std::move(*next);
    }
    fail_here("too_many_redirects",
              fmt::format("more than {} redirects, one after another", options_.redirects));
}

Head Client::once(Url const& url, std::string_view request) {
    shown_ = url.shown();
    try {
        connect(url);
        ++requests_;
        return connection_->get(request, within(options_.idle_timeout));
    } catch (Failed const& failed) {
        close();
        fail_here(failed.error.code, failed.error.message);
    }
}

Fields Client::fields() const {
    return connection_ ? connection_->fields() : Fields{};
}

std::size_t Client::body(std::span<std::byte> into) {
    if (!connection_) {
        return 0;
    }
    try {
        return connection_->body(into, within(options_.idle_timeout));
    } catch (Failed const& failed) {
        close();
        fail_here(failed.error.code, failed.error.message);
    }
}

std::string Client::text() {
    std::string text;
    std::array<std::byte, 8192> piece{};
    while (auto const count = body(piece)) {
        if (text.size() + count > options_.max_size) {
            fail_here("too_large", fmt::format("more than {} bytes", options_.max_size));
        }
        text.append(reinterpret_cast<char const*>(piece.data()), count);
    }
    return text;
}

std::size_t Client::fill(std::span<std::byte> into) {
    std::size_t got = 0;
    while (got < into.size()) {
        auto const count = body(into.subspan(got));
        if (count == 0) {
            break;
        }
        got += count;
    }
    return got;
}

void Client::leave() {
    if (!connection_) {
        return;
    }
    if (connection_->left().value_or(0) > most_left) {
        close();
        return;
    }
    std::array<std::byte, 8192> unwanted{};
    auto const until = within(most_wait);
    try {
        for (std::size_t read = 0; !connection_->free() && read < most_left;) {
            auto const count = connection_->body(unwanted, until);
            if (count == 0) {
                break;
            }
            read += count;
        }
    } catch (Failed const&) {
        close();  // nobody waits for these bytes
        return;
    }
    if (!connection_->free()) {
        close();
    }
}

void Client::fail_here(std::string code, std::string_view why) const {
    fail(std::move(code), fmt::format("{}: {}", shown_, why));
}

std::uint64_t Client::received() const {
    return received_before_ + (connection_ ? connection_->received() : 0);
}

Clock::time_point Client::within(base::Millis time) const {
    return std::min(end_, Clock::now() + time);
}

Head Client::get_once(Url const& url, std::string const& fields) {
    shown_ = url.shown();
    try {
        return send(url, request_for("GET", url, options_.user_agent, fields));
    } catch (Failed const& failed) {
        close();
        bool const lost = failed.error.code == "lost";
        fail_here(lost ? "cut" : failed.error.code, failed.error.message);
    }
}

Head Client::post(Url const& url, std::string const& fields, std::string_view content) {
    shown_ = url.origin();
    auto const length = fmt::format("Content-Length: {}\r\n", content.size());
    auto request = request_for("POST", url, options_.user_agent, fields + length);
    request += content;
    try {
        return send(url, request);
    } catch (Failed const&) {
        close();
        throw;
    }
}

Head Client::send(Url const& url, std::string const& request) {
    if (connection_ && connection_->free() && origin_ == url.origin()) {
        try {
            ++requests_;
            return connection_->get(request, within(options_.idle_timeout));
        } catch (Failed const& failed) {
            // A kept connection may have been closed in the meantime; a new one tells.
            if (failed.error.code != "lost") {
                throw;
            }
        }
    }
    connect(url);
    ++requests_;
    return connection_->get(request, within(options_.idle_timeout));
}

void Client::check_port(Url const& url) const {
    if (!options_.allow_any_port && !is_web_port(url.port)) {
        fail("forbidden_address", fmt::format("nothing is fetched from port {}", url.port));
    }
}

std::vector<Address> Client::addresses_of(Url const& url, Clock::time_point until) const {
    auto found =
        url.address ? std::vector{*url.address} : resolve(url.host, options_.resolver, until);
    for (auto const& address : found) {
        auto const why = options_.allow_private ? std::string_view{} : options_.judge(address);
        if (!why.empty()) {
            fail("forbidden_address",
                 fmt::format("its host is at {}, and only public ones are fetched from", why));
        }
    }
    if (found.size() > most_addresses) {
        found.resize(most_addresses);
    }
    return found;
}

void Client::connect(Url const& url) {
    close();
    check_port(url);
    auto const until = within(options_.connect_timeout);
    auto const addresses = addresses_of(url, until);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        // Each gets its part of the time that is left, so that a dead one does not use up all.
        auto const left = until - Clock::now();
        auto const part = Clock::now() + left / static_cast<int>(addresses.size() - i);
        try {
            connect_to(url, addresses[i], part);
            return;
        } catch (Failed const& failed) {
            bool const certain = failed.error.code == "tls" || Clock::now() >= end_;
            if (certain || i + 1 == addresses.size()) {
                throw;
            }
        }
    }
}

void Client::connect_to(Url const& url, Address const& address, Clock::time_point until) {
    if (!url.tls) {
        connection_ = std::make_unique<Connection>(connect_clear(address, url.port, until));
    } else {
        if (!trust_) {
            trust_ = std::make_unique<Trust>(options_.ca_file);
        }
        Peer const peer{.host = url.host, .is_address = url.address.has_value()};
        connection_ =
            std::make_unique<Connection>(connect_tls(address, url.port, peer, *trust_, until));
    }
    origin_ = url.origin();
}

void Client::close() {
    received_before_ = received();
    connection_.reset();
}

}  // namespace adapters::fetch
