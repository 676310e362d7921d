// What all connections of a server share: its options, its handler, its clock, and who is there.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/http/compress.h"
#include "adapters/http/connection.h"
#include "adapters/http/message.h"
#include "adapters/http/server.h"
#include "adapters/http/transport.h"

namespace adapters::http {

class Core : public std::enable_shared_from_this<Core> {
public:
    Core(boost::asio::any_io_executor executor, ServerOptions options, Handler& handler,
         std::function<void(std::string const&)> on_error);

    // Whoever is there when the server is full is told so; more are not even let in.
    [[nodiscard]] bool has_room() const;
    void open(Socket socket);

    // Looks at all connections from time to time, until the server is closed.
    boost::asio::awaitable<void> watch();

    // Takes no more; those that wait for a request, and streams, end. Then, or after that long, all
    // the others do.
    boost::asio::awaitable<void> stop(base::Millis at_most);
    void abandon();

    // Throws std::runtime_error: the old certificate stays.
    void load_certificate();

    // Calls the handler's refuse; says something itself where even that fails.
    Response refuse(int status, std::string_view code, std::string_view language,
                    std::string_view id);
    void tell(std::string const& what);
    std::string_view make_id();
    std::string_view date();

    boost::asio::any_io_executor executor;
    ServerOptions const options;
    Handler& handler;
    Gzip gzip;
    Server::Figures figures;
    bool stopping = false;

private:
    void ended(std::list<std::unique_ptr<Connection>>::iterator place, std::exception_ptr error);
    void kill_all();
    void close();
    boost::asio::awaitable<void> wait_until_empty(base::Millis at_most);

    std::function<void(std::string const&)> on_error_;
    std::unique_ptr<Certificate> certificate_;
    std::list<std::unique_ptr<Connection>> connections_;
    boost::asio::steady_timer tick_;
    boost::asio::steady_timer empty_;
    bool closed_ = false;
    std::uint32_t id_prefix_ = 0;
    std::uint32_t last_id_ = 0;
    std::string id_;
    std::int64_t date_second_ = 0;
    std::string date_;
};

}  // namespace adapters::http
