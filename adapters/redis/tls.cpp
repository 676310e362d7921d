// TLS over any stream. OpenSSL works on two buffers in memory and the stream moves the bytes, so
// that deadlines and the order to stop are the stream's alone, and no write raises SIGPIPE.
#include <arpa/inet.h>
#include <array>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "adapters/redis/stream.h"
#include "adapters/store.h"

namespace adapters::redis {

namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&::SSL_free)>;

std::string last_error() {
    std::array<char, 256> text{};
    auto const code = ::ERR_get_error();
    ::ERR_clear_error();
    if (code == 0) {
        return "no reason given";
    }
    ::ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

[[noreturn]] void bad_file(char const* key, std::filesystem::path const& file) {
    throw Unusable{fmt::format("redis.{}: can't use {}: {}; expected a PEM file", key,
                               file.string(), last_error())};
}

Context make_context(Settings const& settings) {
    Context context{::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free};
    if (!context) {
        throw Unavailable{"redis: OpenSSL can't be used: " + last_error()};
    }
    auto* const raw = context.get();
    ::SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    if (settings.ca_file.empty()) {
        ::SSL_CTX_set_default_verify_paths(raw);
    } else if (::SSL_CTX_load_verify_locations(raw, settings.ca_file.c_str(), nullptr) != 1) {
        bad_file("ca_file", settings.ca_file);
    }
    if (settings.cert_file.empty()) {
        return context;
    }
    if (::SSL_CTX_use_certificate_chain_file(raw, settings.cert_file.c_str()) != 1) {
        bad_file("cert_file", settings.cert_file);
    }
    if (::SSL_CTX_use_PrivateKey_file(raw, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        bad_file("key_file", settings.key_file);
    }
    return context;
}

// The certificate must be for the host as the operator wrote it, name or address.
void expect_host(SSL* session, std::string const& host) {
    in6_addr ignored{};
    bool const is_address = ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
                            ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
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

class Tls final : public Stream {
public:
    Tls(std::unique_ptr<Stream> inner, Place const& place, Settings const& settings,
        Patience const& patience)
        : inner_{std::move(inner)},
          where_{to_text(place, true)},
          context_{make_context(settings)},
          session_{::SSL_new(context_.get()), &::SSL_free} {
        in_ = ::BIO_new(::BIO_s_mem());
        out_ = ::BIO_new(::BIO_s_mem());
        ::SSL_set_bio(session_.get(), in_, out_);  // which owns them from here on
        expect_host(session_.get(), place.host);
        shake_hands(patience);
    }

    std::size_t read(std::span<char> into, Patience const& patience) override {
        while (true) {
            ::ERR_clear_error();
            int const count =
                ::SSL_read(session_.get(), into.data(), static_cast<int>(into.size()));
            if (count > 0) {
                return static_cast<std::size_t>(count);
            }
            if (!pump(count, patience)) {
                return 0;
            }
        }
    }

    void write(std::string_view bytes, Patience const& patience) override {
        while (!bytes.empty()) {
            ::ERR_clear_error();
            auto const part = bytes.substr(0, 1 << 16);
            int const count =
                ::SSL_write(session_.get(), part.data(), static_cast<int>(part.size()));
            if (count > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(count));
                flush(patience);
            } else if (!pump(count, patience)) {
                throw Unavailable{where_ + " takes nothing; is it overloaded or stopped?"};
            }
        }
    }

private:
    void shake_hands(Patience const& patience) {
        while (true) {
            ::ERR_clear_error();
            int const done = ::SSL_connect(session_.get());
            if (done == 1) {
                flush(patience);
                return;
            }
            check_certificate();
            if (!pump(done, patience)) {
                throw Unavailable{where_ +
                                  " does not answer the TLS handshake; does it speak TLS?"};
            }
        }
    }

    void check_certificate() {
        auto const verdict = ::SSL_get_verify_result(session_.get());
        if (verdict != X509_V_OK) {
            throw Unusable{fmt::format(
                "{}: its certificate is refused: {}; check redis.ca_file and the host in redis.url",
                where_, ::X509_verify_cert_error_string(verdict))};
        }
    }

    // Does what OpenSSL waits for. False if nothing came in time.
    bool pump(int returned, Patience const& patience) {
        int const wanted = ::SSL_get_error(session_.get(), returned);
        if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) {
            auto const why = wanted == SSL_ERROR_ZERO_RETURN ? "closed the connection" : "";
            throw Unavailable{fmt::format("{}: {}; see its log", where_,
                                          *why != '\0' ? why : "TLS: " + last_error())};
        }
        flush(patience);
        if (wanted == SSL_ERROR_WANT_WRITE) {
            return true;
        }
        std::array<char, 16'384> bytes{};
        auto const count = inner_->read(bytes, patience);
        if (count > 0) {
            ::BIO_write(in_, bytes.data(), static_cast<int>(count));
        }
        return count > 0;
    }

    void flush(Patience const& patience) {
        std::array<char, 16'384> bytes{};
        while (true) {
            int const count = ::BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
            if (count <= 0) {
                return;
            }
            inner_->write({bytes.data(), static_cast<std::size_t>(count)}, patience);
        }
    }

    std::unique_ptr<Stream> inner_;
    std::string where_;
    Context context_;
    Session session_;
    BIO* in_ = nullptr;
    BIO* out_ = nullptr;
};

}  // namespace

std::unique_ptr<Stream> wrap_in_tls(std::unique_ptr<Stream> inner, Place const& place,
                                    Settings const& settings, Patience const& patience) {
    return std::make_unique<Tls>(std::move(inner), place, settings, patience);
}

}  // namespace adapters::redis
