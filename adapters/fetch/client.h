// One client for one file: GET after GET over a connection that is kept while it leads to the right
// place, every new connection to an address that was checked just before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "adapters/fetch/answers.h"
#include "adapters/fetch/open.h"
#include "adapters/fetch/url.h"

namespace adapters::fetch {

class Connection;
class Trust;

// All calls throw Failed with a message that names the URL.
class Client {
public:
    // Its time runs from here on.
    explicit Client(FetchOptions const& options);
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;
    ~Client();

    // Follows redirects and leaves in `url` where they led. `fields` are more lines for the head of
    // the request, each with its line end; `secret` ones are told to the URL's own origin only, not
    // where it redirects to. Answers other than 200, 206 and 416 are errors.
    Head get(Url& url, std::string const& fields, std::string const& secret = {});

    // Sends that content there, follows nothing, and takes any answer. May be sent twice where a
    // kept connection turns out to be gone. Messages of what it throws don't name the URL.
    Head post(Url const& url, std::string const& fields, std::string_view content);

    // Sends a whole request as it is, once and over a connection of its own, and follows nothing:
    // what it asks for may not be asked for twice.
    Head once(Url const& url, std::string_view request);

    // All header fields of the last answer.
    [[nodiscard]] Fields fields() const;

    // What comes next of the answer's body; 0 at its end.
    std::size_t body(std::span<std::byte> into);

    // All of the body, as its bytes come and never as many as are announced; more than max_size is
    // an error.
    std::string text();

    // As much of the body as there is, and fits.
    std::size_t fill(std::span<std::byte> into);

    // The rest of the body is not wanted. It is read where that is cheaper than a new connection.
    void leave();

    [[noreturn]] void fail_here(std::string code, std::string_view why) const;

    [[nodiscard]] FetchOptions const& options() const { return options_; }

    [[nodiscard]] std::uint64_t received() const;

    [[nodiscard]] int requests() const { return requests_; }

private:
    Head get_once(Url const& url, std::string const& fields);
    Head send(Url const& url, std::string const& request);
    void check_port(Url const& url) const;
    std::vector<Address> addresses_of(Url const& url, Clock::time_point until) const;
    void connect(Url const& url);
    void connect_to(Url const& url, Address const& address, Clock::time_point until);
    void close();

    [[nodiscard]] Clock::time_point within(base::Millis time) const;

    FetchOptions const options_;
    Clock::time_point const end_;
    std::unique_ptr<Trust> trust_;
    std::unique_ptr<Connection> connection_;
    std::string origin_;  // of the connection
    std::string shown_;   // the URL, for messages
    std::uint64_t received_before_ = 0;
    int requests_ = 0;
};

}  // namespace adapters::fetch
