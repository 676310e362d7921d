// The port to wherever files that jobs made are kept when it is not the disk of this machine.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace adapters {

struct StorageError {
    std::string code;     // not_found, denied, unavailable, refused, unreadable
    std::string message;  // for people, one line, without secrets
};

struct Artifact {
    std::string key;
    std::uint64_t size = 0;
    base::Timestamp changed;
};

// Keys are letters, digits, `-`, `_`, `.` and slashes between them. Every call blocks, with a
// deadline of its own, and may be made from any thread and repeated.
class ArtifactStore {
public:
    ArtifactStore() = default;
    ArtifactStore(ArtifactStore const&) = delete;
    ArtifactStore& operator=(ArtifactStore const&) = delete;
    virtual ~ArtifactStore() = default;

    // Whole or not at all; what was there under the key is replaced.
    virtual std::expected<void, StorageError> put(std::string_view key,
                                                  std::filesystem::path const& file,
                                                  std::string_view type) = 0;

    // From there on, fewer bytes only where it ends. A key that is not there is not_found.
    virtual std::expected<std::string, StorageError> read(std::string_view key,
                                                          std::uint64_t offset,
                                                          std::uint64_t count) = 0;

    // None: there is nothing under that key.
    virtual std::expected<std::optional<std::uint64_t>, StorageError> size(
        std::string_view key) = 0;

    // Nothing happens where there is nothing.
    virtual std::expected<void, StorageError> remove(std::string_view key) = 0;

    // Of those behind this key, in order, the first; empty: from the first one on.
    virtual std::expected<std::vector<Artifact>, StorageError> list(std::string_view after,
                                                                    int limit) = 0;
};

}  // namespace adapters
