// The server through TLS, as OpenSSL's own client sees it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>

#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;
namespace fs = std::filesystem;

void make_certificate(fs::path const& folder, std::string const& name) {
    auto const command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
        "-days 2 -subj /CN=" +
        name + " -keyout " + (folder / "key.pem").string() + " -out " +
        (folder / "cert.pem").string() + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
}

class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, int version = TLS1_3_VERSION)
        : context_{SSL_CTX_new(TLS_client_method())}, fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        SSL_CTX_set_min_proto_version(context_, version);
        SSL_CTX_set_max_proto_version(context_, version);
        SSL_CTX_set_security_level(context_, 0);
        ssl_ = SSL_new(context_);
        SSL_set_fd(ssl_, fd_);
        connected = SSL_connect(ssl_) == 1;
    }

    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        ::close(fd_);
    }

    TlsClient(TlsClient const&) = delete;
    TlsClient& operator=(TlsClient const&) = delete;

    void get(std::string const& target, std::string const& more = "") {
        auto const text = "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
        SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    }

    // All that comes until the server says that there is no more, or until that much came.
    std::string read(std::size_t at_least) {
        std::string got;
        char bytes[4'096];
        while (got.size() < at_least) {
            int const count = SSL_read(ssl_, bytes, sizeof bytes);
            if (count <= 0) {
                ended_well = SSL_get_error(ssl_, count) == SSL_ERROR_ZERO_RETURN;
                break;
            }
            got.append(bytes, static_cast<std::size_t>(count));
        }
        return got;
    }

    std::string name() {
        X509* const certificate = SSL_get1_peer_certificate(ssl_);
        char text[100] = "";
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text,
                                  sizeof text);
        X509_free(certificate);
        return text;
    }

    bool connected = false;
    bool ended_well = false;

private:
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
    int fd_;
};

class Tls : public testing::Test {
protected:
    Tls() { make_certificate(folder, "first"); }

    ~Tls() override { fs::remove_all(folder); }

    [[nodiscard]] ServerOptions options() const {
        return {.cert_file = folder / "cert.pem", .key_file = folder / "key.pem"};
    }

    fs::path folder = temporary_folder();
};

TEST_F(Tls, ServesAndEndsProperly) {
    Served served{options()};
    EXPECT_TRUE(served.address.starts_with("https://"));
    TlsClient client{served.port};
    ASSERT_TRUE(client.connected);
    client.get("/");
    EXPECT_TRUE(client.read(1).starts_with("HTTP/1.1 200 OK"));
    client.get("/text/2000000", "Connection: close\r\n");
    EXPECT_GT(client.read(SIZE_MAX).size(), 2'000'000U);
    EXPECT_TRUE(client.ended_well);
}

TEST_F(Tls, IsForTcpAndNotForTheUnixSocket) {
    auto both = options();
    both.unix_socket = folder / "socket";
    Served served{both};
    Client local{both.unix_socket};
    local.get("/");
    EXPECT_EQ(local.read().status, 200);
    TlsClient remote{served.port};
    EXPECT_TRUE(remote.connected);
}

TEST_F(Tls, StreamsAndNoticesAClientThatGoes) {
    Served served{options()};
    {
        TlsClient client{served.port};
        client.get("/silence");
        EXPECT_TRUE(client.read(1).starts_with("HTTP/1.1 200 OK"));
        EXPECT_EQ(served.handler.streams, 1);
    }
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 0; }));
    TlsClient whole{served.port};
    whole.get("/stream");
    EXPECT_TRUE(whole.read(SIZE_MAX).ends_with("three\n\r\n0\r\n\r\n"));
}

TEST_F(Tls, EndsStreamsProperlyWhenItStops) {
    Served served{options()};
    TlsClient client{served.port};
    client.get("/silence");
    EXPECT_TRUE(eventually([&] { return served.handler.streams == 1; }));
    served.stop(base::Millis{2'000});
    EXPECT_TRUE(client.read(SIZE_MAX).ends_with("0\r\n\r\n"));
}

TEST_F(Tls, IsNotOlderThanVersionOnePointTwo) {
    Served served{options()};
    EXPECT_TRUE(TlsClient(served.port, TLS1_2_VERSION).connected);
    EXPECT_FALSE(TlsClient(served.port, TLS1_1_VERSION).connected);
}

TEST_F(Tls, CutsOffAClientThatSaysNothing) {
    auto limited = options();
    limited.header_time = base::Millis{100};
    Served served{limited};
    Client client{served.port};
    EXPECT_TRUE(client.closes());
}

TEST_F(Tls, ClosesOnPlainHttp) {
    Served served{options()};
    Client client{served.port};
    client.get("/");
    EXPECT_TRUE(client.closes());
    EXPECT_EQ(served.figures().requests, 0U);
}

TEST_F(Tls, UsesACertificateThatWasRenewed) {
    Served served{options()};
    TlsClient before{served.port};
    make_certificate(folder, "second");
    std::string wrong = "?";
    served.run([&] { wrong = served.server->reload(); });
    EXPECT_EQ(wrong, "");
    EXPECT_EQ(TlsClient(served.port).name(), "second");
    EXPECT_EQ(before.name(), "first");
    before.get("/");
    EXPECT_TRUE(before.read(1).starts_with("HTTP/1.1 200 OK"));
}

TEST_F(Tls, KeepsItsCertificateWhereTheNewOneIsBroken) {
    Served served{options()};
    std::ofstream{folder / "cert.pem"} << "nonsense";
    std::string wrong;
    served.run([&] { wrong = served.server->reload(); });
    EXPECT_TRUE(wrong.contains("cert.pem")) << wrong;
    EXPECT_EQ(TlsClient(served.port).name(), "first");
}

TEST_F(Tls, RefusesAKeyThatDoesNotBelong) {
    Served served{options()};
    fs::copy_file(folder / "cert.pem", folder / "old.pem");
    make_certificate(folder, "second");
    fs::rename(folder / "old.pem", folder / "cert.pem");
    std::string wrong;
    served.run([&] { wrong = served.server->reload(); });
    EXPECT_TRUE(wrong.contains("key.pem")) << wrong;
}

}  // namespace
