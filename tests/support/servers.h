// Private servers for tests: each on a port and in a folder of its own, gone with its object or
// with the test, however that ends. tests/support/private_server.py does the work and says what
// there is.
//
//     support::PrivateServer redis{{"redis", "--tls"}};
//     connect(redis.url(), redis.field("ca"));
//     redis.command("kill");
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <boost/json/object.hpp>

namespace support {

class PrivateServer {
public:
    // The arguments of private_server.py, its kind first. Returns once the server serves. Throws
    // std::runtime_error if it does not start; why is on standard error.
    //
    // The server is stopped when the thread that made it ends, if not before.
    explicit PrivateServer(std::vector<std::string> arguments);
    PrivateServer(PrivateServer const&) = delete;
    PrivateServer& operator=(PrivateServer const&) = delete;
    ~PrivateServer();

    std::string url() const { return field("url"); }

    int port() const;

    // What the server said of itself at its start, as text: url, port, pid, folder, ca, …
    std::string field(std::string_view name) const;

    boost::json::object const& facts() const { return facts_; }

    // A command, such as "stop immediate", and its answer. Throws std::runtime_error if it failed.
    boost::json::object command(std::string const& line);

    // PostgreSQL: the rows of a statement as text, columns between bars. One line, as superuser.
    std::string sql(std::string const& statement);

private:
    boost::json::object read_answer();
    void leave();

    pid_t pid_ = -1;
    int wire_ = -1;  // its standard input and output
    std::string read_;
    boost::json::object facts_;
};

// One PostgreSQL for all tests of a binary, since a start takes longer than most tests.
PrivateServer& shared_postgres();

// The url of a database that nobody else uses, in that server or in another PostgreSQL.
std::string fresh_database();
std::string fresh_database(PrivateServer& postgres);

}  // namespace support
