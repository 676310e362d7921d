// Tells workers of other processes that a job has become claimable: one byte written to a file
// beside the store, which they watch. After the commit, since whoever is told too early looks and
// sees nothing (the write-ahead log itself changes before its commit can be seen).
#pragma once

#include <filesystem>

namespace adapters::sqlite {

class Bell {
public:
    explicit Bell(std::filesystem::path const& file);
    Bell(Bell const&) = delete;
    Bell& operator=(Bell const&) = delete;
    ~Bell();

    // A bell that can't be rung is no error: workers look by themselves every second.
    void ring() const noexcept;

private:
    int file_ = -1;
};

}  // namespace adapters::sqlite
