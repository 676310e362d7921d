// What providers on the web cost this process: polls in flight, chats that stream, and what is
// added to a provider's own time. The server is a process of its own, whose work is not counted.
//   cmake --preset release && ninja -C build/release providers_bench
//   build/release/bin/providers_bench          all three
//   build/release/bin/providers_bench serve    the server alone; says its port (providers.py)
#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "adapters/fetch/web/web.h"
#include "adapters/providers/http/provider.h"
#include "base/check.h"
#include "config/dialect.h"

namespace {

namespace asio = boost::asio;
namespace http = adapters::providers::http;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds own_time{20};  // of the server, for an answer
constexpr int polls = 5'000;
constexpr int chats = 200;

std::string ok(std::string_view type, std::string_view body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", type,
                       body.size(), body);
}

asio::awaitable<void> stream_chat(tcp::socket& socket) {
    std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(head), as_values);
    asio::steady_timer timer{socket.get_executor()};
    for (int i = 0; i < 100; ++i) {
        auto const event = fmt::format(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"word {} \"}}}}]}}\n\n", i);
        auto const chunk = fmt::format("{:x}\r\n{}\r\n", event.size(), event);
        co_await asio::async_write(socket, asio::buffer(chunk), as_values);
        timer.expires_after(std::chrono::milliseconds{50});
        co_await timer.async_wait(as_values);
    }
    std::string const end = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(end), as_values);
}

std::size_t body_of(std::string_view head) {
    constexpr std::string_view field = "Content-Length: ";
    auto const at = head.find(field);
    std::size_t size = 0;
    if (at != std::string_view::npos) {
        std::from_chars(head.data() + at + field.size(), head.data() + head.size(), size);
    }
    return size;
}

// A task that is never done, a chat that is streamed, a chat at once.
asio::awaitable<void> serve(tcp::socket socket) {
    socket.set_option(tcp::no_delay{true});
    std::string buffer;
    asio::steady_timer timer{socket.get_executor()};
    auto const status = ok("application/json", R"({"status":"running","progress":40})");
    auto const whole = ok("application/json", R"({"choices":[{"message":{"content":"a"}}]})");
    for (std::int64_t number = 1;; ++number) {
        auto const [error, size] = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(buffer), "\r\n\r\n", as_values);
        if (error) {
            co_return;
        }
        auto const head = buffer.substr(0, size);
        auto const all = size + body_of(head);
        if (buffer.size() < all) {
            co_await asio::async_read(socket, asio::dynamic_buffer(buffer),
                                      asio::transfer_exactly(all - buffer.size()), as_values);
        }
        buffer.clear();
        if (head.contains("/stream")) {
            co_await stream_chat(socket);
            continue;
        }
        timer.expires_after(own_time);
        co_await timer.async_wait(as_values);
        auto const answer =
            head.starts_with("GET") ? status
            : head.contains("/task")
                ? ok("application/json",
                     fmt::format(R"({{"id":"t-{}-{}"}})", socket.remote_endpoint().port(), number))
                : whole;
        co_await asio::async_write(socket, asio::buffer(answer), as_values);
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor) {
    while (true) {
        auto [error, socket] = co_await acceptor.async_accept(as_values);
        if (error) {
            co_return;
        }
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)),
                       [](std::exception_ptr) {});
    }
}

std::unique_ptr<http::Http> provider_at(asio::io_context& io, std::uint16_t port,
                                        std::string const& path) {
    auto text = fmt::format(
        "dialect: bench\nsubmit:\n  url: \"http://127.0.0.1:{}{}\"\n"
        "  json: {{text: \"{{{{input.text}}}}\"}}\n",
        port, path);
    text += path == "/task"
                ? fmt::format(
                      "  task: /id\npoll:\n  url: \"http://127.0.0.1:{}/t/{{{{task}}}}\"\n"
                      "  first: 5s\n  every: 5s\n  most: 5s\n  status: /status\n"
                      "  words: {{running: [running], completed: [done], failed: "
                      "[failed]}}\n",
                      port)
                : "  stream: sse-chat\n";
    text += "result: {made: [{role: text, text: /choices/0/message/content}]}\n";
    auto loaded = config::parse_dialect(text, "bench");
    CHECK(loaded.value.has_value());
    http::HttpOptions options;
    options.account.dialect = std::move(*loaded.value);
    return std::make_unique<http::Http>(
        io.get_executor(),
        std::make_unique<adapters::fetch::WebClient>(
            io.get_executor(), adapters::fetch::WebOptions{.allow_private = true}),
        std::move(options));
}

adapters::Call call_of(int number) {
    adapters::Call call;
    call.key = fmt::format("job-{}", number);
    call.input = R"({"text":"hello"})";
    call.timeout = base::Millis{60'000};
    return call;
}

double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Runs it for so long and says which share of a core it took.
double share_of_core(asio::io_context& io, std::chrono::seconds length) {
    auto const before = thread_seconds();
    auto const begin = Clock::now();
    io.run_for(length);
    std::chrono::duration<double> const took = Clock::now() - begin;
    return (thread_seconds() - before) / took.count();
}

asio::awaitable<void> keep_polling(http::Http& provider, int number, std::int64_t& answered) {
    asio::steady_timer timer{co_await asio::this_coro::executor,
                             std::chrono::milliseconds{number % 5'000}};
    co_await timer.async_wait(as_values);
    while (true) {
        auto const verdict = co_await provider.poll(call_of(number), fmt::format("t{}", number));
        answered += verdict.fate == adapters::Fate::running ? 1 : 0;
        timer.expires_after(verdict.ask_again);
        co_await timer.async_wait(as_values);
    }
}

void bench_polls(std::uint16_t port) {
    asio::io_context io{1};
    auto const provider = provider_at(io, port, "/task");
    std::int64_t answered = 0;
    for (int i = 0; i < polls; ++i) {
        asio::co_spawn(io, keep_polling(*provider, i, answered), [](std::exception_ptr) {});
    }
    io.run_for(std::chrono::seconds{6});  // all are under way
    auto const before = answered;
    auto const share = share_of_core(io, std::chrono::seconds{15});
    fmt::print("{} polls in flight: {} answered a second, {:.1f} % of a core\n", polls,
               (answered - before) / 15, share * 100);
}

void bench_chats(std::uint16_t port) {
    asio::io_context io{1};
    auto const provider = provider_at(io, port, "/stream");
    int done = 0;
    for (int i = 0; i < chats; ++i) {
        asio::co_spawn(io, provider->submit(call_of(i)),
                       [&](std::exception_ptr, adapters::Submitted submitted) {
                           done += submitted.verdict.fate == adapters::Fate::completed ? 1 : 0;
                       });
    }
    auto const share = share_of_core(io, std::chrono::seconds{10});
    fmt::print("{} chats at once, 20 events a second each: {} complete, {:.1f} % of a core\n",
               chats, done, share * 100 * 2);  // they last half of the time
}

asio::awaitable<void> time_calls(http::Http& provider, std::vector<double>& added) {
    for (int i = 0; i < 200; ++i) {
        auto const begin = Clock::now();
        auto const verdict = co_await provider.poll(call_of(i), "t");
        std::chrono::duration<double, std::milli> const took = Clock::now() - begin - own_time;
        CHECK(verdict.fate == adapters::Fate::running);
        added.push_back(took.count());
    }
}

void bench_latency(std::uint16_t port) {
    asio::io_context io{1};
    auto const provider = provider_at(io, port, "/task");
    std::vector<double> added;
    for (int i = 0; i < 16; ++i) {
        asio::co_spawn(io, time_calls(*provider, added), [](std::exception_ptr) {});
    }
    io.run();
    std::ranges::sort(added);
    fmt::print(
        "added to the provider's own time (timers and loopback included): p50 {:.2f} ms, "
        "p99 {:.2f} ms\n",
        added[added.size() / 2], added[added.size() * 99 / 100]);
}

// Serves for ever; says its port first.
int serve_all(int to) {
    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(4'096);
    auto const port = fmt::format("{}\n", acceptor.local_endpoint().port());
    CHECK(::write(to, port.data(), port.size()) == static_cast<ssize_t>(port.size()));
    asio::co_spawn(io, accept(acceptor), [](std::exception_ptr) {});
    io.run();
    return 0;
}

struct Server {
    Server() {
        int ends[2];
        CHECK(::pipe(ends) == 0);
        child = ::fork();
        CHECK(child >= 0);
        if (child == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::_exit(serve_all(ends[1]));
        }
        char said[16] = {};
        auto const size = ::read(ends[0], said, sizeof said);
        CHECK(size > 1);
        std::from_chars(said, said + size - 1, port);
    }

    ~Server() {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }

    pid_t child = -1;
    std::uint16_t port = 0;
};

}  // namespace

int main(int count, char** words) {
    if (count > 1 && std::string_view{words[1]} == "serve") {
        return serve_all(STDOUT_FILENO);
    }
    Server const server;
    bench_latency(server.port);
    bench_chats(server.port);
    bench_polls(server.port);
    return 0;
}
