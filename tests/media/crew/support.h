// A crew of test helpers, and data for them.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "adapters/media/crew/crew.h"
#include "adapters/media/crew/fd.h"

namespace tests {

using adapters::media::Crew;
using adapters::media::CrewOptions;
using adapters::media::crew::Fd;
using Clock = std::chrono::steady_clock;

inline CrewOptions options(std::string const& word = "media-helper") {
    CrewOptions result;
    auto const here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    result.command = {here / "media_test_helper", word};
    result.helpers = 1;
    return result;
}

// What the helper is told, with an end to the word.
inline std::vector<std::byte> order(std::string text) {
    text += ' ';
    auto const* const first = reinterpret_cast<std::byte const*>(text.data());
    return {first, first + text.size()};
}

inline Fd file(std::string const& text) {
    Fd result{::memfd_create("test", MFD_CLOEXEC)};
    auto const bytes = order(text);
    static_cast<void>(::write(result.get(), bytes.data(), bytes.size()) + 0);
    return result;
}

inline adapters::MeasureResult tell(adapters::Media& crew, std::string const& text) {
    return crew.measure(order(text), {});
}

inline std::uint64_t samples(adapters::MeasureResult const& result) {
    return result ? result->audio.samples : 0;
}

inline std::string code(adapters::MeasureResult const& result) {
    return result ? "" : result.error().code;
}

inline auto open_files() {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

// "R", "S", "Z", …; empty if there is no such process.
inline std::string state_of(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto const end = text.rfind(") ");
    return end == std::string::npos ? "" : text.substr(end + 2, 1);
}

// Bytes behind a function: what is far can be slow, break, or lie about its end.
class FarSource final : public adapters::ByteSource {
public:
    explicit FarSource(std::vector<std::byte> bytes) : bytes_{std::move(bytes)} {}

    [[nodiscard]] std::uint64_t size() const override { return claimed.value_or(bytes_.size()); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        reads += 1;
        if (delay.count() > 0) {
            ::usleep(static_cast<unsigned>(delay.count()) * 1'000);
        }
        if (breaks_at && offset + into.size() > *breaks_at) {
            return std::unexpected{
                adapters::MediaError{.code = "http_403", .message = "the server says no"}};
        }
        if (offset >= bytes_.size()) {
            return 0;
        }
        auto const count = std::min(into.size(), bytes_.size() - offset);
        std::memcpy(into.data(), bytes_.data() + offset, count);
        return count;
    }

    std::optional<std::uint64_t> claimed;
    std::optional<std::uint64_t> breaks_at;
    std::chrono::milliseconds delay{0};
    std::atomic<int> reads = 0;

private:
    std::vector<std::byte> bytes_;
};

}  // namespace tests
