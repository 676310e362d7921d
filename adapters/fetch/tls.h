// Whom TLS trusts, and why somebody was not trusted.
#pragma once

#include <filesystem>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace adapters::fetch {

class Trust {
public:
    // The authorities of this file, or the system's where it is empty. Throws Failed: tls.
    explicit Trust(std::filesystem::path const& ca_file);

    boost::asio::ssl::context& context() { return context_; }

private:
    boost::asio::ssl::context context_;
};

// The certificate must be for this host, a name or an address, which a name is also told to the
// other side (SNI).
void expect_host(SSL* session, std::string const& host, bool is_address);

// After a handshake that failed: what is wrong with the certificate; empty where nothing is.
std::string why_refused(SSL const* session);

}  // namespace adapters::fetch
