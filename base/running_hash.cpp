#include "base/running_hash.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace base {

struct RunningHash::State {
    State() = default;
    State(State const&) = delete;
    State& operator=(State const&) = delete;

    ~State() { EVP_MD_CTX_free(context); }

    EVP_MD_CTX* context = EVP_MD_CTX_new();
};

RunningHash::RunningHash() : state_{std::make_unique<State>()} {
    CHECK(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}

RunningHash::~RunningHash() = default;

void RunningHash::add(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Hash RunningHash::finish() {
    Hash hash;
    unsigned length = 0;
    CHECK(EVP_DigestFinal_ex(state_->context, hash.data(), &length) == 1 && length == hash.size());
    return hash;
}

}  // namespace base
