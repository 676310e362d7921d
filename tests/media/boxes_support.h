// For the tests of MP4 and of the front door: bytes, boxes, a source that is far, encoders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "adapters/media.h"
#include "adapters/media/reader.h"
#include "tests/support/temp_dir.h"

namespace boxes {

inline std::string be(std::uint64_t value, int width) {
    std::string bytes;
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(value >> shift & 0xFF);
    }
    return bytes;
}

inline std::string be32(std::uint64_t value) {
    return be(value, 4);
}

inline std::string join(std::initializer_list<std::string> parts) {
    std::string all;
    for (auto const& part : parts) {
        all += part;
    }
    return all;
}

inline std::string box(std::string const& name, std::initializer_list<std::string> parts) {
    auto const body = join(parts);
    return be32(body.size() + 8) + name + body;
}

inline std::string full(std::string const& name, std::uint32_t version_and_flags,
                        std::initializer_list<std::string> parts) {
    return box(name, {be32(version_and_flags), join(parts)});
}

inline std::string zeros(std::size_t count) {
    return std::string(count, '\0');
}

inline adapters::media::Bytes bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

// Bytes that cost a round trip each time.
class FarSource final : public adapters::ByteSource {
public:
    explicit FarSource(std::string_view bytes) : bytes_{bytes} {}

    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        auto const part = bytes_of(bytes_.substr(offset, into.size()));
        std::ranges::copy(part, into.begin());
        return part.size();
    }

private:
    std::string_view bytes_;
};

// Runs a command of the shell, which must succeed, and gives back the file that it made.
inline std::string made_by(support::TempDir const& dir, std::string const& name,
                           std::string const& command) {
    auto const path = (dir / name).string();
    auto const line = command + " '" + path + "' >/dev/null 2>&1";
    if (std::system(line.c_str()) != 0) {
        throw std::runtime_error{"failed: " + line};
    }
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

// ffmpeg's input of so many samples, which are no silence.
inline std::string tone(std::uint64_t samples, int rate) {
    auto const hertz = std::to_string(rate);
    return "ffmpeg -v error -y -bitexact -f lavfi -i \"aevalsrc='0.4*sin(330*t*(1+t))':s=" + hertz +
           ":d=100\" -af atrim=end_sample=" + std::to_string(samples) + " ";
}

// Cuts at every byte of the first and the last 2 KiB, and flips random bytes: `look` must come to
// an end, and say something that makes sense, each time.
template <typename Look>
void torment(std::string const& data, Look const& look) {
    constexpr std::size_t edge = 2048;
    for (std::size_t size = 0; size < data.size(); ++size) {
        if (size < edge || data.size() - size < edge) {
            look(std::string_view{data}.substr(0, size));
        }
    }
    std::mt19937 random{4711};  // NOLINT(bugprone-random-generator-seed): the same every time
    for (int round = 0; round < 500; ++round) {
        auto broken = data;
        for (int flips = 1 + round % 7; flips > 0 && !broken.empty(); --flips) {
            broken[random() % broken.size()] = static_cast<char>(random());
        }
        look(broken);
    }
}

}  // namespace boxes
