// A server with a handler for the tests, on a thread of its own.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/http/server.h"

namespace test_http {

using adapters::http::Request;
using adapters::http::Response;
using adapters::http::ServerOptions;

// What it answers depends on the path:
//   /echo         method, path, query, body, remote and id, a line each
//   /text/N       N bytes of JSON that compresses well
//   /file         the file that `file` names
//   /stream       "one", "two", "three"
//   /silence      a stream that never says anything
//   /flood        a stream that never ends
//   /broken       a stream that fails after its first piece
//   /wait         an answer after a second
//   /for-ever     none, until it is cancelled
//   /throw        an exception
//   /bad-header   a header that would be two
//   /nothing      204
// Anything else is "ok".
class TestHandler final : public adapters::http::Handler {
public:
    boost::asio::awaitable<Response> handle(Request request) override;
    Response refuse(int status, std::string_view code, std::string_view language,
                    std::string_view request_id) override;

    std::filesystem::path file;
    std::atomic<int> streams = 0;      // that are there
    std::atomic<int> waiting = 0;      // handlers in /for-ever and /wait
    std::atomic<bool> refuses = true;  // else it throws even then
};

class Served {
public:
    explicit Served(ServerOptions options = {});
    ~Served();
    Served(Served const&) = delete;
    Served& operator=(Served const&) = delete;

    // On the server's thread.
    void run(std::function<void()> what);

    adapters::http::Server::Figures figures();
    void stop(base::Millis at_most);  // returns when it has

    [[nodiscard]] std::vector<std::string> told();

    TestHandler handler;
    std::string address;
    std::uint16_t port = 0;
    std::unique_ptr<adapters::http::Server> server;

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    std::mutex mutex_;
    std::vector<std::string> told_;
    std::thread thread_;
};

// Waits until it holds, ten seconds at the most.
bool eventually(std::function<bool()> const& holds);

std::filesystem::path temporary_folder();

}  // namespace test_http
