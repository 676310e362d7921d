// The API keys of the memory store, by number.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/caller.h"

namespace adapters::memory {

class ApiKeys {
public:
    [[nodiscard]] std::vector<ApiKey> const& all() const { return keys_; }

    [[nodiscard]] std::optional<ApiKey> find(std::string const& hash) const;

    ApiKey add(ApiKey key, base::Timestamp now);
    bool revoke(std::int64_t number, base::Timestamp now);
    void touch(std::int64_t number, base::Timestamp at);

private:
    ApiKey* numbered(std::int64_t number);

    std::vector<ApiKey> keys_;
};

}  // namespace adapters::memory
