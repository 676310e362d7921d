#include "adapters/http/core.h"

#include <algorithm>
#include <random>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "adapters/http/head.h"

namespace adapters::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t waiting_room = 256;
constexpr base::Millis look_at_most_every{5};
constexpr base::Millis look_at_least_every{250};

// Often enough that no deadline is missed by much.
base::Millis interval(ServerOptions const& options) {
    auto const shortest =
        std::min({options.header_time, options.body_time, options.write_time, options.idle_time});
    return std::clamp(shortest / 8, look_at_most_every, look_at_least_every);
}

}  // namespace

Core::Core(asio::any_io_executor executor_of_all, ServerOptions given, Handler& answers,
           std::function<void(std::string const&)> on_error)
    : executor{std::move(executor_of_all)},
      options{std::move(given)},
      handler{answers},
      on_error_{std::move(on_error)},
      tick_{executor},
      empty_{executor} {
    if (!options.cert_file.empty() || !options.key_file.empty()) {
        load_certificate();
    }
}

void Core::load_certificate() {
    if (!options.cert_file.empty() || !options.key_file.empty()) {
        certificate_ = std::make_unique<Certificate>(options.cert_file, options.key_file);
    }
}

bool Core::has_room() const {
    return connections_.size() < options.max_connections + waiting_room;
}

void Core::open(Socket socket) {
    bool const too_many = connections_.size() >= options.max_connections;
    auto peer = peer_of(socket);
    auto made = std::make_unique<Connection>(*this, std::move(socket), certificate_.get(),
                                             std::move(peer), too_many);
    auto const place = connections_.insert(connections_.end(), std::move(made));
    figures.connections = connections_.size();
    Connection& connection = **place;
    // Shared: this must be there as long as any of its connections is.
    auto ended = [core = shared_from_this(), place](std::exception_ptr error) {
        core->ended(place, std::move(error));
    };
    asio::co_spawn(executor, connection.run(),
                   asio::bind_cancellation_slot(connection.slot(), std::move(ended)));
}

void Core::ended(std::list<std::unique_ptr<Connection>>::iterator place, std::exception_ptr error) {
    try {
        if (error && !(*place)->was_killed()) {
            std::rethrow_exception(std::move(error));
        }
    } catch (std::exception const& what) {
        tell(fmt::format("a connection of {} broke: {}", (*place)->peer(), what.what()));
    } catch (...) {
        tell("a connection broke");
    }
    // What cancels it is still in use further up.
    asio::post(executor, [connection = std::move(*place)] {});
    connections_.erase(place);
    figures.connections = connections_.size();
    if (connections_.empty()) {
        empty_.cancel();
    }
}

asio::awaitable<void> Core::watch() {
    error_code cancelled;
    auto const every = interval(options);
    while (!closed_) {
        tick_.expires_after(every);
        co_await tick_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        auto const now = std::chrono::steady_clock::now();
        for (auto at = connections_.begin(); at != connections_.end();) {
            auto const& connection = *at++;  // it may be gone afterwards
            connection->look(now);
        }
        date_second_ = 0;
    }
}

Response Core::refuse(int status, std::string_view code, std::string_view language,
                      std::string_view id) {
    figures.refused += 1;
    Response response;
    try {
        response = handler.refuse(status, code, language, id);
    } catch (...) {
        response = {
            .status = status, .headers = {}, .type = "text/plain", .body = std::string{code}};
        tell("a refusal could not be put into words");
    }
    bool const come_again = status == 503 || status == 429;
    auto const is_retry = [](Header const& header) {
        return same_word(header.name, "retry-after");
    };
    if (come_again && std::ranges::none_of(response.headers, is_retry)) {
        response.headers.emplace_back("Retry-After", "1");
    }
    return response;
}

void Core::tell(std::string const& what) {
    try {
        on_error_(what);
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody else to tell
    }
}

std::string_view Core::make_id() {
    constexpr std::uint32_t seven_digits = 0x0FFF'FFFF;
    if (last_id_ % seven_digits == 0) {
        id_prefix_ = std::random_device{}();
        last_id_ = 0;
    }
    id_.clear();
    fmt::format_to(std::back_inserter(id_), "{:08x}{:07x}", id_prefix_, ++last_id_);
    return id_;
}

std::string_view Core::date() {
    if (date_second_ == 0) {
        auto const now = std::chrono::system_clock::now().time_since_epoch();
        date_second_ = std::chrono::duration_cast<std::chrono::seconds>(now).count();
        date_ = http_date(date_second_);
    }
    return date_;
}

}  // namespace adapters::http
