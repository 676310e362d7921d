// One stream of audio in an Ogg file, from its first page to its last: packets are what is played,
// granules only say what of them is cut off at the beginning and at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/media/ogg_codec.h"
#include "adapters/media/ogg_page.h"

namespace adapters::media {

class OggTrack {
public:
    // `first` is the page that holds only the packet by which the codec was known.
    OggTrack(OggAudio audio, OggPage const& first)
        : audio_{std::move(audio)},
          serial_{first.serial},
          next_sequence_{first.sequence + 1},
          ended_{first.last} {}

    void take(OggPage const& page);

    // Of what was taken so far.
    [[nodiscard]] std::uint64_t samples() const;

    [[nodiscard]] std::uint64_t rate() const { return audio_.packets->rate(); }

    [[nodiscard]] std::string const& codec() const { return audio_.codec; }

    [[nodiscard]] std::uint32_t serial() const { return serial_; }

    // Headers without which nothing can be played are there.
    [[nodiscard]] bool ready() const { return audio_.packets->ready(); }

    // The last page said that it is the last, and no packet is left in the middle.
    [[nodiscard]] bool ended() const { return ended_ && !partial_; }

    // Whole packets that no granule places in time are not played.
    [[nodiscard]] bool unplaced() const { return audio_.trimmed_by_granule && pending_ > 0; }

    // The position at which the last page that was taken ends; nullopt: none had one yet.
    [[nodiscard]] std::optional<std::int64_t> position() const { return position_; }

    [[nodiscard]] std::uint32_t next_sequence() const { return next_sequence_; }

    // Goes on behind `page`, which lies further on in the same stream: what is in between is taken
    // to be as long as the granules say.
    void leap(OggPage const& page);

private:
    void begin_page(OggPage const& page);
    void packet(Bytes head, std::uint64_t size);
    void settle(std::int64_t granule, bool last);
    void settle_first(std::int64_t granule, bool last);
    void settle_empty(std::int64_t granule);
    [[nodiscard]] std::uint64_t trim_at_end(std::int64_t granule, bool last) const;

    OggAudio audio_;
    std::uint32_t serial_;
    std::uint32_t next_sequence_;
    bool ended_;
    bool passing_ = false;  // the rest of a packet whose beginning is lost

    bool partial_ = false;  // a packet that goes on on the next page
    std::vector<std::byte> partial_head_;
    std::uint64_t partial_size_ = 0;

    std::uint64_t pending_ = 0;             // samples of packets since the last granule
    std::uint64_t played_ = 0;              // samples up to the last granule
    std::uint64_t end_trim_ = 0;            // what of `played_` is not, if nothing follows
    std::optional<std::int64_t> position_;  // the last granule
    std::int64_t running_ = 0;              // where it should be by the packets
    std::int64_t begin_ = 0;                // where the last page with samples began,
    std::uint64_t page_ = 0;                // and how many it had
    std::uint64_t last_packet_ = 0;         // samples
    bool audio_on_page_ = false;
};

}  // namespace adapters::media
