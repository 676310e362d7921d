// The last whole frame is looked for backwards; its number, less that of the first one, is the
// length, if there is but one recording. Whether there is, is asked in three ways, none of which
// takes more than a look.
#include <algorithm>
#include <array>

#include "adapters/media/flac_count.h"

namespace adapters::media {

namespace {

constexpr std::uint64_t least_step = std::uint64_t{8} << 10;
constexpr std::uint64_t most_step = std::uint64_t{32} << 10;

struct Placed {
    FlacFrame frame;
    std::uint64_t at = 0;
    std::uint64_t end = 0;
};

// What a frame takes at the most: what its encoder saw, or its samples as they are.
std::uint64_t most_bytes(FlacStream const& stream, std::uint64_t block) {
    auto const plain = block * stream.channels * (stream.bits + 1) / 8 + 64;
    return stream.most_frame != 0 ? std::min<std::uint64_t>(stream.most_frame, plain) : plain;
}

std::uint64_t step_for(FlacStream const& stream, FlacFrame const& first) {
    return std::clamp(most_bytes(stream, first.block) + 64, least_step, most_step);
}

// Of the headers between `from` and `to` the last one that is a whole frame.
std::optional<Placed> last_whole_in(Reader& reader, std::uint64_t from, std::uint64_t to,
                                    FlacStream const& stream, std::uint64_t& work) {
    auto const want = static_cast<std::size_t>(to - from) + longest_flac_header;
    for (auto i = static_cast<std::size_t>(to - from); i-- > 0;) {
        auto const bytes = reader.at(from, want);
        auto found = std::min(i + 1, bytes.size());
        while (found > 0 && u8(bytes, found - 1) != 0xFF) {
            --found;
        }
        if (found == 0) {
            return std::nullopt;
        }
        i = found - 1;
        auto const frame = flac_frame(bytes.subspan(i));
        if (!frame || !belongs(*frame, stream)) {
            continue;
        }
        auto const end = flac_frame_end(reader, from + i, reader.size(), *frame, stream, work);
        if (end) {
            return Placed{.frame = *frame, .at = from + i, .end = *end};
        }
    }
    return std::nullopt;
}

std::optional<Placed> last_whole(Reader& reader, std::uint64_t first, FlacStream const& stream,
                                 std::uint64_t step, std::uint64_t& work) {
    for (auto to = reader.size(); to > first;) {
        auto const from = to - std::min(step, to - first);
        if (auto found = last_whole_in(reader, from, to, stream, work)) {
            return found;
        }
        to = from;
    }
    return std::nullopt;
}

// The number of the first frame behind `at`; nullopt where none is near.
std::optional<std::uint64_t> number_near(Reader& reader, std::uint64_t at, std::uint64_t step,
                                         FlacStream const& stream, bool variable) {
    auto const bytes = reader.at(at, static_cast<std::size_t>(step));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (u8(bytes, i) != 0xFF) {
            continue;
        }
        auto const frame = flac_frame(bytes.subspan(i));
        if (frame && belongs(*frame, stream) && frame->variable == variable) {
            return frame->number;
        }
    }
    return std::nullopt;
}

// In a recording that is one, numbers grow.
bool grows(Reader& reader, Placed const& first, Placed const& last, FlacStream const& stream) {
    auto const step = step_for(stream, first.frame);
    auto const bytes = last.at - first.at;
    auto before = first.frame.number;
    for (std::uint64_t part = 1; part <= 3; ++part) {
        auto const number =
            number_near(reader, first.at + bytes / 4 * part, step, stream, first.frame.variable);
        if (!number || *number <= before) {
            return false;
        }
        before = *number;
    }
    return last.frame.number > before;
}

}  // namespace

std::optional<FlacCount> ends_of_flac(Reader& reader, std::uint64_t first, FlacStream const& stream,
                                      std::uint64_t& work) {
    auto const head = flac_frame(reader.at(first, longest_flac_header));
    if (!head || !belongs(*head, stream)) {
        return std::nullopt;
    }
    if (reader.size() - first < 8 * step_for(stream, *head)) {
        return std::nullopt;  // it is as cheap to walk
    }
    Placed const begin{.frame = *head, .at = first};
    auto const last = last_whole(reader, first, stream, step_for(stream, *head), work);
    if (!last || last->frame.variable != head->variable || last->frame.number < head->number) {
        return std::nullopt;
    }
    auto const numbers = last->frame.number - head->number;
    auto const unit = head->variable ? 1 : head->block;
    FlacCount count{
        .samples = numbers * unit + last->frame.block, .runs = 1, .next = reader.size()};
    auto const frames = head->variable ? numbers / std::max(stream.least_block, 16U) : numbers;
    auto const most = (frames + 1) * most_bytes(stream, std::max(stream.most_block, head->block));
    bool const too_long = stream.total != 0 && count.samples > stream.total;
    if (too_long || last->end - first > most || !grows(reader, begin, *last, stream)) {
        return std::nullopt;
    }
    judge_rest(reader, last->end, reader.size(), count);
    return count;
}

}  // namespace adapters::media
