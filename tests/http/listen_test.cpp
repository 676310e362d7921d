// Where a server can be reached.
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;
namespace fs = std::filesystem;

class UnixSocket : public testing::Test {
protected:
    ~UnixSocket() override { fs::remove_all(folder); }

    std::string why_not(ServerOptions const& options) {
        boost::asio::io_context io{1};
        try {
            auto server =
                adapters::http::serve(io.get_executor(), options, handler, [](auto const&) {});
            server.reset();
            io.run();
        } catch (std::system_error const& error) {
            return error.what();
        }
        return "";
    }

    TestHandler handler;
    fs::path folder = temporary_folder();
    std::string path = folder / "socket";
};

TEST_F(UnixSocket, ServesBesideTcp) {
    Served served{{.unix_socket = path}};
    Client local{path};
    local.get("/echo");
    EXPECT_TRUE(local.read().body.contains("\nunix\n"));
    Client remote{served.port};
    remote.get("/");
    EXPECT_EQ(remote.read().status, 200);
}

TEST_F(UnixSocket, ServesAlone) {
    Served served{{.host = "", .unix_socket = path}};
    EXPECT_EQ(served.address, "unix:" + path);
    Client local{path};
    local.get("/");
    EXPECT_EQ(local.read().status, 200);
}

TEST_F(UnixSocket, IsForOwnerAndGroupAndGoesWithTheServer) {
    {
        Served const served{{.unix_socket = path}};
        EXPECT_EQ(fs::status(path).permissions(), fs::perms{0660});
        EXPECT_EQ(std::distance(fs::directory_iterator{folder}, {}), 1);
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(UnixSocket, LeftBehindIsReplaced) {
    fs::path const kept = folder / "kept";
    {
        Served const served{{.unix_socket = path}};
        fs::rename(path, kept);
    }
    fs::rename(kept, path);  // as after a crash
    Served const served{{.unix_socket = path}};
    Client client{path};
    client.get("/");
    EXPECT_EQ(client.read().status, 200);
}

TEST_F(UnixSocket, OfAServerThatRunsIsLeftAlone) {
    Served const served{{.unix_socket = path}};
    EXPECT_TRUE(why_not({.host = "", .unix_socket = path}).contains(path));
    Client client{path};
    client.get("/");
    EXPECT_EQ(client.read().status, 200);
}

TEST_F(UnixSocket, DoesNotTakeThePlaceOfAFile) {
    std::ofstream{path} << "dear";
    EXPECT_TRUE(why_not({.host = "", .unix_socket = path}).contains("no socket"));
    EXPECT_EQ(fs::file_size(path), 4U);
}

TEST_F(UnixSocket, OfAnotherServerIsNotRemovedAtTheEnd) {
    {
        Served const first{{.unix_socket = path}};
        fs::remove(path);
        std::ofstream{path} << "another's";
    }
    EXPECT_TRUE(fs::exists(path));
}

TEST_F(UnixSocket, WithATooLongNameIsAnErrorThatNamesIt) {
    auto const longer = folder / std::string(120, 'x');
    EXPECT_TRUE(why_not({.host = "", .unix_socket = longer}).contains("xxx"));
}

TEST_F(UnixSocket, InAFolderThatIsNotThereIsAnErrorThatNamesIt) {
    EXPECT_TRUE(
        why_not({.host = "", .unix_socket = folder / "no" / "socket"}).contains("no/socket"));
}

TEST_F(UnixSocket, TcpPortInUseIsAnErrorThatNamesIt) {
    Served const served;
    auto const why = why_not({.port = served.port});
    EXPECT_TRUE(why.contains("127.0.0.1:" + std::to_string(served.port))) << why;
}

TEST_F(UnixSocket, UnknownHostIsAnErrorThatNamesIt) {
    EXPECT_TRUE(why_not({.host = "no.such.host.invalid", .port = 0}).contains("no.such.host"));
}

TEST(Tcp, NamesItsAddress) {
    Served const served;
    EXPECT_EQ(served.address, "http://127.0.0.1:" + std::to_string(served.port));
}

TEST(Tcp, ServesAllAddressesOfAName) {
    Served const served{{.host = "localhost"}};
    Client client{served.port};
    client.get("/");
    EXPECT_EQ(client.read().status, 200);
}

}  // namespace
