// Packets out of pages, samples out of packets, and what the granules cut off.
#include "adapters/media/ogg_track.h"

#include <algorithm>

namespace adapters::media {

namespace {

constexpr std::int64_t farthest = std::int64_t{1} << 62;  // no position is behind it

}  // namespace

void OggTrack::begin_page(OggPage const& page) {
    bool const gap = page.sequence != next_sequence_;
    next_sequence_ = page.sequence + 1;
    if (gap || !page.continued) {
        partial_ = false;  // its rest is lost
    }
    passing_ = page.continued && !partial_;
    ended_ = page.last;
    audio_on_page_ = false;
}

void OggTrack::take(OggPage const& page) {
    begin_page(page);
    std::size_t begin = 0;
    std::size_t end = 0;
    for (std::size_t i = 0; i < page.lacing.size(); ++i) {
        auto const lace = u8(page.lacing, i);
        end += lace;
        bool const whole = lace < 255;
        if (!whole && i + 1 < page.lacing.size()) {
            continue;
        }
        auto const part = page.body.subspan(begin, end - begin);
        begin = end;
        if (passing_) {
            passing_ = !whole;
        } else if (whole && !partial_) {
            packet(part, part.size());
        } else {
            if (!partial_) {
                partial_head_.clear();
                partial_size_ = 0;
            }
            auto const wanted = std::max(audio_.packets->wanted(), partial_head_.size());
            auto const more = part.first(std::min(part.size(), wanted - partial_head_.size()));
            partial_head_.insert(partial_head_.end(), more.begin(), more.end());
            partial_size_ += part.size();
            partial_ = !whole;
            if (whole) {
                packet(partial_head_, partial_size_);
            }
        }
    }
    if (page.granule != -1 && (audio_on_page_ || position_)) {
        settle(std::clamp(page.granule, -farthest, farthest), page.last);
    }
}

void OggTrack::packet(Bytes head, std::uint64_t size) {
    if (auto const samples = audio_.packets->samples(head, size)) {
        pending_ += *samples;
        last_packet_ = *samples;
        audio_on_page_ = true;
    }
}

void OggTrack::settle(std::int64_t granule, bool last) {
    if (pending_ == 0 && position_) {
        settle_empty(granule);
        return;
    }
    if (position_) {
        begin_ = *position_;
        end_trim_ = trim_at_end(granule, last);
    } else {
        settle_first(granule, last);
    }
    played_ += pending_;
    running_ += static_cast<std::int64_t>(pending_);
    page_ = pending_;
    pending_ = 0;
    position_ = granule;
}

// On a first page that is the last too the end is cut off, not the beginning. Where it is the
// beginning, or the end is before the stream began, decoders cut off no more than the packet that
// they have in their hands when they get to know: the page's last one.
void OggTrack::settle_first(std::int64_t granule, bool last) {
    begin_ = granule - static_cast<std::int64_t>(pending_);
    auto const missing = begin_ < 0 ? static_cast<std::uint64_t>(-begin_) : 0;
    bool const in_front = audio_.trimmed_in_front && !last;
    bool const limited = audio_.trimmed_in_front && (in_front || granule < 0);
    auto const trim = std::min(missing, limited ? last_packet_ : pending_);
    end_trim_ = in_front ? 0 : trim;
    pending_ -= in_front ? trim : 0;
    begin_ = granule - static_cast<std::int64_t>(pending_);
    running_ = begin_;
}

// A page behind the last samples, there only to end the stream, may still cut them.
void OggTrack::settle_empty(std::int64_t granule) {
    auto const end = begin_ + static_cast<std::int64_t>(page_);
    if (granule <= end && granule >= begin_) {
        end_trim_ = static_cast<std::uint64_t>(end - granule);
    }
}

// A last granule before the end of its page's packets cuts them off; one behind it cuts nothing.
// One before the page begins may be right where the granule before it is wrong, which only the
// packets can tell; else a decoder plays nothing of the page.
std::uint64_t OggTrack::trim_at_end(std::int64_t granule, bool last) const {
    auto const here = granule >= *position_ ? *position_ : running_;
    auto const end = here + static_cast<std::int64_t>(pending_);
    if (granule > end) {
        return 0;
    }
    if (granule >= here) {
        return static_cast<std::uint64_t>(end - granule);
    }
    return last ? pending_ : 0;
}

std::uint64_t OggTrack::samples() const {
    if (!ready()) {
        return 0;
    }
    auto const cut = audio_.trimmed_by_granule ? end_trim_ + pending_ : 0;
    auto const all = played_ + pending_ - cut;
    return all - std::min(all, audio_.pre_skip);
}

void OggTrack::leap(OggPage const& page) {
    auto const before = std::max<std::int64_t>(position_.value_or(0), 0);
    auto const played = played_;
    partial_ = false;
    next_sequence_ = page.sequence;
    take(page);
    auto const here = std::clamp(page.granule, before, farthest);
    played_ = played + static_cast<std::uint64_t>(here - before);
    running_ = here;
    position_ = here;
    begin_ = here;
    page_ = 0;
    pending_ = 0;
    end_trim_ = 0;
}

}  // namespace adapters::media
