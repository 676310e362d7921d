#include "adapters/http/connection.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/core.h"
#include "adapters/http/cors.h"
#include "adapters/http/forwarded.h"

namespace adapters::http {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t head_room = 2048;
constexpr std::size_t body_room = 16 << 10;
constexpr std::size_t keep_idle = 4096;
constexpr std::uint64_t turn = 16;  // requests that one client may send at a go
constexpr base::Millis look_for_client_after{1'000};
constexpr base::Millis to_leave{2'000};
constexpr base::Millis where_too_many{2'000};
constexpr base::Millis to_leave_when_stopping{200};
constexpr std::size_t to_ignore = 1 << 20;  // bytes of a request that was refused

ReaderLimits limits_of(ServerOptions const& options) {
    return {.header = options.max_header, .body = options.max_body};
}

std::string line_of(Request const& request) {
    std::string line = request.method + " ";
    for (auto const& segment : request.path) {
        line += '/';
        line += segment;
    }
    return line;
}

}  // namespace

Connection::Connection(Core& core, Socket socket, Certificate* certificate, std::string peer,
                       bool too_many)
    : core_{core},
      transport_{std::move(socket), certificate},
      peer_{std::move(peer)},
      reader_{limits_of(core.options)},
      too_many_{too_many} {
    arm(Doing::idle, core_.options.idle_time);
}

void Connection::arm(Doing doing, base::Millis at_most) {
    doing_ = doing;
    timed_out_ = false;
    deadline_ = Clock::now() + at_most;
}

void Connection::disarm(Doing doing) {
    doing_ = doing;
    timed_out_ = false;
    deadline_ = Clock::time_point::max();
}

void Connection::look(Clock::time_point now) {
    if (now >= deadline_) {
        deadline_ = Clock::time_point::max();
        timed_out_ = true;
        transport_.cancel();
    } else if (doing_ == Doing::handling && abandonable_ &&
               now - handling_since_ >= look_for_client_after) {
        handling_since_ = now;
        if (transport_.peer_has_gone()) {
            kill();
        }
    }
}

void Connection::stop() {
    if (doing_ == Doing::idle || doing_ == Doing::streaming) {
        timed_out_ = true;
        transport_.cancel();
    }
}

void Connection::kill() {
    killed_ = true;
    cancel_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> Connection::run() {
    if (transport_.is_tls()) {
        error_code error;
        arm(Doing::handshake, core_.options.header_time);
        co_await transport_.handshake(error);
        if (error) {
            co_return;
        }
    }
    bool more = true;
    while (more) {
        more = co_await serve_one();
    }
    co_await leave();
}

// False: that was the last.
asio::awaitable<bool> Connection::serve_one() {
    Got const got = co_await read_request();
    if (got == Got::refusal) {
        co_await refuse(reader_.refusal());
    }
    if (got != Got::request || killed_) {
        co_return false;
    }
    core_.figures.requests += 1;
    served_ += 1;
    Request request = std::move(reader_.request());
    Facts facts = facts_of(request, core_.make_id());
    facts.keep_alive = reader_.keeps_alive() && served_ < core_.options.max_requests && !too_many_;
    facts.http_1_0 = reader_.is_http_1_0();
    request.remote = remote_of(request, peer_, core_.options.trusted_proxies);
    Response response = co_await answer(std::move(request), facts);
    if (killed_) {
        co_return false;
    }
    bool const more = co_await send(std::move(response), std::move(facts));
    if (more) {
        reader_.reset();
        inbox_.shrink(keep_idle);
    }
    if (served_ % turn == 0 && !inbox_.empty()) {
        co_await asio::post(core_.executor, asio::use_awaitable);
    }
    co_return more;
}

asio::awaitable<Connection::Got> Connection::read_request() {
    if (inbox_.empty()) {
        auto const at_most = core_.options.idle_time;
        arm(Doing::idle, too_many_ ? std::min(at_most, where_too_many) : at_most);
    } else {
        arm(Doing::head, core_.options.header_time);
    }
    while (!killed_) {
        if (!inbox_.empty()) {
            inbox_.use(reader_.feed(inbox_.bytes()));
        }
        switch (reader_.state()) {
            case RequestReader::State::complete:
                co_return Got::request;
            case RequestReader::State::refused:
                co_return Got::refusal;
            case RequestReader::State::body:
                if (doing_ != Doing::body) {
                    arm(Doing::body, core_.options.body_time);
                }
                break;
            case RequestReader::State::head:
                break;
        }
        if (core_.stopping && doing_ == Doing::idle) {
            co_return Got::nothing;
        }
        Got const got = co_await read_more();
        if (got != Got::request) {
            co_return got;
        }
    }
    co_return Got::nothing;
}

// `request`: there may be one now.
asio::awaitable<Connection::Got> Connection::read_more() {
    error_code error;
    if (reader_.wants_continue() && inbox_.empty()) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        auto const written = co_await transport_.write(go_on, error);
        lost_ = error || written < go_on.size();
    }
    auto const room = inbox_.room(doing_ == Doing::body ? body_room : head_room);
    auto const count = lost_ ? 0 : co_await transport_.read(room, error);
    if (timed_out_ && doing_ != Doing::idle && !killed_) {
        co_await refuse({408, "timeout"});
        co_return Got::nothing;
    }
    if (error || count == 0) {
        lost_ = true;
        co_return Got::nothing;
    }
    inbox_.add(count);
    if (doing_ == Doing::idle) {
        arm(Doing::head, core_.options.header_time);
    }
    co_return Got::request;
}

asio::awaitable<void> Connection::refuse(Refusal refusal) {
    Facts facts = facts_of(reader_.request(), core_.make_id());
    Response response = core_.refuse(refusal.status, refusal.code, facts.language, facts.id);
    co_await send(std::move(response), std::move(facts));
}

// What is thrown becomes an answer; only the end of the connection goes on.
asio::awaitable<Response> Connection::answer(Request request, Facts const& facts) {
    if (too_many_) {
        co_return core_.refuse(503, "too_many_connections", facts.language, facts.id);
    }
    if (facts.preflight && !core_.options.cors_origins.empty()) {
        co_return preflight(core_.options.cors_origins, facts.origin);
    }
    std::string const line = line_of(request);
    std::string what = "unknown exception";
    disarm(Doing::handling);
    handling_since_ = Clock::now();
    abandonable_ = facts.get;
    try {
        Response response = co_await core_.handler.handle(std::move(request));
        co_return response;
    } catch (std::exception const& error) {
        what = error.what();
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nothing to be known of it
    }
    if (killed_) {
        co_return Response{};
    }
    core_.tell(line + " (" + facts.id + "): " + what);
    co_return core_.refuse(500, "internal", facts.language, facts.id);
}

// Closing while bytes are still coming in would take the answer away from the client that has not
// read it yet: it is told that there is no more, and what it sends is ignored until it has gone.
asio::awaitable<void> Connection::leave() {
    if (lost_ || killed_) {
        co_return;
    }
    arm(Doing::leaving, core_.stopping ? to_leave_when_stopping : to_leave);
    error_code error;
    co_await transport_.finish(error);
    inbox_ = {};
    for (std::size_t ignored = 0; !error && !timed_out_ && !killed_ && ignored < to_ignore;) {
        ignored += co_await transport_.read(inbox_.room(head_room), error);
    }
}

}  // namespace adapters::http
