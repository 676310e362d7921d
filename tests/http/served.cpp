#include "served.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <future>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"

namespace test_http {

namespace asio = boost::asio;
using adapters::http::FileBody;
using adapters::http::StreamBody;

namespace {

asio::awaitable<void> sleep(base::Millis how_long) {
    asio::steady_timer timer{co_await asio::this_coro::executor, how_long};
    co_await timer.async_wait(asio::use_awaitable);
}

enum class Kind : std::uint8_t { counts, is_silent, floods, breaks };

class TestStream final : public StreamBody {
public:
    TestStream(Kind kind, std::atomic<int>& count) : kind_{kind}, count_{count} { ++count_; }

    TestStream(TestStream const&) = delete;
    TestStream& operator=(TestStream const&) = delete;

    ~TestStream() override { --count_; }

    asio::awaitable<std::optional<std::string>> next() override {
        if (kind_ == Kind::is_silent) {
            co_await sleep(base::Millis{60'000});
        }
        if (kind_ == Kind::floods) {
            co_return std::string(100'000, 'f');
        }
        if (kind_ == Kind::breaks && at_ > 0) {
            throw std::runtime_error{"this stream breaks"};
        }
        constexpr std::array pieces{"one\n", "", "two\n", "three\n"};
        co_await sleep(base::Millis{1});
        if (at_ == pieces.size()) {
            co_return std::nullopt;
        }
        co_return pieces.at(at_++);
    }

private:
    Kind kind_;
    std::atomic<int>& count_;
    std::size_t at_ = 0;
};

class Counted {
public:
    explicit Counted(std::atomic<int>& count) : count_{count} { ++count_; }

    Counted(Counted const&) = delete;
    Counted& operator=(Counted const&) = delete;

    ~Counted() { --count_; }

private:
    std::atomic<int>& count_;
};

std::string echo(Request const& request) {
    std::string text = request.method;
    for (auto const& segment : request.path) {
        text += " [" + segment + "]";
    }
    text += "\n";
    for (auto const& [key, value] : request.query) {
        text += key + "=" + value + "\n";
    }
    return text + request.body + "\n" + request.remote + "\n" + request.id + "\n";
}

std::string json_of(std::size_t size) {
    std::string text = "[";
    while (text.size() + 1 < size) {
        text += "1,";
    }
    text.resize(size - 1);
    return text + "]";
}

Response streaming(Kind kind, std::atomic<int>& count) {
    return {.type = "text/event-stream", .body = std::make_unique<TestStream>(kind, count)};
}

}  // namespace

asio::awaitable<Response> TestHandler::handle(Request request) {
    std::string const what = request.path.empty() ? "" : request.path.front();
    if (what == "wait" || what == "for-ever") {
        Counted const counted{waiting};
        co_await sleep(base::Millis{what == "wait" ? 1'000 : 600'000});
    }
    if (what == "throw") {
        throw std::runtime_error{"this was meant to fail"};
    }
    if (what == "echo") {
        co_return Response{.type = "text/plain", .body = echo(request)};
    }
    if (what == "text") {
        co_return Response{.headers = {{"ETag", "\"abc\""}},
                           .body = json_of(std::stoul(request.path.at(1)))};
    }
    if (what == "file") {
        co_return Response{.type = "audio/mpeg", .body = FileBody{file, "\"tag\""}};
    }
    if (what == "bad-header") {
        co_return Response{.headers = {{"X-Two", "one\r\nX-Evil: two"}}, .body = "{}"};
    }
    if (what == "nothing") {
        co_return Response{.status = 204, .body = ""};
    }
    if (what == "stream" || what == "silence" || what == "flood" || what == "broken") {
        co_return streaming(what == "stream"    ? Kind::counts
                            : what == "silence" ? Kind::is_silent
                            : what == "flood"   ? Kind::floods
                                                : Kind::breaks,
                            streams);
    }
    co_return Response{.type = "text/plain", .body = "ok"};
}

Response TestHandler::refuse(int status, std::string_view code, std::string_view language,
                             std::string_view request_id) {
    if (!refuses) {
        throw std::runtime_error{"cannot even refuse"};
    }
    return {
        .status = status,
        .type = "application/problem+json",
        .body = std::string{code} + " " + std::string{language} + " " + std::string{request_id}};
}

Served::Served(ServerOptions options) {
    options.port = 0;
    auto tell = [this](std::string const& what) {
        std::lock_guard const lock{mutex_};
        told_.push_back(what);
    };
    server = adapters::http::serve(io_.get_executor(), options, handler, tell);
    address = server->address();
    if (!options.host.empty()) {
        port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }
    thread_ = std::thread{[this] { io_.run(); }};
}

Served::~Served() {
    stop(base::Millis{100});
    run([this] { server.reset(); });
    work_.reset();
    thread_.join();
}

void Served::run(std::function<void()> what) {
    std::promise<void> done;
    asio::post(io_, [&] {
        what();
        done.set_value();
    });
    done.get_future().wait();
}

adapters::http::Server::Figures Served::figures() {
    adapters::http::Server::Figures figures;
    run([&] { figures = server->figures(); });
    return figures;
}

void Served::stop(base::Millis at_most) {
    std::promise<void> done;
    auto stopping = [&]() -> asio::awaitable<void> {
        if (server) {
            co_await server->stop(at_most);
        }
        done.set_value();
    };
    asio::co_spawn(io_, stopping(), base::rethrow);
    done.get_future().wait();
}

std::vector<std::string> Served::told() {
    std::lock_guard const lock{mutex_};
    return told_;
}

bool eventually(std::function<bool()> const& holds) {
    for (int attempt = 0; attempt < 1'000; ++attempt) {
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

std::filesystem::path temporary_folder() {
    auto const name = "tallyman-http-" + std::to_string(std::random_device{}());
    auto const folder = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directories(folder);
    return folder;
}

}  // namespace test_http
