// Four tables side by side: how long each sample lasts (stts), how large it is (stsz), how many are
// in a chunk (stsc), where that begins (stco). A decoder plays the samples whose bytes are there.
#include "adapters/media/mp4_samples.h"

#include <algorithm>

#include "adapters/media/found.h"

namespace adapters::media::mp4 {

namespace {

// The durations, handed out run by run. Where the table ends early its last row goes on, which is
// what players do.
class Durations {
public:
    Durations(Reader& reader, Track const& track) {
        if (track.stts) {
            table_ = counted_table(reader, *track.stts, 8);
        }
    }

    // The next `count` samples: those up to `wanted` are added to `media`.
    void take(std::uint64_t count, std::uint64_t wanted, Media& media) {
        while (count > 0) {
            while (left_ == 0 && next_row()) {
            }
            auto const run = left_ == 0 ? count : std::min(count, left_);
            auto const added = std::min(run, wanted);
            media.add(added, delta_);
            wanted -= added;
            count -= run;
            left_ -= std::min(run, left_);
        }
    }

    // All that the table has, up to `most`.
    void take_rest(std::uint64_t most, Media& media) {
        while (most > 0 && (left_ > 0 || next_row())) {
            auto const run = std::min(most, left_);
            media.add(run, delta_);
            most -= run;
            left_ -= run;
        }
    }

private:
    bool next_row() {
        auto const row = table_.row(row_);
        if (row.empty()) {
            return false;
        }
        ++row_;
        left_ = big<4>(row, 0);
        if (left_ > 0) {
            delta_ = big<4>(row, 4);
        }
        return true;
    }

    Table table_;
    std::uint64_t row_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t delta_ = 0;
};

// Sample sizes: all alike, or a row each of 4, 8, 16 or 32 bits.
class Sizes {
public:
    Sizes(Reader& reader, Track const& track) {
        auto const& box = track.stsz ? track.stsz : track.stz2;
        if (!box) {
            return;
        }
        there_ = true;
        auto const head = inside(reader, *box, 0, 12);
        if (head.size() < 12) {
            return;
        }
        count_ = big<4>(head, 8);
        each_ = track.stsz ? big<4>(head, 4) : 0;
        bits_ = track.stsz ? 32 : u8(head, 7);
        if (each_ != 0) {
            use_packets(track.format);
            return;
        }
        if (bits_ != 4 && bits_ != 8 && bits_ != 16 && bits_ != 32) {
            count_ = 0;
            return;
        }
        auto const rows = bits_ == 4 ? count_ / 2 + count_ % 2 : count_;
        table_ = Table{reader, *box, 12, rows, std::max<std::size_t>(bits_ / 8, 1)};
        count_ = std::min(count_, bits_ == 4 ? table_.count() * 2 : table_.count());
    }

    [[nodiscard]] bool there() const { return there_; }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    // How many of `count` samples from `index` on end before `room` bytes are over.
    std::uint64_t that_fit(std::uint64_t index, std::uint64_t count, std::uint64_t room) {
        if (each_ != 0) {
            auto const packets = std::min(room / each_, count);  // no more can matter
            std::uint64_t samples = 0;
            return __builtin_mul_overflow(packets, frames_, &samples) ? count
                                                                      : std::min(count, samples);
        }
        std::uint64_t fit = 0;
        for (; fit < count; ++fit) {
            auto const size = size_of(index + fit);
            if (size > room) {
                break;
            }
            room -= size;
        }
        return fit;
    }

private:
    // QuickTime says "1 byte" of a PCM frame or of what was compressed into packets of fixed size;
    // its description says how many bytes that is in truth.
    void use_packets(Format const& format) {
        if (each_ == 1 && format.packet_frames != 0) {
            each_ = format.packet_bytes;
            frames_ = format.packet_frames;
        }
    }

    std::uint64_t size_of(std::uint64_t index) {
        if (bits_ == 4) {
            auto const row = table_.row(index / 2);
            return row.empty() ? 0 : u8(row, 0) >> (index % 2 == 0 ? 4U : 0U) & 0xFU;
        }
        auto const row = table_.row(index);
        return row.empty()   ? 0
               : bits_ == 32 ? big<4>(row, 0)
               : bits_ == 16 ? big<2>(row, 0)
                             : u8(row, 0);
    }

    Table table_;
    bool there_ = false;
    std::uint64_t count_ = 0;
    std::uint64_t each_ = 0;
    std::uint64_t frames_ = 1;
    std::uint64_t bits_ = 32;
};

// How many samples are in the next chunk, and where it begins.
class Chunks {
public:
    Chunks(Reader& reader, Track const& track) {
        auto const& offsets = track.stco ? track.stco : track.co64;
        wide_ = !track.stco;
        if (track.stsc && offsets) {
            groups_ = counted_table(reader, *track.stsc, 12);
            offsets_ = counted_table(reader, *offsets, wide_ ? 8 : 4);
        }
    }

    [[nodiscard]] bool empty() const { return groups_.count() == 0 || offsets_.count() == 0; }

    struct Chunk {
        std::uint64_t offset = 0;
        std::uint64_t samples = 0;
    };

    std::optional<Chunk> next() {
        auto const row = offsets_.row(chunk_);
        if (row.empty()) {
            return std::nullopt;
        }
        ++chunk_;  // they are numbered from 1 on
        while (chunk_ >= next_group_at_ && open_group()) {
        }
        return Chunk{.offset = wide_ ? big<8>(row, 0) : big<4>(row, 0), .samples = samples_};
    }

private:
    bool open_group() {
        auto const row = groups_.row(group_);
        if (row.empty()) {
            return false;
        }
        samples_ = big<4>(row, 4);
        ++group_;
        auto const after = groups_.row(group_);
        next_group_at_ = after.empty() ? UINT64_MAX : big<4>(after, 0);
        return true;
    }

    Table groups_;
    Table offsets_;
    bool wide_ = false;
    std::uint64_t chunk_ = 0;
    std::uint64_t group_ = 0;
    std::uint64_t next_group_at_ = 0;
    std::uint64_t samples_ = 0;
};

Media placed_samples(Reader& reader, Sizes& sizes, Chunks& chunks, Durations& durations) {
    Media media;
    std::uint64_t index = 0;
    while (index < sizes.count()) {
        auto const chunk = chunks.next();
        if (!chunk) {
            break;
        }
        auto const count = std::min(chunk->samples, sizes.count() - index);
        auto const size = reader.size();
        auto const fit =
            chunk->offset > size ? 0 : sizes.that_fit(index, count, size - chunk->offset);
        durations.take(count, fit, media);
        media.cut = media.cut || fit < count;
        index += count;
    }
    return media;
}

}  // namespace

Media samples_in_tables(Reader& reader, Track const& track, bool placed, bool fragmented) {
    Durations durations{reader, track};
    Sizes sizes{reader, track};
    if (!placed && sizes.there() && (sizes.count() > 0 || fragmented)) {
        Media media;
        durations.take_rest(sizes.count(), media);
        return media;
    }
    Chunks chunks{reader, track};
    if (sizes.there() && sizes.count() > 0 && !chunks.empty()) {
        return placed_samples(reader, sizes, chunks, durations);
    }
    if (fragmented && sizes.there() && sizes.count() == 0) {
        return {};  // what stts then says has been handed on to the fragments
    }
    Media media;
    durations.take_rest(UINT64_MAX, media);
    media.unplaced = media.samples > 0;
    return media;
}

}  // namespace adapters::media::mp4
