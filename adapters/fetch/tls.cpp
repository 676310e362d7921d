// Whom we trust at the other end.
#include "adapters/fetch/tls.h"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "adapters/fetch/failed.h"

namespace adapters::fetch {

namespace {

// "http/1.1", as ALPN wants it.
constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

}  // namespace

Trust::Trust(std::filesystem::path const& ca_file)
    : context_{boost::asio::ssl::context::tls_client} {
    auto* const raw = context_.native_handle();
    ::SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    ::SSL_CTX_set_alpn_protos(raw, protocols.data(), protocols.size());
    ::SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    if (ca_file.empty()) {
        ::SSL_CTX_set_default_verify_paths(raw);
    } else if (::SSL_CTX_load_verify_locations(raw, ca_file.c_str(), nullptr) != 1) {
        ::ERR_clear_error();
        fail("tls", fmt::format("no certificates can be read from {}; expected a PEM file",
                                ca_file.string()));
    }
}

void expect_host(SSL* session, std::string const& host, bool is_address) {
    auto* const rules = ::SSL_get0_param(session);
    if (is_address) {
        ::X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
        return;
    }
    ::X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ::X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
    // The macro behind SSL_set_tlsext_host_name casts the const away in the old style.
    ::SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(host.c_str()));
}

std::string why_refused(SSL const* session) {
    auto const verdict = ::SSL_get_verify_result(session);
    switch (verdict) {
        case X509_V_OK:
            return "";
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "its certificate has expired";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "its certificate is not valid yet; check this machine's clock";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "its certificate is for another host";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "its certificate is self-signed";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "its certificate is from an authority that is not trusted";
        default:
            return fmt::format("its certificate is refused: {}",
                               ::X509_verify_cert_error_string(verdict));
    }
}

}  // namespace adapters::fetch
