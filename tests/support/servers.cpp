#include "tests/support/servers.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace support {

namespace {

constexpr int patience_ms = 90'000;  // of one answer; a crashed PostgreSQL may have to recover

// Ours and the server's, which is its standard input and output. A socket, since writing to a pipe
// without a reader would end the test.
std::array<int, 2> wire_ends() {
    std::array<int, 2> ends{};
    // Not inherited: a program that a test starts would keep the server alive.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::system_error{errno, std::generic_category(), "socketpair"};
    }
    return ends;
}

pid_t spawn(std::vector<std::string> words, int wire) {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (auto& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, wire, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, wire, STDOUT_FILENO);
    pid_t pid = -1;
    int const failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        throw std::system_error{failed, std::generic_category(), words.front()};
    }
    return pid;
}

std::string as_text(boost::json::value const& value) {
    return value.is_string() ? std::string{value.get_string()} : boost::json::serialize(value);
}

}  // namespace

PrivateServer::PrivateServer(std::vector<std::string> arguments) {
    std::vector<std::string> words{"python3", "-B", TEST_SERVERS_SCRIPT};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto const [ours, its] = wire_ends();
    wire_ = ours;
    try {
        pid_ = spawn(std::move(words), its);
        ::close(its);
        facts_ = read_answer();
    } catch (...) {
        leave();
        throw;
    }
}

PrivateServer::~PrivateServer() {
    leave();
}

void PrivateServer::leave() {
    ::close(wire_);  // which tells it to go
    if (pid_ > 0) {
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

int PrivateServer::port() const {
    return static_cast<int>(facts_.at("port").to_number<std::int64_t>());
}

std::string PrivateServer::field(std::string_view name) const {
    auto const* value = facts_.if_contains(name);
    if (value == nullptr) {
        throw std::runtime_error{fmt::format("this private server has no `{}`", name)};
    }
    return as_text(*value);
}

boost::json::object PrivateServer::command(std::string const& line) {
    std::string const sent = line + "\n";
    auto const count = ::send(wire_, sent.data(), sent.size(), MSG_NOSIGNAL);
    if (count != static_cast<ssize_t>(sent.size())) {
        throw std::system_error{errno, std::generic_category(), "private server"};
    }
    auto answer = read_answer();
    if (auto const* error = answer.if_contains("error")) {
        throw std::runtime_error{fmt::format("private server: {}: {}", line, as_text(*error))};
    }
    return answer;
}

std::string PrivateServer::sql(std::string const& statement) {
    return as_text(command("sql " + statement).at("rows"));
}

boost::json::object PrivateServer::read_answer() {
    while (read_.find('\n') == std::string::npos) {
        pollfd waiting{.fd = wire_, .events = POLLIN, .revents = 0};
        int const ready = ::poll(&waiting, 1, patience_ms);
        std::array<char, 4096> some{};
        auto const count = ready > 0 ? ::recv(wire_, some.data(), some.size(), 0) : ready;
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            throw std::runtime_error{ready == 0 ? "the private server does not answer"
                                                : "the private server did not start, or is gone"};
        }
        read_.append(some.data(), static_cast<std::size_t>(count));
    }
    auto const end = read_.find('\n');
    auto answer = boost::json::parse(read_.substr(0, end)).as_object();
    read_.erase(0, end + 1);
    return answer;
}

PrivateServer& shared_postgres() {
    static PrivateServer postgres{{"postgres"}};
    return postgres;
}

std::string fresh_database() {
    return fresh_database(shared_postgres());
}

std::string fresh_database(PrivateServer& postgres) {
    return as_text(postgres.command("database").at("url"));
}

}  // namespace support
