// Bytes put together by hand, a source that is far away, and what must hold of any parser whatever
// it is given.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/media/found.h"
#include "tests/support/temp_dir.h"

namespace media_test {

using adapters::Measured;
using adapters::media::Reader;
using adapters::media::Unmeasurable;

inline std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>(value >> (8 * i) & 0xFFU);
    }
    return text;
}

inline std::string big(std::uint64_t value, int bytes) {
    auto text = little(value, bytes);
    std::ranges::reverse(text);
    return text;
}

inline std::string zeros(std::size_t count) {
    return std::string(count, '\0');
}

// Bytes that look like nothing, the same each time.
inline std::string noise(std::size_t count, std::uint32_t seed = 1) {
    std::minstd_rand random{seed};
    std::string text(count, '\0');
    std::ranges::generate(text, [&] { return static_cast<char>(random() >> 8U & 0xFFU); });
    return text;
}

inline std::span<std::byte const> bytes_of(std::string const& text) {
    return std::as_bytes(std::span{text});
}

// A file that is read over a long way.
class Far : public adapters::ByteSource {
public:
    explicit Far(std::string bytes) : bytes_{std::move(bytes)} {}

    std::uint64_t size() const override { return bytes_.size(); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        auto const from = std::min<std::uint64_t>(offset, bytes_.size());
        auto const count = std::min<std::size_t>(into.size(), bytes_.size() - from);
        std::memcpy(into.data(), bytes_.data() + from, count);
        return count;
    }

private:
    std::string bytes_;
};

using Parser = Measured (*)(Reader&);

inline Measured measured(Parser parser, std::string const& file) {
    Reader reader{bytes_of(file)};
    return parser(reader);
}

inline Measured measured_far(Parser parser, std::string const& file) {
    Far source{file};
    Reader reader{source};
    return parser(reader);
}

inline std::string error_of(Parser parser, std::string const& file) {
    try {
        auto const found = measured(parser, file);
        return "none: " + std::to_string(found.audio.samples);
    } catch (Unmeasurable const& problem) {
        return problem.error.code;
    }
}

// A result that can be billed, or an error with a name. Near and far, nothing else may come.
inline void expect_sense(Parser parser, std::string const& file) {
    for (bool const far : {false, true}) {
        try {
            auto const found = far ? measured_far(parser, file) : measured(parser, file);
            ASSERT_GT(found.audio.samples, 0U);
            ASSERT_GT(found.audio.rate, 0U);
            ASSERT_FALSE(found.codec.empty());
            ASSERT_LE(found.skipped_bytes, file.size());
        } catch (Unmeasurable const& problem) {
            ASSERT_FALSE(problem.error.code.empty());
            ASSERT_FALSE(problem.error.message.empty());
        }
    }
}

// Cut at each byte of its first and last 2 KiB, and with bytes thrown over.
inline void expect_sense_when_harmed(Parser parser, std::string const& file) {
    constexpr std::size_t edge = 2'048;
    for (std::size_t cut = 0; cut <= file.size(); ++cut) {
        if (cut <= edge || file.size() - cut <= edge) {
            ASSERT_NO_FATAL_FAILURE(expect_sense(parser, file.substr(0, cut))) << "cut at " << cut;
        }
    }
    std::minstd_rand random{7};
    for (int round = 0; round < 600; ++round) {
        auto harmed = file;
        for (int i = 0; i <= round % 8; ++i) {
            auto const reach =
                round % 2 == 0 ? std::min<std::size_t>(file.size(), 128) : file.size();
            harmed[random() % reach] = static_cast<char>(random() >> 8U & 0xFFU);
        }
        ASSERT_NO_FATAL_FAILURE(expect_sense(parser, harmed)) << "round " << round;
    }
}

// What an encoder makes of raw samples; the command names its files $in and $out, or writes to
// its standard output into $out.
inline std::string encoded(std::string const& raw, std::string const& command,
                           std::string const& suffix) {
    support::TempDir const dir;
    auto const in = (dir / "in.raw").string();
    auto const out = (dir / ("out." + suffix)).string();
    std::ofstream{in, std::ios::binary} << raw;
    auto const line = "in=" + in + " out=" + out + "; " + command;
    if (std::system(line.c_str()) != 0) {  // NOLINT(cert-env33-c)
        ADD_FAILURE() << "this did not work: " << command;
    }
    std::ifstream file{out, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace media_test
