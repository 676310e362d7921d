// Codecs whose packets all play alike, or say in their first bytes how long they play.
#pragma once

#include <cstdint>
#include <memory>

#include "adapters/media/matroska_track.h"
#include "adapters/media/packets.h"

namespace adapters::media {

// So many samples a packet.
class FixedPackets : public Packets {
public:
    FixedPackets(std::uint64_t rate, std::uint64_t each) : rate_{rate}, each_{each} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::uint64_t rate() const override { return rate_; }

private:
    std::uint64_t rate_;
    std::uint64_t each_;
};

// So many bytes a sample (of all channels).
class PcmPackets : public Packets {
public:
    PcmPackets(std::uint64_t rate, std::uint64_t bytes) : rate_{rate}, bytes_{bytes} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::uint64_t rate() const override { return rate_; }

private:
    std::uint64_t rate_;
    std::uint64_t bytes_;
};

// MPEG audio, all layers: each packet is a frame with its header.
class MpegPackets : public Packets {
public:
    explicit MpegPackets(std::uint64_t rate) : rate_{rate} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::uint64_t rate() const override { return rate_; }

private:
    std::uint64_t rate_;
};

// Enhanced AC-3: a packet begins with a frame of one to six blocks of 256 samples; frames of
// dependent streams behind it add no time.
class Eac3Packets : public Packets {
public:
    explicit Eac3Packets(std::uint64_t rate) : rate_{rate} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::uint64_t rate() const override { return rate_; }

private:
    std::uint64_t rate_;
};

// Apple Lossless: full frames, but a shorter one says how many samples it has.
class AlacPackets : public Packets {
public:
    AlacPackets(std::uint64_t rate, std::uint64_t each) : rate_{rate}, each_{each} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::uint64_t rate() const override { return rate_; }

private:
    std::uint64_t rate_;
    std::uint64_t each_;
};

// By the AudioSpecificConfig of the track (ISO 14496-3), or its codec identifier where it has none.
// With spectral band replication a packet plays twice the samples at twice the rate.
std::unique_ptr<Packets> open_aac_packets(MatroskaTrack const& track);

// Null where the track does not say the size of a frame.
std::unique_ptr<Packets> open_alac_packets(MatroskaTrack const& track);

}  // namespace adapters::media
