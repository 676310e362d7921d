// Four letters, and for some of them a description inside (esds, dOps, …), made into a codec's name
// and the rate that its decoder gives out.
#include "adapters/media/mp4_format.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "adapters/media/mp4_esds.h"

namespace adapters::media::mp4 {

namespace {

struct Name {
    std::uint32_t kind;
    std::string_view codec;
};

constexpr std::array audio_names{Name{kind("mp4a"), "aac"},
                                 Name{kind("Opus"), "opus"},
                                 Name{kind("fLaC"), "flac"},
                                 Name{kind("alac"), "alac"},
                                 Name{kind(".mp3"), "mp3"},
                                 Name{kind("ac-3"), "ac3"},
                                 Name{kind("ec-3"), "eac3"},
                                 Name{kind("ac-4"), "ac4"},
                                 Name{kind("samr"), "amr_nb"},
                                 Name{kind("sawb"), "amr_wb"},
                                 Name{kind("sowt"), "pcm_s16le"},
                                 Name{kind("twos"), "pcm_s16be"},
                                 Name{kind("in24"), "pcm_s24be"},
                                 Name{kind("in32"), "pcm_s32be"},
                                 Name{kind("fl32"), "pcm_f32be"},
                                 Name{kind("fl64"), "pcm_f64be"},
                                 Name{kind("ulaw"), "pcm_mulaw"},
                                 Name{kind("alaw"), "pcm_alaw"},
                                 Name{kind("raw "), "pcm_u8"},
                                 Name{kind("lpcm"), "pcm"},
                                 Name{kind("ipcm"), "pcm"},
                                 Name{kind("fpcm"), "pcm"},
                                 Name{kind("ima4"), "adpcm_ima_qt"},
                                 Name{kind("dtsc"), "dts"},
                                 Name{kind("dtsh"), "dts"},
                                 Name{kind("dtse"), "dts"},
                                 Name{kind("mlpa"), "truehd"},
                                 Name{kind("spex"), "speex"},
                                 Name{kind("sqcp"), "qcelp"},
                                 Name{kind("sevc"), "evrc"},
                                 Name{0x6D730055, "mp3"},
                                 Name{0x6D730002, "adpcm_ms"},
                                 Name{0x6D730011, "adpcm_ima_wav"}};

constexpr std::array video_names{
    Name{kind("avc1"), "h264"},   Name{kind("avc3"), "h264"},   Name{kind("hvc1"), "hevc"},
    Name{kind("hev1"), "hevc"},   Name{kind("dvh1"), "hevc"},   Name{kind("dvhe"), "hevc"},
    Name{kind("av01"), "av1"},    Name{kind("vp08"), "vp8"},    Name{kind("vp09"), "vp9"},
    Name{kind("vvc1"), "vvc"},    Name{kind("mp4v"), "mpeg4"},  Name{kind("s263"), "h263"},
    Name{kind("H263"), "h263"},   Name{kind("jpeg"), "mjpeg"},  Name{kind("mjpa"), "mjpeg"},
    Name{kind("png "), "png"},    Name{kind("apch"), "prores"}, Name{kind("apcn"), "prores"},
    Name{kind("apcs"), "prores"}, Name{kind("apco"), "prores"}, Name{kind("ap4h"), "prores"},
    Name{kind("ap4x"), "prores"}};

template <std::size_t count>
std::string codec_of(std::array<Name, count> const& names, std::uint32_t kind) {
    auto const* const found = std::ranges::find(names, kind, &Name::kind);
    return found == names.end() ? name_of(kind) : std::string{found->codec};
}

// Where a sample is encrypted, the four letters of what it was are inside.
std::uint32_t kind_in_clear(Reader& reader, Box const& entry, std::uint64_t after) {
    if (entry.kind != kind("enca") && entry.kind != kind("encv") && entry.kind != kind("drms")) {
        return entry.kind;
    }
    auto const sinf = child(reader, entry, kind("sinf"), after);
    auto const frma = sinf ? child(reader, *sinf, kind("frma")) : std::nullopt;
    auto const letters = frma ? inside(reader, *frma, 0, 4) : Bytes{};
    return letters.size() == 4 ? static_cast<std::uint32_t>(big<4>(letters, 0)) : entry.kind;
}

// The fields of an audio sample entry, of MP4 or of QuickTime's three versions.
struct AudioEntry {
    std::uint64_t rate = 0;
    std::uint64_t fields = 28;  // what comes before the boxes inside
    std::uint64_t bits = 0;
    std::uint64_t packet_bytes = 0;
    std::uint64_t packet_frames = 0;
};

// The rate of QuickTime's second version is a 64-bit float; only whole numbers are taken.
std::uint64_t whole_of_float(std::uint64_t bits) {
    auto const exponent = static_cast<int>(bits >> 52) - 1023;
    auto const mantissa = (bits & 0xFFFFFFFFFFFFF) | std::uint64_t{1} << 52;
    return exponent < 0 || exponent > 31 ? 0 : mantissa >> (52 - exponent);
}

AudioEntry audio_entry(Bytes fields) {
    AudioEntry entry;
    if (fields.size() < 28) {
        return entry;
    }
    auto const version = big<2>(fields, 8);
    entry.bits = big<2>(fields, 18);
    entry.rate = big<2>(fields, 24);
    if (version == 1 && fields.size() >= 44) {
        entry.fields = 44;
        entry.packet_frames = big<4>(fields, 28);
        entry.packet_bytes = big<4>(fields, 36);
    } else if (version == 2 && fields.size() >= 64) {
        entry.fields = std::max<std::uint64_t>(big<4>(fields, 28), 72) - 8;
        entry.rate = whole_of_float(big<8>(fields, 32));
        entry.bits = big<4>(fields, 48);
        entry.packet_bytes = big<4>(fields, 56);
        entry.packet_frames = big<4>(fields, 60);
    }
    return entry;
}

// MP4 has boxes right behind the 28 bytes even where the version says 1, which is that of the
// ISO standard and not QuickTime's; then a box must begin there.
bool is_quicktime(Reader& reader, Box const& entry) {
    for (auto const* name : {"esds", "wave", "dOps", "alac", "dfLa", "srat", "chnl"}) {
        if (matches(inside(reader, entry, 28, 8), 4, name)) {
            return false;
        }
    }
    return true;
}

std::optional<Esds> esds_of(Reader& reader, Box const& entry, std::uint64_t after) {
    auto esds = child(reader, entry, kind("esds"), after);
    if (!esds) {
        auto const wave = child(reader, entry, kind("wave"), after);
        esds = wave ? child(reader, *wave, kind("esds")) : std::nullopt;
    }
    return esds ? std::optional{parse_esds(inside(reader, *esds, 4, 256))} : std::nullopt;
}

std::uint64_t frame_samples_of(std::string_view codec, std::uint64_t rate) {
    if (codec == "mp3") {
        return rate >= 32'000 ? 1152 : 576;
    }
    if (codec == "mp2") {
        return 1152;
    }
    if (codec == "ac3") {
        return 1536;
    }
    return codec == "amr_nb" ? 160 : codec == "amr_wb" ? 320 : 0;
}

void apply(Esds const& esds, Format& format) {
    if (!esds.codec.empty()) {
        format.codec = esds.codec;
    }
    if (format.codec != "aac" || esds.rate == 0) {
        return;
    }
    // An entry may know of SBR what the configuration leaves to be found in the stream.
    auto const doubled = esds.doubled || format.rate == 2 * esds.rate;
    format.rate = doubled ? 2 * esds.rate : esds.rate;
    format.frame_samples = doubled ? 2 * esds.frame_samples : esds.frame_samples;
}

std::uint64_t rate_in(Reader& reader, Box const& entry, std::uint64_t after,
                      std::string_view codec) {
    if (codec == "opus") {
        return 48'000;
    }
    if (codec == "alac") {
        auto const box = child(reader, entry, kind("alac"), after);
        auto const fields = box ? inside(reader, *box, 0, 28) : Bytes{};
        return fields.size() == 28 ? big<4>(fields, 24) : 0;
    }
    if (codec == "flac") {
        auto const box = child(reader, entry, kind("dfLa"), after);
        auto const fields = box ? inside(reader, *box, 0, 21) : Bytes{};
        return fields.size() == 21 ? big<3>(fields, 18) >> 4 : 0;
    }
    return 0;
}

std::optional<Box> first_entry(Reader& reader, Box const& stsd) {
    return Boxes::inside(reader, stsd, 8).next();
}

}  // namespace

Format audio_format(Reader& reader, Box const& stsd) {
    Format format;
    auto const entry = first_entry(reader, stsd);
    if (!entry) {
        return format;
    }
    auto fields = audio_entry(inside(reader, *entry, 0, 64));
    if (fields.fields != 28 && !is_quicktime(reader, *entry)) {
        fields = {.rate = fields.rate, .bits = fields.bits};
    }
    auto const letters = kind_in_clear(reader, *entry, fields.fields);
    format.codec = codec_of(audio_names, letters);
    format.rate = fields.rate;
    if (letters == kind("twos") && fields.bits == 8) {
        format.codec = "pcm_s8";
    }
    if (fields.packet_bytes > 0 && fields.packet_frames > 0) {
        format.packet_bytes = fields.packet_bytes;
        format.packet_frames = fields.packet_frames;
    }
    if (auto const head = child(reader, *entry, kind("dOps"), fields.fields)) {
        auto const skip = inside(reader, *head, 2, 2);
        format.pre_skip = skip.size() == 2 ? big<2>(skip, 0) : 0;
    }
    if (auto const own = rate_in(reader, *entry, fields.fields, format.codec); own != 0) {
        format.rate = own;
    }
    if (auto const esds = esds_of(reader, *entry, fields.fields)) {
        apply(*esds, format);
    }
    if (format.frame_samples == 0) {
        format.frame_samples = frame_samples_of(format.codec, format.rate);
    }
    return format;
}

Format video_format(Reader& reader, Box const& stsd) {
    Format format;
    auto const entry = first_entry(reader, stsd);
    if (!entry) {
        return format;
    }
    format.codec = codec_of(video_names, kind_in_clear(reader, *entry, 78));
    if (auto const esds = esds_of(reader, *entry, 78); esds && !esds->codec.empty()) {
        format.codec = esds->codec;
    }
    return format;
}

}  // namespace adapters::media::mp4
