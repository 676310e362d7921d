// Everything that answers HTTP: who is it, what is asked, may they, the answer.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <span>
#include <vector>

#include "adapters/caller.h"
#include "adapters/http/message.h"
#include "worker/http/route.h"

namespace worker::http {

struct Guest {
    adapters::Caller caller;
    std::vector<adapters::http::Header> headers;  // for the answer: what is left of a limit
};

// Who calls, by the credentials of the request, or why it is not believed.
using Authenticate = std::function<boost::asio::awaitable<std::expected<Guest, Problem>>(
    adapters::http::Request const&)>;

struct Answered {  // for metrics
    std::string_view method;
    std::string_view pattern;  // of the route; empty: there was none
    int status = 0;
    std::chrono::microseconds took{};
};

class Face final : public adapters::http::Handler {
public:
    // What the office refers to must outlive it.
    Face(Office office, Authenticate authenticate, std::vector<std::span<Route const>> tables,
         std::function<void(Answered const&)> answered = {});

    boost::asio::awaitable<adapters::http::Response> handle(
        adapters::http::Request request) override;
    adapters::http::Response refuse(int status, std::string_view code, std::string_view language,
                                    std::string_view request_id) override;

    [[nodiscard]] Router const& router() const { return router_; }

private:
    boost::asio::awaitable<adapters::http::Response> answer(Call& call, Route const& route);
    adapters::http::Response no_route(Call const& call, std::string const& allow) const;
    void note(Call const& call, Route const* route, int status,
              std::chrono::steady_clock::time_point began);

    Office office_;
    Authenticate authenticate_;
    Router router_;
    std::function<void(Answered const&)> answered_;
};

// Every call there is.
std::vector<std::span<Route const>> all_tables(bool metrics_open = false);

}  // namespace worker::http
