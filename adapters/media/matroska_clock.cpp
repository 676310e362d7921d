// Samples of packets, and timestamps in nanoseconds.
#include "adapters/media/matroska_clock.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace adapters::media {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t second = 1'000'000'000;

// `amount` of units of which `from` make a second, in units of which `to` do, to the nearest.
std::uint64_t convert(std::uint64_t amount, std::uint64_t from, std::uint64_t to) {
    auto const value = (Wide{amount} * to + from / 2) / from;
    constexpr Wide most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::uint64_t>(std::min(value, most));
}

std::uint64_t distance(std::int64_t from, std::int64_t to) {
    return to > from ? static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from) : 0;
}

}  // namespace

AudioClock::AudioClock(MatroskaTrack track, std::uint64_t tick)
    : track_{std::move(track)},
      codec_{open_matroska_audio(track_)},
      tick_{tick},
      delay_known_{codec_.pre_skip.has_value() || track_.codec_delay > 0} {}

std::uint64_t AudioClock::count(Reader& reader, MatroskaBlock const& block) {
    std::array<std::byte, Packets::head_size> whole{};
    std::uint64_t samples = 0;
    auto at = block.data;
    auto const stripped = std::min(track_.stripped.size(), whole.size());
    for (std::size_t i = 0; i < block.count; ++i) {
        auto const size = block.sizes[i];
        auto head = reader.at(at, std::min<std::uint64_t>(size, Packets::head_size - stripped));
        if (stripped > 0) {
            std::copy_n(track_.stripped.begin(), stripped, whole.begin());
            std::ranges::copy(head, whole.begin() + static_cast<std::ptrdiff_t>(stripped));
            head = Bytes{whole}.first(stripped + head.size());
        }
        auto const played =
            codec_.packets->samples(head, size + track_.stripped.size()).value_or(0);
        auto const rate = codec_.packets->rate();
        if (rate != rate_) {
            if (samples_ > 0) {
                before_.add(std::exchange(samples_, 0), rate_);
            }
            rate_ = rate;
        }
        samples += played;
        samples_ += played;
        at += size;
    }
    return samples;
}

void AudioClock::take(Reader& reader, MatroskaBlock const& block, BlockTime const& time) {
    constexpr std::int64_t shortest_gap = 20'000'000;
    std::int64_t length = 0;
    if (codec_.packets != nullptr) {
        auto const samples = count(reader, block);
        if (rate_ == 0) {
            fail("damaged", "its Matroska track has no sample rate");
        }
        length = static_cast<std::int64_t>(convert(samples, rate_, second));
        auto const discard = time.discard < 0 ? -(time.discard + 1) : time.discard;
        discarded_ +=
            std::min(samples, convert(static_cast<std::uint64_t>(discard), second, rate_));
        delay_known_ = delay_known_ || time.discard != 0;
    } else {
        auto const usual = track_.default_duration * block.count;
        auto const since = begun_ ? distance(last_, time.begin) : 0;
        auto const said = time.duration.value_or(usual > 0 ? usual : since);
        length = static_cast<std::int64_t>(std::min<std::uint64_t>(said, 3'600 * second));
    }
    // Timestamps are rounded, and those of live recordings tremble: a gap is a whole packet.
    auto const gap = begun_ ? distance(last_ + last_length_, time.begin) + tick_ : 0;
    if (last_length_ > 0 &&
        gap >= static_cast<std::uint64_t>(std::max(last_length_, shortest_gap))) {
        gaps_ = true;
    }
    first_ = begun_ ? std::min(first_, time.begin) : time.begin;
    last_ = time.begin;
    last_length_ = length;
    end_ = begun_ ? std::max(end_, last_ + length) : last_ + length;
    begun_ = true;
}

Length AudioClock::all() const {
    if (codec_.packets == nullptr) {
        auto const rate = std::max<std::uint64_t>(track_.rate, 1);
        return {.samples = convert(distance(first_, end_), second, rate), .rate = rate};
    }
    Sum sum = before_;
    if (samples_ > 0) {
        sum.add(samples_, rate_);
    }
    auto total = sum.total();
    if (gaps_) {
        total.samples =
            std::max(total.samples, convert(distance(first_, end_), second, total.rate));
    }
    return total;
}

std::uint64_t AudioClock::delay(std::uint64_t rate) const {
    return codec_.pre_skip ? convert(*codec_.pre_skip, codec_.packets->rate(), rate)
                           : convert(track_.codec_delay, second, rate);
}

Length AudioClock::played() const {
    auto const total = all();
    auto const trim =
        delay(total.rate) + convert(discarded_, std::max<std::uint64_t>(rate_, 1), total.rate);
    return {.samples = total.samples - std::min(total.samples, trim), .rate = total.rate};
}

void VideoClock::take(MatroskaBlock const& block, BlockTime const& time) {
    bool const begun = pictures_ > 0;
    first_ = begun ? std::min(first_, time.begin) : time.begin;
    if (!begun || time.begin >= last_) {
        last_ = time.begin;
        last_length_ = time.duration.value_or(0);
    }
    pictures_ += block.count;
}

// A steady rate is exact where timestamps agree with it; they are rounded.
Length VideoClock::shown() const {
    auto const span = distance(first_, last_);
    auto last = last_length_ > 0 ? last_length_ : each_;
    if (last == 0 && pictures_ > 1) {
        last = span / (pictures_ - 1);
    }
    constexpr std::uint64_t longest = std::uint64_t{1} << 40;  // a third of an hour
    auto const by_time = span + std::min(last, longest);
    auto const steady = Wide{pictures_} * each_;
    auto const apart = steady > by_time ? steady - by_time : by_time - steady;
    bool const agrees = each_ > 0 && apart <= Wide{2} * tick_;
    return {.samples = agrees ? static_cast<std::uint64_t>(steady) : by_time, .rate = second};
}

}  // namespace adapters::media
