// Which part of a file answers a request, and its bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/facts.h"

namespace adapters::http {

struct Part {
    std::uint64_t first = 0;
    std::uint64_t size = 0;
};

enum class Answer : std::uint8_t { whole, part, unchanged, unsatisfiable };

struct Plan {
    Answer answer = Answer::whole;
    Part part;
};

// By If-None-Match, Range and If-Range. More ranges than one, or none that can be understood: the
// whole.
Plan plan_file(Facts const& facts, std::string_view etag, std::uint64_t size);

// An open regular file.
class OpenFile {
public:
    explicit OpenFile(std::filesystem::path const& path);
    OpenFile(OpenFile const&) = delete;
    OpenFile& operator=(OpenFile const&) = delete;
    ~OpenFile();

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    // Fills it from there; false where the file has no longer so many bytes.
    bool read(std::uint64_t offset, std::string& into) const;

private:
    int fd_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace adapters::http
