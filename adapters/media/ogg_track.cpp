// Packets out of pages, samples out of packets, and what the granules cut off.
#include "adapters/media/ogg_track.h"

#include <algorithm>

namespace adapters::media {

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
    if (page.granule >= 0 && (audio_on_page_ || position_)) {
        settle(static_cast<std::uint64_t>(page.granule), page.last);
    }
}

void OggTrack::packet(Bytes head, std::uint64_t size) {
    if (auto const samples = audio_.packets->samples(head, size)) {
        pending_ += *samples;
        audio_on_page_ = true;
    }
}

void OggTrack::settle(std::uint64_t granule, bool last) {
    if (pending_ == 0 && position_) {
        settle_empty(granule);
        return;
    }
    if (position_) {
        begin_ = *position_;
        end_trim_ = trim_at_end(granule, last);
    } else {
        auto const missing = pending_ > granule ? pending_ - granule : 0;
        // On a first page that is the last too the end is cut off, not the beginning.
        bool const in_front = audio_.trimmed_in_front && !last;
        end_trim_ = in_front ? 0 : missing;
        pending_ -= in_front ? missing : 0;
        begin_ = granule - std::min(granule, pending_);
        running_ = begin_;
    }
    played_ += pending_;
    running_ += pending_;
    page_ = pending_;
    pending_ = 0;
    position_ = granule;
}

// A page behind the last samples, there only to end the stream, may still cut them.
void OggTrack::settle_empty(std::uint64_t granule) {
    if (granule <= begin_ + page_ && granule >= begin_) {
        end_trim_ = begin_ + page_ - granule;
    }
}

// A last granule before the end of its page's packets cuts them off. One that is wrong, or follows
// on a wrong one, cuts nothing; but where a decoder is told that the stream ends before this page
// began, it plays nothing of the page.
std::uint64_t OggTrack::trim_at_end(std::uint64_t granule, bool last) const {
    for (auto const begin : {*position_, running_}) {
        auto const end = begin + pending_;
        if (granule <= end && granule >= begin) {
            return end - granule;
        }
    }
    return last && granule < *position_ ? pending_ : 0;
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
    auto const before = position_.value_or(0);
    auto const played = played_;
    partial_ = false;
    next_sequence_ = page.sequence;
    take(page);
    auto const here = static_cast<std::uint64_t>(page.granule);
    played_ = played + (here - std::min(here, before));
    running_ = here;
    position_ = here;
    begin_ = here;
    page_ = 0;
    pending_ = 0;
    end_trim_ = 0;
}

}  // namespace adapters::media
