// Keys as platforms hand them out. What OpenSSL says of a text may hold some of it, so the reasons
// are our own.
#include <ctime>

#include <climits>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "adapters/payments/crypto.h"
#include "adapters/payments/text.h"
#include "base/free_by.h"

namespace adapters::payments {

namespace {

constexpr int least_rsa = 2048;
constexpr int most_rsa = 8192;

void free_text(char* text) {
    OPENSSL_free(text);
}

using Bio = std::unique_ptr<BIO, base::FreeBy<BIO_free_all>>;
using X509Owner = std::unique_ptr<X509, base::FreeBy<X509_free>>;
using Number = std::unique_ptr<BIGNUM, base::FreeBy<BN_free>>;
using Text = std::unique_ptr<char, base::FreeBy<free_text>>;

using Unfit = std::optional<std::string>;  // nothing: it is good

Unfit unfit(EVP_PKEY const* key) {
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
        return "is no RSA key";
    }
    auto const bits = EVP_PKEY_get_bits(key);
    if (bits < least_rsa || bits > most_rsa) {
        return "is RSA of " + std::to_string(bits) + " bits, expected 2048 to 8192";
    }
    return std::nullopt;
}

Bio reader_of(std::string_view text) {
    auto const size = text.size() > INT_MAX ? 0 : static_cast<int>(text.size());
    return Bio{BIO_new_mem_buf(text.data(), size)};
}

bool is_framed(std::string_view text) {
    return text.find("-----BEGIN ") != std::string_view::npos;
}

std::size_t blocks_in(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ";
    std::size_t blocks = 0;
    for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + begin.size())) {
        ++blocks;
    }
    return blocks;
}

// Asked for a password, it has none, rather than that it asks whoever sits at the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
    return -1;
}

// Of the bytes in a key without a frame; what follows them makes it something else.
template <auto read>
RawKey from_der(std::string_view text) {
    auto const bytes = from_base64_lines(text);
    if (!bytes || bytes->size() > INT_MAX) {
        return nullptr;
    }
    auto const* at = reinterpret_cast<unsigned char const*>(bytes->data());
    auto const* const end = at + bytes->size();
    RawKey key{read(nullptr, &at, static_cast<long>(bytes->size()))};
    return at == end ? std::move(key) : nullptr;
}

std::string serial_of(X509 const* certificate) {
    Number const number{ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)};
    Text const text{number ? BN_bn2hex(number.get()) : nullptr};
    return text ? plain_serial(text.get()) : "";
}

std::optional<base::Timestamp> end_of(X509 const* certificate) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) {
        return std::nullopt;
    }
    return base::from_ms(static_cast<std::int64_t>(::timegm(&parts)) * 1'000);
}

}  // namespace

std::string plain_serial(std::string_view hex) {
    auto const zeros = std::min(hex.find_first_not_of('0'), hex.size());
    return upper(hex.substr(zeros));
}

std::expected<PublicKey, std::string> PublicKey::from_text(std::string_view text) {
    if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
        return std::unexpected("has a private key, expected a public one");
    }
    RawKey key{is_framed(text)
                   ? PEM_read_bio_PUBKEY(reader_of(text).get(), nullptr, nullptr, nullptr)
                   : from_der<d2i_PUBKEY>(text).release()};
    ERR_clear_error();
    if (!key || blocks_in(text) > 1) {
        return std::unexpected("has no public key, or something else beside it");
    }
    if (auto why = unfit(key.get())) {
        return std::unexpected(std::move(*why));
    }
    return PublicKey{std::move(key)};
}

std::expected<Certificate, std::string> Certificate::from_pem(std::string_view text) {
    X509Owner const read{PEM_read_bio_X509(reader_of(text).get(), nullptr, nullptr, nullptr)};
    RawKey key{read ? X509_get_pubkey(read.get()) : nullptr};
    ERR_clear_error();
    if (!key || blocks_in(text) != 1) {
        return std::unexpected("has no certificate in PEM, or something else beside it");
    }
    if (auto why = unfit(key.get())) {
        return std::unexpected(std::move(*why));
    }
    auto serial = serial_of(read.get());
    auto const end = end_of(read.get());
    if (serial.empty() || !end) {
        return std::unexpected("has no serial number or no end");
    }
    return Certificate{
        .key = PublicKey{std::move(key)}, .serial = std::move(serial), .expires_at = *end};
}

std::expected<PrivateKey, std::string> PrivateKey::from_text(std::string_view text) {
    RawKey key{is_framed(text)
                   ? PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, no_password, nullptr)
                   : from_der<d2i_AutoPrivateKey>(text).release()};
    ERR_clear_error();
    if (!key || blocks_in(text) > 1) {
        return std::unexpected(
            "has no private key without a password, or something else beside it");
    }
    if (auto why = unfit(key.get())) {
        return std::unexpected(std::move(*why));
    }
    return PrivateKey{std::move(key)};
}

}  // namespace adapters::payments
