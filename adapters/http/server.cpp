// The sockets that listen, and the door to what they let in.
#include "adapters/http/server.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/core.h"
#include "adapters/http/listen.h"
#include "base/rethrow.h"

namespace adapters::http {

namespace asio = boost::asio;

namespace {

constexpr base::Millis when_full{20};
constexpr base::Millis after_a_failure{100};  // such as too many open files

// Shared by the server and the coroutine that accepts: either may end first.
struct Door {
    Acceptor acceptor;
    asio::steady_timer timer;
    bool closed = false;

    Door(Acceptor opened, asio::any_io_executor const& executor)
        : acceptor{std::move(opened)}, timer{executor} {}

    void close() {
        closed = true;
        error_code ignored;
        acceptor.close(ignored);
        timer.cancel();
    }
};

// The same as above.
using SharedDoor = std::shared_ptr<Door>;

asio::awaitable<void> pause(Door& door, base::Millis how_long) {
    error_code cancelled;
    door.timer.expires_after(how_long);
    co_await door.timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

// What went wrong; empty: nothing. One connection that cannot be made is no reason to make no more.
std::string let_in(Core& core, Socket socket) {
    try {
        core.open(std::move(socket));
        return {};
    } catch (std::exception const& error) {
        return error.what();
    }
}

// Both are shared for the reason above.
asio::awaitable<void> accept_all(std::shared_ptr<Core> core, SharedDoor door) {
    bool told = false;
    while (!door->closed) {
        if (!core->has_room()) {
            co_await pause(*door, when_full);
            continue;
        }
        error_code error;
        auto socket = co_await door->acceptor.async_accept(
            core->executor, asio::redirect_error(asio::use_awaitable, error));
        if (door->closed) {
            co_return;
        }
        auto const wrong = error ? error.message() : let_in(*core, std::move(socket));
        if (wrong.empty()) {
            told = false;
            continue;
        }
        if (!std::exchange(told, true)) {
            core->tell("cannot accept a connection: " + wrong);
        }
        co_await pause(*door, after_a_failure);
    }
}

std::string shown_address(ServerOptions const& options, std::uint16_t port) {
    if (options.host.empty()) {
        return "unix:" + options.unix_socket;
    }
    auto const host = options.host.contains(':') ? "[" + options.host + "]" : options.host;
    auto const* const scheme = options.cert_file.empty() ? "http://" : "https://";
    return scheme + host + ":" + std::to_string(port);
}

class Listening final : public Server {
public:
    // Shared as above.
    explicit Listening(std::shared_ptr<Core> core)
        : core_{std::move(core)}, unix_{core_->options.unix_socket} {
        auto const& options = core_->options;
        std::uint16_t port = 0;
        if (!options.host.empty()) {
            for (auto& acceptor : listen_tcp(core_->executor, options.host, options.port)) {
                port = port == 0 ? port_of(acceptor) : port;
                add(std::move(acceptor));
            }
        }
        if (!options.unix_socket.empty()) {
            add(unix_.listen(core_->executor));
        }
        address_ = shown_address(options, port);
        for (auto const& door : doors_) {
            asio::co_spawn(core_->executor, accept_all(core_, door), base::rethrow);
        }
        asio::co_spawn(core_->executor, watch_all(core_), base::rethrow);
    }

    Listening(Listening const&) = delete;
    Listening& operator=(Listening const&) = delete;

    ~Listening() override {
        close_doors();
        core_->abandon();
    }

    [[nodiscard]] std::string address() const override { return address_; }

    asio::awaitable<void> stop(base::Millis at_most) override {
        close_doors();
        co_await core_->stop(at_most);
    }

    std::string reload() override {
        try {
            core_->load_certificate();
            return {};
        } catch (std::exception const& error) {
            return error.what();
        }
    }

    [[nodiscard]] Figures figures() const override { return core_->figures; }

private:
    void add(Acceptor acceptor) {
        // Shared as above.
        doors_.push_back(std::make_shared<Door>(std::move(acceptor), core_->executor));
    }

    // It keeps what it watches.
    static asio::awaitable<void> watch_all(std::shared_ptr<Core> core) { co_await core->watch(); }

    void close_doors() {
        for (auto const& door : doors_) {
            door->close();
        }
        unix_.remove();
    }

    std::shared_ptr<Core> core_;  // shared as above
    UnixPath unix_;
    std::vector<SharedDoor> doors_;
    std::string address_;
};

}  // namespace

std::unique_ptr<Server> serve(asio::any_io_executor executor, ServerOptions options,
                              Handler& handler, std::function<void(std::string const&)> on_error) {
    // Shared by the server and its connections.
    auto core = std::make_shared<Core>(std::move(executor), std::move(options), handler,
                                       std::move(on_error));
    return std::make_unique<Listening>(std::move(core));
}

}  // namespace adapters::http
