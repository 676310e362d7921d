#include "adapters/identity/api_key.h"

#include <array>

#include <openssl/rand.h>

#include "base/base64.h"
#include "base/check.h"
#include "base/sha256.h"

namespace adapters::identity {

namespace {

constexpr std::string_view mark = "tm_";
constexpr std::size_t shown = 7;
constexpr std::size_t random_bytes = 32;

}  // namespace

std::string make_secret() {
    std::array<unsigned char, random_bytes> random{};
    CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
    return base::to_base64url({reinterpret_cast<char const*>(random.data()), random.size()});
}

NewApiKey make_api_key() {
    NewApiKey made;
    made.text = std::string{mark} + make_secret();
    made.key = describe_api_key(made.text);
    return made;
}

ApiKey describe_api_key(std::string_view text) {
    ApiKey key;
    key.prefix = text.substr(0, shown);
    key.hash = hash_of_api_key(text);
    return key;
}

bool is_api_key(std::string_view text) {
    return text.size() == api_key_size && text.starts_with(mark) &&
           base::from_base64url(text.substr(mark.size())).has_value();
}

std::string hash_of_api_key(std::string_view text) {
    return base::hex(base::sha256(text));
}

}  // namespace adapters::identity
