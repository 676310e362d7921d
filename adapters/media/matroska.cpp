// Walks the elements of segments one after the other. Segments and clusters are entered rather than
// nested, so that it does not matter whether their sizes are known.
#include "adapters/media/matroska.h"

#include <algorithm>
#include <optional>

#include "adapters/media/ebml.h"
#include "adapters/media/found.h"
#include "adapters/media/matroska_clock.h"

namespace adapters::media {

namespace {

enum Id : std::uint32_t {
    ebml_header = 0x1A'45'DF'A3,
    segment = 0x18'53'80'67,
    seek_head = 0x11'4D'9B'74,
    info = 0x15'49'A9'66,
    tracks = 0x16'54'AE'6B,
    cluster = 0x1F'43'B6'75,
    cues = 0x1C'53'BB'6B,
    attachments = 0x19'41'A4'69,
    chapters = 0x10'43'A7'70,
    tags = 0x12'54'C3'67,
    timestamp = 0xE7,
    simple_block = 0xA3,
    block_group = 0xA0,
    block_in_group = 0xA1,
    block_duration = 0x9B,
    discard_padding = 0x75'A2,
    track_entry = 0xAE,
    timestamp_scale = 0x2A'D7'B1,
    document_type = 0x42'82,
    longest_id = 0x42'F2,
    longest_size = 0x42'F3,
    void_space = 0xEC,
    checksum = 0xBF,
};

constexpr std::uint64_t longest_time = std::uint64_t{1} << 61;  // nanoseconds: 73 years

class MatroskaFile {
public:
    explicit MatroskaFile(Reader& reader) : reader_{reader} {
        found_.container = "matroska";
        found_.basis = Basis::trimmed;
        found_.segments = 0;
    }

    Measured measure();

private:
    std::uint64_t take(std::uint64_t at);
    void take_header(Element const& element);
    void take_info(Element const& element);
    void take_tracks(Element const& element);
    void take_group(Element const& group);
    void take_block(std::uint64_t begin, std::uint64_t end, BlockTime time);
    void close_segment();
    void close_audio();
    std::uint64_t search(std::uint64_t from);
    Measured conclude();

    Reader& reader_;
    Measured found_;
    Sum audio_;
    Sum video_;
    std::uint64_t segment_end_ = 0;  // 0: none is open, or it ends where the data does
    std::uint64_t scale_ = 1'000'000;
    std::uint64_t cluster_ = 0;  // its timestamp, in ticks
    std::optional<AudioClock> sound_;
    std::optional<VideoClock> picture_;
    bool any_sound_ = false;
    bool any_broken_ = false;
    MatroskaBlock block_;
};

bool may_be_cut(std::uint32_t id) {
    return id == simple_block || id == block_group || id == cues || id == tags || id == seek_head ||
           id == attachments || id == chapters || id == void_space || id == tracks || id == info ||
           id == timestamp;
}

Measured MatroskaFile::measure() {
    auto const first = read_element(reader_, 0, reader_.size());
    if (!first || first->id != ebml_header) {
        fail("not_audio", "it does not begin with an EBML header");
    }
    for (std::uint64_t at = 0; at < reader_.size();) {
        at = take(at);
    }
    return conclude();
}

// Where the next element begins.
std::uint64_t MatroskaFile::take(std::uint64_t at) {
    auto const size = reader_.size();
    auto const element = read_element(reader_, at, size);
    bool const outside = segment_end_ != 0 && at >= segment_end_;
    if (!element || (outside && element->id != ebml_header && element->id != segment &&
                     element->id != void_space)) {
        found_.truncated = found_.truncated || (!element && size - at < 12 && !outside);
        return search(at);
    }
    if (element->id == segment) {
        close_segment();
        segment_end_ = element->size ? element->end(size) : 0;
        found_.truncated = found_.truncated || element->beyond(size);
        return element->body;
    }
    if (element->id == cluster) {
        cluster_ = 0;
        found_.truncated = found_.truncated || element->beyond(size);
        return element->body;
    }
    if (!element->size || element->beyond(size)) {
        if (element->size && may_be_cut(element->id)) {
            found_.truncated = true;
            return size;
        }
        return search(at);
    }
    switch (element->id) {
        case ebml_header:
            take_header(*element);
            break;
        case info:
            take_info(*element);
            break;
        case tracks:
            take_tracks(*element);
            break;
        case timestamp:
            cluster_ = read_unsigned(reader_, *element).value_or(0);
            break;
        case simple_block:
            take_block(element->body, element->end(size), {});
            break;
        case block_group:
            take_group(*element);
            break;
        default:
            break;
    }
    return element->end(size);
}

void MatroskaFile::take_header(Element const& element) {
    close_segment();
    auto const end = element.end(reader_.size());
    for (auto at = element.body; at < end;) {
        auto const child = read_element(reader_, at, end);
        if (!child) {
            break;
        }
        auto const number = [&] { return read_unsigned(reader_, *child).value_or(0); };
        if ((child->id == longest_id && number() > 4) ||
            (child->id == longest_size && number() > 8)) {
            fail("unsupported", "its EBML identifiers or sizes are longer than Matroska's");
        }
        if (child->id == document_type) {
            auto const name = reader_.at(child->body, 8);
            found_.container = matches(name, 0, "webm") ? "webm" : "matroska";
        }
        at = child->end(end);
    }
}

void MatroskaFile::take_info(Element const& element) {
    auto const end = element.end(reader_.size());
    for (auto at = element.body; at < end;) {
        auto const child = read_element(reader_, at, end);
        if (!child) {
            break;
        }
        if (child->id == timestamp_scale) {
            scale_ = read_unsigned(reader_, *child).value_or(0);
            if (scale_ == 0 || scale_ > longest_time) {
                fail("damaged", "its timestamps have no unit");
            }
        }
        at = child->end(end);
    }
}

void MatroskaFile::take_tracks(Element const& element) {
    auto const end = element.end(reader_.size());
    for (auto at = element.body; at < end && !(sound_ && picture_);) {
        auto const child = read_element(reader_, at, end);
        if (!child) {
            break;
        }
        if (child->id == track_entry) {
            auto track = read_matroska_track(reader_, *child, end);
            if (track.kind == MatroskaTrack::Kind::audio && !sound_) {
                sound_.emplace(std::move(track), scale_);
                any_sound_ = true;
            } else if (track.kind == MatroskaTrack::Kind::video && !picture_) {
                picture_.emplace(track, scale_);
            }
        }
        at = child->end(end);
    }
}

void MatroskaFile::take_group(Element const& group) {
    auto const end = group.end(reader_.size());
    BlockTime time;
    Element block;
    for (auto at = group.body; at < end;) {
        auto const child = read_element(reader_, at, end);
        if (!child) {
            break;
        }
        if (child->id == block_in_group) {
            block = *child;
        } else if (child->id == block_duration) {
            if (auto const ticks = read_unsigned(reader_, *child)) {
                time.duration = *ticks > longest_time / scale_ ? 0 : *ticks * scale_;
            }
        } else if (child->id == discard_padding) {
            time.discard = read_signed(reader_, *child).value_or(0);
        }
        at = child->end(end);
    }
    if (block.id != 0) {
        take_block(block.body, block.end(end), time);
    }
}

void MatroskaFile::take_block(std::uint64_t begin, std::uint64_t end, BlockTime time) {
    if ((!sound_ && !picture_) || !read_matroska_block(reader_, begin, end, block_)) {
        return;
    }
    auto const most = longest_time / scale_;
    if (cluster_ > most || most < 0x80'00) {
        fail("damaged", "a timestamp is more than can be");
    }
    time.begin = (static_cast<std::int64_t>(cluster_) + block_.since_cluster) *
                 static_cast<std::int64_t>(scale_);
    if (sound_ && block_.track == sound_->track()) {
        sound_->take(reader_, block_, time);
    } else if (picture_ && block_.track == picture_->track()) {
        picture_->take(block_, time);
    }
}

void MatroskaFile::close_audio() {
    if (!sound_->codec().known) {
        any_broken_ = true;
        return;
    }
    auto const length = sound_->played();
    if (length.samples == 0) {
        return;
    }
    audio_.add(length.samples, length.rate);
    ++found_.segments;
    found_.codec = found_.codec.empty() ? sound_->codec().codec : found_.codec;
    found_.exact = found_.exact && sound_->exact();
    if (!sound_->trimmed()) {
        found_.basis = Basis::frames;
    }
    if (sound_->gaps()) {
        found_.note = "its timestamps leave gaps, which play as silence";
    } else if (!sound_->exact()) {
        found_.note = "its packets do not tell how long they play: by its timestamps";
    }
}

void MatroskaFile::close_segment() {
    if (sound_) {
        close_audio();
    }
    if (picture_) {
        auto const length = picture_->shown();
        if (length.samples > 0) {
            video_.add(length.samples, length.rate);
            found_.video_codec = picture_->codec();
        }
    }
    sound_.reset();
    picture_.reset();
    segment_end_ = 0;
    scale_ = 1'000'000;
    cluster_ = 0;
}

// From `from` on, where nothing can be read, the next place where something can: a cluster, or
// another file.
std::uint64_t MatroskaFile::search(std::uint64_t from) {
    constexpr std::size_t id_length = 4;
    auto at = from + 1;
    while (at < reader_.size()) {
        auto const here = reader_.rest_of_window(at, id_length);
        if (here.size() < id_length) {
            break;
        }
        for (std::size_t i = 0; i + id_length <= here.size(); ++i) {
            auto const first = u8(here, i);
            if ((first == 0x1F && big<4>(here, i) == cluster) ||
                (first == 0x1A && big<4>(here, i) == ebml_header)) {
                found_.skipped_bytes += at + i - from;
                return at + i;
            }
        }
        at += here.size() - (id_length - 1);
    }
    found_.skipped_bytes += reader_.size() - from;
    return reader_.size();
}

Measured MatroskaFile::conclude() {
    close_segment();
    if (audio_.empty() && any_sound_) {
        fail(any_broken_ ? "damaged" : "incomplete",
             any_broken_ ? "the headers of its codec are missing or wrong"
                         : "its audio track has no samples");
    }
    if (audio_.empty() && video_.empty()) {
        fail(found_.truncated ? "incomplete" : "no_audio", "it has no track of sound");
    }
    found_.segments = std::max(found_.segments, 1);
    found_.audio = audio_.empty() ? Length{} : audio_.total();
    found_.video = video_.empty() ? Length{} : video_.total();
    return std::move(found_);
}

}  // namespace

bool looks_like_matroska(Bytes first) {
    return matches(first, 0, "\x1A\x45\xDF\xA3");
}

Measured measure_matroska(Reader& reader) {
    return MatroskaFile{reader}.measure();
}

}  // namespace adapters::media
