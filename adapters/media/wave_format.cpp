// The format tags that are in use, and what their numbers mean.
#include "adapters/media/wave_format.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "adapters/media/found.h"

namespace adapters::media {

namespace {

constexpr std::uint32_t lowest_wave_rate = 2'000;
constexpr std::uint32_t highest_wave_rate = 768'000;
constexpr std::uint32_t most_wave_channels = 64;
constexpr std::uint32_t extensible = 0xFFFE;

struct Fields {
    std::uint32_t tag = 0;
    std::uint32_t channels = 0;
    std::uint32_t rate = 0;
    std::uint32_t align = 0;
    std::uint32_t bits = 0;
};

template <std::size_t count>
std::uint32_t number(Bytes bytes, std::size_t at, bool big_endian) {
    static_assert(count <= 4);
    return static_cast<std::uint32_t>(big_endian ? big<count>(bytes, at)
                                                 : little<count>(bytes, at));
}

Fields fields(Bytes fmt, bool big_endian) {
    if (fmt.size() < 14) {
        fail("damaged", "its fmt chunk is too short");
    }
    Fields read{.tag = number<2>(fmt, 0, big_endian),
                .channels = number<2>(fmt, 2, big_endian),
                .rate = number<4>(fmt, 4, big_endian),
                .align = number<2>(fmt, 12, big_endian),
                .bits = fmt.size() < 16 ? 8 : number<2>(fmt, 14, big_endian)};
    if (read.tag == extensible && fmt.size() >= 26) {
        read.tag = number<2>(fmt, 24, big_endian);  // the first bytes of its sub-format's GUID
    }
    if (read.channels == 0 || read.channels > most_wave_channels) {
        fail("damaged", fmt::format("it says that it has {} channels", read.channels));
    }
    if (read.rate < lowest_wave_rate || read.rate > highest_wave_rate) {
        fail("damaged", fmt::format("it says that its sample rate is {} Hz", read.rate));
    }
    return read;
}

std::string uncompressed(Fields const& read, std::uint64_t bytes, bool big_endian) {
    std::string_view const order = big_endian ? "be" : "le";
    if (read.tag == 3) {
        if (bytes != 2 && bytes != 4 && bytes != 8) {
            fail("unsupported", fmt::format("floating-point samples of {} bits", read.bits));
        }
        return fmt::format("pcm_f{}{}", bytes * 8, order);
    }
    return bytes == 1 ? "pcm_u8" : fmt::format("pcm_s{}{}", bytes * 8, order);
}

// A lying block align is passed over: what counts is what decoders do, and they count bits. The
// one exception is 24 bits in 4 bytes, which has to be said by the block align.
WaveFormat plain(Fields const& read, bool big_endian) {
    if (read.bits == 0 || read.bits > 64) {
        fail("damaged", fmt::format("it says that a sample has {} bits", read.bits));
    }
    std::uint64_t bytes = (read.bits + 7) / 8;
    if (read.bits == 24 && read.align == 4 * read.channels) {
        return {.codec = big_endian ? "pcm_s24be" : "pcm_s24le",
                .rate = read.rate,
                .block_bytes = read.align};
    }
    return {.codec = uncompressed(read, bytes, big_endian),
            .rate = read.rate,
            .block_bytes = bytes * read.channels};
}

// Microsoft's: a head of 7 bytes a channel holds two samples, each further byte two more.
WaveFormat microsoft(Fields const& read) {
    std::uint64_t const head = std::uint64_t{7} * read.channels;
    if (read.align < head || read.channels > 2) {
        fail("damaged",
             fmt::format("ADPCM of {} channels in blocks of {} bytes", read.channels, read.align));
    }
    return {.codec = "adpcm_ms",
            .rate = read.rate,
            .block_bytes = read.align,
            .block_samples = (read.align - head) * 2 / read.channels + 2,
            .head = head,
            .head_samples = 2,
            .unit = read.channels,
            .unit_samples = 2};
}

// The IMA's: a head of 4 bytes a channel holds one sample, each 4 further bytes a channel eight.
WaveFormat ima(Fields const& read) {
    std::uint64_t const word = std::uint64_t{4} * read.channels;
    if (read.bits != 4) {
        fail("unsupported", fmt::format("IMA ADPCM of {} bits", read.bits));
    }
    if (read.align < word) {
        fail("damaged",
             fmt::format("ADPCM of {} channels in blocks of {} bytes", read.channels, read.align));
    }
    return {.codec = "adpcm_ima_wav",
            .rate = read.rate,
            .block_bytes = read.align,
            .block_samples = (read.align - word) / word * 8 + 1,
            .head = word,
            .head_samples = 1,
            .unit = word,
            .unit_samples = 8};
}

WaveFormat half_bytes(Fields const& read, std::string codec) {
    auto const two = read.channels % 2 == 0;
    return {.codec = std::move(codec),
            .rate = read.rate,
            .block_bytes = two ? read.channels / 2 : read.channels,
            .block_samples = two ? 1U : 2U};
}

}  // namespace

std::uint64_t WaveFormat::samples(std::uint64_t bytes) const {
    auto const whole = bytes / block_bytes;
    auto const rest = bytes % block_bytes;
    std::uint64_t count = 0;
    if (__builtin_mul_overflow(whole, block_samples, &count)) {
        fail("damaged", "it holds more samples than can be");
    }
    return unit == 0 || rest < head ? count
                                    : count + head_samples + (rest - head) / unit * unit_samples;
}

WaveFormat wave_format(Bytes fmt, bool big_endian) {
    auto const read = fields(fmt, big_endian);
    switch (read.tag) {
        case 0x0001:
        case 0x0003:
            return plain(read, big_endian);
        case 0x0002:
            return microsoft(read);
        case 0x0006:
            return {.codec = "pcm_alaw", .rate = read.rate, .block_bytes = read.channels};
        case 0x0007:
            return {.codec = "pcm_mulaw", .rate = read.rate, .block_bytes = read.channels};
        case 0x0011:
            return ima(read);
        case 0x0020:
            return half_bytes(read, "adpcm_yamaha");
        case 0x0031:
            return {.codec = "gsm_ms", .rate = read.rate, .block_bytes = 65, .block_samples = 320};
        case 0x0055:
            fail("unsupported", "MP3 frames inside of a WAV");
        case 0x028F:
            return half_bytes(read, "adpcm_g722");
        default:
            fail("unsupported", fmt::format("WAV with the format tag 0x{:04X}", read.tag));
    }
}

}  // namespace adapters::media
