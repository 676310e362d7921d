// Sizes are believed as far as the data reaches, names as far as they can be read.
#include "adapters/media/chunks.h"

#include <algorithm>
#include <array>
#include <vector>

namespace adapters::media {

namespace {

constexpr std::array well_known{
    four("LIST"), four("list"), four("fact"), four("data"), four("fmt "), four("bext"),
    four("iXML"), four("id3 "), four("ID3 "), four("cue "), four("smpl"), four("inst"),
    four("PEAK"), four("JUNK"), four("junk"), four("FLLR"), four("PAD "), four("axml"),
    four("chna"), four("cart"), four("DISP"), four("plst"), four("acid"), four("strc"),
    four("LGWV"), four("_PMX"), four("umid"), four("levl"), four("link"), four("afsp"),
    four("ds64"), four("RIFF"), four("RF64"), four("BW64"), four("RIFX"), four("FORM"),
    four("COMM"), four("SSND"), four("MARK"), four("INST"), four("COMT"), four("NAME"),
    four("AUTH"), four("(c) "), four("ANNO"), four("APPL"), four("MIDI"), four("AESD"),
    four("CHAN"), four("FVER"), four("SAXL"),
};

constexpr std::uint64_t near_tail = std::uint64_t{4} << 20;
constexpr std::uint64_t far_tail = std::uint64_t{64} << 10;
constexpr std::size_t step = std::size_t{32} << 10;

constexpr std::array<bool, 256> first_letters = [] {
    std::array<bool, 256> letters{};
    for (auto const name : well_known) {
        letters[name >> 24U] = true;
    }
    return letters;
}();

bool is_known(std::uint32_t name) {
    return first_letters[name >> 24U] && std::ranges::find(well_known, name) != well_known.end();
}

bool is_printable(std::uint32_t name) {
    for (auto shift : {24U, 16U, 8U, 0U}) {
        auto const letter = name >> shift & 0xFFU;
        if (letter < 0x20 || letter > 0x7E) {
            return false;
        }
    }
    return true;
}

std::uint64_t header_of(Dialect dialect) {
    return dialect == Dialect::wave64 ? 24 : 8;
}

std::uint64_t padded(std::uint64_t size, Dialect dialect) {
    std::uint64_t const unit = dialect == Dialect::wave64 ? 8 : 2;
    return size % unit == 0 ? 0 : unit - size % unit;
}

bool is_known_at(Reader& reader, std::uint64_t at) {
    auto const name = reader.at(at, 4);
    return name.size() == 4 && is_known(static_cast<std::uint32_t>(big<4>(name, 0)));
}

// From which positions does a chain of chunks lead exactly to the end? Asked from the end on, so
// that each position is looked at once.
class Tail {
public:
    Tail(std::uint64_t begin, std::uint64_t end, Dialect dialect)
        : begin_{begin}, end_{end}, dialect_{dialect}, leads_(end - begin) {}

    void ask(Bytes bytes, std::size_t from, std::uint64_t at) {
        auto const name = static_cast<std::uint32_t>(big<4>(bytes, from));
        if (!is_known(name)) {
            return;
        }
        auto const size =
            dialect_ == Dialect::riff ? little<4>(bytes, from + 4) : big<4>(bytes, from + 4);
        auto const next = at + 8 + size;
        if (next <= end_ && (arrives(next) || arrives(next + padded(size, dialect_)))) {
            leads_[at - begin_] = true;
            first_ = at;
        }
    }

    [[nodiscard]] std::uint64_t first() const { return first_; }

private:
    [[nodiscard]] bool arrives(std::uint64_t at) const {
        return at == end_ || at == end_ + 1 || (at < end_ && leads_[at - begin_]);
    }

    std::uint64_t begin_;
    std::uint64_t end_;
    Dialect dialect_;
    std::vector<bool> leads_;
    std::uint64_t first_ = end_;
};

}  // namespace

std::optional<Chunk> chunk_at(Reader& reader, std::uint64_t at, Dialect dialect) {
    auto const header = reader.at(at, header_of(dialect));
    if (header.size() < header_of(dialect)) {
        return std::nullopt;
    }
    Chunk chunk{.name = static_cast<std::uint32_t>(big<4>(header, 0)), .begin = at + header.size()};
    if (!is_printable(chunk.name)) {
        return std::nullopt;
    }
    if (dialect == Dialect::wave64) {
        auto const size = little<8>(header, 16);
        chunk.size = size < header.size() ? 0 : size - header.size();
    } else {
        chunk.size = dialect == Dialect::riff ? little<4>(header, 4) : big<4>(header, 4);
    }
    return chunk;
}

std::uint64_t end_of(Reader const& reader, Chunk const& chunk) {
    auto const there = reader.size() - std::min(reader.size(), chunk.begin);
    return chunk.begin + std::min(chunk.size, there);
}

std::uint64_t after(Reader& reader, Chunk const& chunk, Dialect dialect) {
    auto const end = end_of(reader, chunk);
    auto const pad = padded(chunk.size, dialect);
    if (pad == 0 || end == reader.size() || is_known_at(reader, end)) {
        return end;
    }
    return end + pad;
}

bool is_streamed_size(Reader& reader, Chunk const& chunk, Dialect dialect) {
    if (chunk.size == 0) {
        return true;
    }
    if (dialect == Dialect::wave64) {
        return chunk.size > std::uint64_t{1} << 60U;
    }
    if (chunk.size < 0x7FFF'F000 || chunk.size > 0xFFFF'FFFF) {
        return false;
    }
    // It may be true, of a recording of that size: then something begins, or ends, behind it.
    auto const end = end_of(reader, chunk);
    return end - chunk.begin < chunk.size || chunk.size == 0xFFFF'FFFF ||
           (reader.size() - end > 1 && !is_known_at(reader, after(reader, chunk, dialect)));
}

std::uint64_t without_tail(Reader& reader, std::uint64_t begin, std::uint64_t end,
                           Dialect dialect) {
    if (dialect == Dialect::wave64 || end - begin < 8) {
        return end;
    }
    auto const first = end - std::min(end - begin, reader.far() ? far_tail : near_tail);
    Tail tail{first, end, dialect};
    for (auto last = end - 7; last > first;) {  // positions below `last` are still to be asked
        auto const from = last - std::min<std::uint64_t>(last - first, step);
        auto const want = static_cast<std::size_t>(last - from) + 7;
        auto const bytes = reader.at(from, want);
        if (bytes.size() < want) {
            return end;
        }
        for (auto i = want - 7; i-- > 0;) {
            if (first_letters[u8(bytes, i)]) {
                tail.ask(bytes, i, from + i);
            }
        }
        last = from;
    }
    return tail.first();
}

std::uint64_t after_id3v2(Reader& reader, std::uint64_t at) {
    while (true) {
        auto const header = reader.at(at, 10);
        if (header.size() < 10 || !matches(header, 0, "ID3") || u8(header, 3) == 0xFF ||
            u8(header, 4) == 0xFF || (big<4>(header, 6) & 0x8080'8080) != 0) {
            return at;
        }
        std::uint64_t size = (u8(header, 5) & 0x10U) != 0 ? 20 : 10;
        size += (std::uint64_t{u8(header, 6)} << 21U) + (std::uint64_t{u8(header, 7)} << 14U) +
                (std::uint64_t{u8(header, 8)} << 7U) + u8(header, 9);
        if (size > reader.size() - at) {
            return at;
        }
        at += size;
    }
}

bool is_tag(Reader& reader, std::uint64_t at) {
    auto const bytes = reader.at(at, 11);
    return matches(bytes, 0, "TAG") || matches(bytes, 0, "APETAGEX") || matches(bytes, 0, "ID3") ||
           matches(bytes, 0, "3DI") || matches(bytes, 0, "LYRICSBEGIN");
}

}  // namespace adapters::media
