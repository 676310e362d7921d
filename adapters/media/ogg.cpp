// The links of an Ogg file, each with its first stream of audio and of video.
#include "adapters/media/ogg.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "adapters/media/found.h"
#include "adapters/media/ogg_page.h"
#include "adapters/media/ogg_track.h"

namespace adapters::media {

namespace {

constexpr std::uint64_t far_whole = std::uint64_t{384} << 10;  // below that it is read wholly
constexpr std::uint64_t far_beginning = std::uint64_t{64} << 10;
constexpr std::size_t far_probe = std::size_t{20} << 10;
constexpr std::size_t far_end = std::size_t{96} << 10;

struct VideoTrack {
    OggVideo video;
    std::uint32_t serial = 0;
    std::uint64_t pictures = 0;  // by the last granule
    std::uint64_t packets = 0;   // no more pictures than these

    void take(OggPage const& page) {
        packets += static_cast<std::uint64_t>(std::ranges::count_if(
            page.lacing, [](std::byte lace) { return lace != std::byte{255}; }));
        pictures = std::max(pictures, video.pictures(page.granule));
    }
};

class OggFile {
public:
    explicit OggFile(Reader& reader) : reader_{reader}, pages_{reader} {
        found_.container = "ogg";
        found_.basis = Basis::trimmed;
        found_.segments = 0;
    }

    Measured measure() {
        if (reader_.far() && reader_.size() > far_whole) {
            take_beginning();
            take_end();
        }
        while (auto const page = pages_.next()) {
            take(*page);
        }
        return conclude();
    }

private:
    void take(OggPage const& page);
    void take_beginning();
    void take_end();
    [[nodiscard]] bool goes_on_at(std::uint64_t at, std::uint32_t& sequence);
    [[nodiscard]] std::optional<std::uint64_t> page_before_end(std::uint64_t from,
                                                               std::uint32_t sequence);
    void open(OggPage const& page);
    void close();
    Measured conclude();

    Reader& reader_;
    OggPages pages_;
    Measured found_;
    Sum audio_;
    Sum video_;
    std::optional<OggTrack> track_;
    std::optional<VideoTrack> picture_;
    bool any_page_ = false;
    bool any_unknown_ = false;
    bool any_audio_ = false;
    bool inside_ = false;  // pages other than the first of each stream have come
};

// All streams of a link begin before any of them goes on, so a beginning after that is a new link.
void OggFile::take(OggPage const& page) {
    any_page_ = true;
    if (page.first) {
        if (inside_) {
            close();
        }
        open(page);
        return;
    }
    inside_ = true;
    if (track_ && page.serial == track_->serial()) {
        track_->take(page);
    } else if (picture_ && page.serial == picture_->serial) {
        picture_->take(page);
    }
}

// As far as it takes to see a short recording in front of a long one, and where the sound begins.
void OggFile::take_beginning() {
    while (pages_.at() < far_beginning) {
        auto const page = pages_.next();
        if (!page) {
            break;
        }
        take(*page);
    }
}

// Leaps to the end where the beginning, places in between and the end are of one stream whose pages
// are numbered on and on; else it changes nothing, and the walk goes on from where it stands.
void OggFile::take_end() {
    bool const one = track_ && track_->position() && track_->ready();
    if (!one || found_.segments > 0 || pages_.skipped() > 0) {
        return;
    }
    auto const end = reader_.size() - far_end;
    auto sequence = track_->next_sequence();
    for (auto at = far_beginning * 2; at < end; at *= 2) {
        if (!goes_on_at(at, sequence)) {
            return;
        }
    }
    auto const from = page_before_end(end, sequence);
    if (!from) {
        return;
    }
    pages_ = OggPages{reader_, *from};
    if (auto const page = pages_.next()) {
        track_->leap(*page);
    }
    if (picture_) {
        picture_->packets = std::numeric_limits<std::uint64_t>::max();  // they were not counted
    }
}

// Near `at` there is a page of this stream with a higher number than `sequence`, which becomes it.
bool OggFile::goes_on_at(std::uint64_t at, std::uint32_t& sequence) {
    reader_.at(at, far_probe);
    OggPages pages{reader_, at};
    while (auto const page = pages.next()) {
        if (page->first || page->offset - at > far_probe) {
            return false;
        }
        if (page->serial == track_->serial()) {
            bool const higher = page->sequence > sequence && !page->last;
            sequence = page->sequence;
            return higher;
        }
    }
    return false;
}

// The first page of this stream behind `from` that says its position, if from there on there are
// pages and nothing else, none begins a stream, and this one's are all there up to its last.
std::optional<std::uint64_t> OggFile::page_before_end(std::uint64_t from, std::uint32_t sequence) {
    reader_.at(from, far_end);
    OggPages pages{reader_, from};
    std::optional<std::uint64_t> found;
    std::optional<std::uint64_t> skipped;
    bool ended = false;
    while (auto const page = pages.next()) {
        if (page->first || skipped.value_or(pages.skipped()) != pages.skipped()) {
            return std::nullopt;
        }
        skipped = pages.skipped();
        if (page->serial != track_->serial()) {
            continue;
        }
        bool const next = found ? page->sequence == sequence + 1 : page->sequence > sequence;
        if (!next || ended) {
            return std::nullopt;
        }
        sequence = page->sequence;
        ended = page->last;
        bool const later = page->granule > *track_->position();
        if (!found && later && !page->last) {
            found = page->offset;
        }
    }
    bool const clean = ended && !pages.cut() && skipped == pages.skipped();
    return clean ? found : std::nullopt;
}

void OggFile::open(OggPage const& page) {
    std::size_t length = 0;
    for (auto const lace : page.lacing) {
        length += std::to_integer<std::size_t>(lace);
        if (lace != std::byte{255}) {
            break;
        }
    }
    auto const packet = page.body.first(length);
    auto audio = open_ogg_audio(packet);
    if (audio.packets != nullptr) {
        any_audio_ = true;
        if (!track_) {
            track_.emplace(std::move(audio), page);
        }
        return;
    }
    auto const video = open_ogg_video(packet);
    if (video.rate == 0) {
        any_unknown_ = any_unknown_ || !matches(packet, 0, "fishead");  // a table of contents
    } else if (!picture_) {
        picture_ = VideoTrack{.video = video, .serial = page.serial};
    }
}

void OggFile::close() {
    if (track_) {
        auto const samples = track_->samples();
        if (samples > 0) {
            audio_.add(samples, track_->rate());
            ++found_.segments;
            found_.codec = found_.codec.empty() ? track_->codec() : found_.codec;
        }
        found_.truncated = found_.truncated || !track_->ended();
        if (track_->unplaced()) {
            found_.note = "its last packets have no position and are not counted";
        }
    }
    if (picture_) {
        video_.add(std::min(picture_->pictures, picture_->packets) * picture_->video.per_rate,
                   picture_->video.rate);
        found_.video_codec = "theora";
    }
    track_.reset();
    picture_.reset();
    inside_ = false;
}

Measured OggFile::conclude() {
    close();
    found_.truncated = found_.truncated || pages_.cut();
    found_.skipped_bytes = pages_.skipped();
    if (!any_page_) {
        fail(pages_.cut() ? "incomplete" : "not_audio", "it has no whole Ogg page");
    }
    if (audio_.empty() && any_audio_) {
        fail("incomplete", "there is no sound behind the headers of its Ogg stream");
    }
    if (audio_.empty() && video_.empty()) {
        fail(any_unknown_ ? "unsupported" : "no_audio",
             any_unknown_ ? "its Ogg streams are of no codec that is known here"
                          : "its Ogg pages belong to no stream that begins in it");
    }
    found_.segments = std::max(found_.segments, 1);
    found_.audio = audio_.empty() ? Length{} : audio_.total();
    found_.video = video_.empty() ? Length{} : video_.total();
    return std::move(found_);
}

}  // namespace

bool looks_like_ogg(Bytes first) {
    return matches(first, 0, std::string_view{"OggS\0", 5});
}

Measured measure_ogg(Reader& reader) {
    return OggFile{reader}.measure();
}

}  // namespace adapters::media
