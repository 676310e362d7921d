#include "adapters/memory/api_keys.h"

#include <algorithm>

namespace adapters::memory {

std::optional<ApiKey> ApiKeys::find(std::string const& hash) const {
    auto const found = std::ranges::find(keys_, hash, &ApiKey::hash);
    return found == keys_.end() ? std::nullopt : std::optional{*found};
}

ApiKey ApiKeys::add(ApiKey key, base::Timestamp now) {
    if (auto const there = find(key.hash)) {
        return *there;
    }
    key.number = std::ssize(keys_) + 1;
    key.created_at = now;
    key.revoked_at.reset();
    key.last_used_at.reset();
    return keys_.emplace_back(std::move(key));
}

bool ApiKeys::revoke(std::int64_t number, base::Timestamp now) {
    auto* const key = numbered(number);
    if (key != nullptr && !key->revoked_at) {
        key->revoked_at = now;
    }
    return key != nullptr;
}

void ApiKeys::touch(std::int64_t number, base::Timestamp at) {
    if (auto* const key = numbered(number)) {
        key->last_used_at = std::max(key->last_used_at.value_or(at), at);
    }
}

ApiKey* ApiKeys::numbered(std::int64_t number) {
    auto const found = std::ranges::find(keys_, number, &ApiKey::number);
    return found == keys_.end() ? nullptr : &*found;
}

}  // namespace adapters::memory
