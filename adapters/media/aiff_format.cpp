// The compression types that are in use, and the floating-point numbers of 1988.
#include "adapters/media/aiff_format.h"

#include <array>
#include <bit>
#include <string_view>

#include <fmt/format.h>

#include "adapters/media/chunks.h"
#include "adapters/media/found.h"

namespace adapters::media {

namespace {

constexpr std::uint64_t lowest_rate = 2'000;
constexpr std::uint64_t highest_rate = 768'000;
constexpr std::uint64_t most_channels = 64;

struct AiffKind {
    std::uint32_t name;
    std::string_view codec;
    std::uint64_t bytes;  // of a sample, or of a block, of one channel
    std::uint64_t samples = 1;
};

constexpr std::array kinds{
    AiffKind{four("fl32"), "pcm_f32be", 4},     AiffKind{four("FL32"), "pcm_f32be", 4},
    AiffKind{four("fl64"), "pcm_f64be", 8},     AiffKind{four("FL64"), "pcm_f64be", 8},
    AiffKind{four("ulaw"), "pcm_mulaw", 1},     AiffKind{four("ULAW"), "pcm_mulaw", 1},
    AiffKind{four("alaw"), "pcm_alaw", 1},      AiffKind{four("ALAW"), "pcm_alaw", 1},
    AiffKind{four("in24"), "pcm_s24be", 3},     AiffKind{four("in32"), "pcm_s32be", 4},
    AiffKind{four("42ni"), "pcm_s24le", 3},     AiffKind{four("23ni"), "pcm_s32le", 4},
    AiffKind{four("raw "), "pcm_u8", 1},        AiffKind{four("ima4"), "adpcm_ima_qt", 34, 64},
    AiffKind{four("GSM "), "gsm", 33, 160},     AiffKind{four("agsm"), "gsm", 33, 160},
    AiffKind{four("MAC3"), "mace3", 2, 6},      AiffKind{four("MAC6"), "mace6", 1, 6},
    AiffKind{four("G722"), "adpcm_g722", 1, 2},
};

// Whole numbers: the size is what counts, rounded up to bytes.
void set_plain(AiffFormat& format, std::uint64_t bits, std::uint64_t channels, bool little) {
    if (bits == 0 || bits > 32) {
        fail("damaged", fmt::format("it says that a sample has {} bits", bits));
    }
    auto const bytes = (bits + 7) / 8;
    format.codec =
        bytes == 1 ? "pcm_s8" : fmt::format("pcm_s{}{}", bytes * 8, little ? "le" : "be");
    format.block_bytes = bytes * channels;
}

void set_compressed(AiffFormat& format, std::uint32_t name, std::uint64_t channels) {
    for (auto const& kind : kinds) {
        if (kind.name == name) {
            format.codec = kind.codec;
            format.block_bytes = kind.bytes * channels;
            format.block_samples = kind.samples;
            return;
        }
    }
    fail("unsupported", fmt::format("AIFF with the compression 0x{:08X}", name));
}

}  // namespace

Rate extended_rate(Bytes bytes) {
    constexpr std::uint64_t bias = 16'383;
    auto const exponent = big<2>(bytes, 0);
    auto mantissa = big<8>(bytes, 2);
    if (exponent < bias || exponent > bias + 20 || mantissa == 0) {  // a negative one is above
        fail("damaged", "its sample rate is none that can be");
    }
    auto below = static_cast<unsigned>(63 - (exponent - bias));  // bits below the point
    auto const zeros = std::min(below, static_cast<unsigned>(std::countr_zero(mantissa)));
    mantissa >>= zeros;
    below -= zeros;
    Rate const rate{.count = mantissa, .in = std::uint64_t{1} << below};
    if (mantissa >> below < lowest_rate || mantissa >> below > highest_rate) {
        fail("damaged", fmt::format("it says that its sample rate is {} Hz", mantissa >> below));
    }
    return rate;
}

AiffFormat aiff_format(Bytes comm, bool compressed) {
    if (comm.size() < 18) {
        fail("damaged", "its COMM chunk is too short");
    }
    auto const channels = big<2>(comm, 0);
    if (channels == 0 || channels > most_channels) {
        fail("damaged", fmt::format("it says that it has {} channels", channels));
    }
    AiffFormat format{.rate = extended_rate(comm.subspan(8, 10)), .frames = big<4>(comm, 2)};
    auto const name = compressed && comm.size() >= 22 ? static_cast<std::uint32_t>(big<4>(comm, 18))
                                                      : four("NONE");
    if (name == four("NONE") || name == four("twos") || name == four("sowt")) {
        set_plain(format, big<2>(comm, 6), channels, name == four("sowt"));
    } else {
        set_compressed(format, name, channels);
    }
    return format;
}

}  // namespace adapters::media
