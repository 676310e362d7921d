// TrackEntry and what stands in it.
#include "adapters/media/matroska_track.h"

#include <algorithm>

namespace adapters::media {

namespace {

std::vector<std::byte> read_bytes(Reader& reader, Element const& element) {
    auto const size = element.size.value_or(0);
    if (size > MatroskaTrack::longest_private) {
        return {};
    }
    std::vector<std::byte> bytes;
    while (bytes.size() < size) {
        auto const want = std::min<std::uint64_t>(size - bytes.size(), Reader::most_at_once);
        auto const part = reader.at(element.body + bytes.size(), static_cast<std::size_t>(want));
        if (part.empty()) {
            break;
        }
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    return bytes;
}

// Calls `take` for each child of `parent`.
template <typename Take>
void each_child(Reader& reader, Element const& parent, std::uint64_t limit, Take take) {
    auto const end = parent.end(limit);
    for (auto at = parent.body; at < end;) {
        auto const child = read_element(reader, at, end);
        if (!child) {
            break;
        }
        take(*child);
        at = child->end(end);
    }
}

void read_audio(Reader& reader, Element const& audio, std::uint64_t limit, MatroskaTrack& track) {
    each_child(reader, audio, limit, [&](Element const& child) {
        switch (child.id) {
            case 0xB5:
                track.rate = read_whole(reader, child).value_or(track.rate);
                break;
            case 0x78'B5:
                track.output_rate = read_whole(reader, child).value_or(0);
                break;
            case 0x9F:
                track.channels = read_unsigned(reader, child).value_or(track.channels);
                break;
            case 0x62'64:
                track.bits = read_unsigned(reader, child).value_or(0);
                break;
            default:
                break;
        }
    });
}

// Of all encodings only the one that leaves out the same first bytes of each frame can be undone.
void read_encoding(Reader& reader, Element const& encoding, std::uint64_t limit,
                   MatroskaTrack& track) {
    std::uint64_t algorithm = 0;
    std::uint64_t scope = 1;
    bool compression = false;
    std::vector<std::byte> settings;
    each_child(reader, encoding, limit, [&](Element const& child) {
        if (child.id == 0x50'32) {  // its scope: 1 is frames
            scope = read_unsigned(reader, child).value_or(1);
        } else if (child.id == 0x50'34) {
            compression = true;
            each_child(reader, child, limit, [&](Element const& detail) {
                if (detail.id == 0x42'54) {
                    algorithm = read_unsigned(reader, detail).value_or(0);
                } else if (detail.id == 0x42'55) {
                    settings = read_bytes(reader, detail);
                }
            });
        }
    });
    if ((scope & 1U) == 0) {
        return;
    }
    if (compression && algorithm == 3 && track.stripped.empty()) {
        track.stripped = std::move(settings);
    } else {
        track.opaque = true;
    }
}

std::string read_text(Reader& reader, Element const& element) {
    std::string text;
    for (auto const byte : reader.at(element.body, static_cast<std::size_t>(std::min<std::uint64_t>(
                                                       element.size.value_or(0), 64)))) {
        auto const letter = static_cast<char>(std::to_integer<unsigned char>(byte));
        if (letter < 0x20 || letter > 0x7E) {
            break;  // zeros may fill it up
        }
        text.push_back(letter);
    }
    return text;
}

void read_field(Reader& reader, Element const& child, std::uint64_t limit, MatroskaTrack& track) {
    switch (child.id) {
        case 0xD7:
            track.number = read_unsigned(reader, child).value_or(0);
            break;
        case 0x83: {
            auto const kind = read_unsigned(reader, child).value_or(0);
            track.kind = kind == 1   ? MatroskaTrack::Kind::video
                         : kind == 2 ? MatroskaTrack::Kind::audio
                                     : MatroskaTrack::Kind::other;
            break;
        }
        case 0x86:
            track.codec_id = read_text(reader, child);
            break;
        case 0x63'A2:
            track.codec_private = read_bytes(reader, child);
            break;
        case 0x56'AA:
            track.codec_delay = read_unsigned(reader, child).value_or(0);
            break;
        case 0x23'E3'83:
            track.default_duration = read_unsigned(reader, child).value_or(0);
            break;
        case 0xE1:
            read_audio(reader, child, limit, track);
            break;
        case 0x6D'80:
            each_child(reader, child, limit, [&](Element const& encoding) {
                if (encoding.id == 0x62'40) {
                    read_encoding(reader, encoding, limit, track);
                }
            });
            break;
        default:
            break;
    }
}

}  // namespace

MatroskaTrack read_matroska_track(Reader& reader, Element const& entry, std::uint64_t limit) {
    MatroskaTrack track;
    each_child(reader, entry, limit,
               [&](Element const& child) { read_field(reader, child, limit, track); });
    return track;
}

}  // namespace adapters::media
