// Every header whose number is the expected one is taken for a frame: by chance that happens once
// in 2^50 bytes. Any other header must have a whole frame behind it to be one.
#include <algorithm>
#include <string_view>

#include "adapters/media/chunks.h"
#include "adapters/media/flac_count.h"

namespace adapters::media {

namespace {

constexpr std::size_t enough = 64;  // an opening, or a header

std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

class Walk {
public:
    Walk(Reader& reader, std::uint64_t first, FlacStream const& stream, std::uint64_t& work)
        : reader_{reader}, stream_{stream}, work_{work}, counted_to_{first} {}

    FlacCount run(std::uint64_t at) {
        while (true) {
            auto window = reader_.rest_of_window(at, enough);
            window = window.first(std::min(window.size(), Reader::most_at_once));
            if (window.empty()) {
                break;
            }
            bool const is_last = window.size() < enough;
            auto const steps = is_last ? window.size() : window.size() - (enough - 1);
            auto const passed = scan(window, steps, at);
            if (opened_) {
                break;
            }
            at += passed;
        }
        auto const end = opened_ ? *opening_ : std::max(at, reader_.size());
        close(end);
        judge_rest(reader_, counted_to_, end, count_);
        count_.next = end;
        return count_;
    }

private:
    // Looks at `steps` positions, or fewer, if the window had to be moved. Returns how many.
    std::size_t scan(Bytes window, std::size_t steps, std::uint64_t at) {
        steps = search_opening(window, steps, at);
        auto const text = text_of(window);
        for (auto i = text.find('\xFF'); i < steps; i = text.find('\xFF', i + 1)) {
            auto const frame = flac_frame(window.subspan(i));
            if (!frame || !belongs(*frame, stream_)) {
                continue;
            }
            if (continues(*frame)) {
                count_.samples += last_->block;
                last_ = frame;
                last_at_ = at + i;
            } else {
                consider(*frame, at + i);
                return i + 1;
            }
        }
        opened_ = opening_ == at + steps;
        return steps;
    }

    // How many positions there are before the next opening, each position being asked once.
    std::size_t search_opening(Bytes window, std::size_t steps, std::uint64_t at) {
        if (at >= searched_to_) {
            auto const text = text_of(window.first(std::min(window.size(), steps + 3)));
            auto found = text.find("fLaC");
            while (found != text.npos && !opens_flac(window.subspan(found))) {
                found = text.find("fLaC", found + 1);
            }
            searched_to_ = at + std::min(found, steps);
            if (found != text.npos) {
                opening_ = at + found;
            }
        }
        return static_cast<std::size_t>(std::min<std::uint64_t>(steps, searched_to_ - at));
    }

    [[nodiscard]] bool continues(FlacFrame const& frame) const {
        return last_ && frame.variable == last_->variable &&
               frame.number == last_->number + (frame.variable ? last_->block : 1);
    }

    // The number is not the expected one: a first frame, one of a recording joined without a
    // header, one behind a gap; or no frame at all.
    void consider(FlacFrame const& frame, std::uint64_t at) {
        if (!flac_frame_end(reader_, at, reader_.size(), frame, stream_, work_)) {
            return;
        }
        bool const restarts = last_ && frame.number <= last_->number;
        count_.gaps = count_.gaps || (last_ && !restarts);
        count_.runs += restarts || count_.runs == 0 ? 1 : 0;
        close(at);
        if (restarts) {
            judge_rest(reader_, counted_to_, at, count_);
        } else {
            count_.skipped += at - counted_to_;
        }
        counted_to_ = at;
        last_ = frame;
        last_at_ = at;
    }

    // The last frame counts if it is whole, whatever follows it.
    void close(std::uint64_t end) {
        if (last_) {
            auto const frame_end = flac_frame_end(reader_, last_at_, end, *last_, stream_, work_);
            if (frame_end) {
                count_.samples += last_->block;
                counted_to_ = *frame_end;
            } else {
                counted_to_ = last_at_;
            }
        }
    }

    Reader& reader_;
    FlacStream const& stream_;
    std::uint64_t& work_;
    std::optional<FlacFrame> last_;
    std::uint64_t last_at_ = 0;
    std::uint64_t counted_to_;
    std::uint64_t searched_to_ = 0;
    std::optional<std::uint64_t> opening_;
    bool opened_ = false;
    FlacCount count_;
};

}  // namespace

bool opens_flac(Bytes bytes) {
    return bytes.size() >= flac_opening && matches(bytes, 0, "fLaC") &&
           (u8(bytes, 4) & 0x7FU) == 0 && big<3>(bytes, 5) == 34 &&
           flac_stream(bytes.subspan(8)).has_value();
}

void judge_rest(Reader& reader, std::uint64_t at, std::uint64_t end, FlacCount& count) {
    if (at >= end || is_tag(reader, at)) {
        return;
    }
    auto const bytes = reader.at(at, 2);
    bool const begins_a_frame = !bytes.empty() && u8(bytes, 0) == 0xFF &&
                                (bytes.size() < 2 || (u8(bytes, 1) & 0xFEU) == 0xF8);
    if (begins_a_frame) {
        count.truncated = true;
    } else {
        count.skipped += end - at;
    }
}

FlacCount walk_flac(Reader& reader, std::uint64_t first, FlacStream const& stream,
                    std::uint64_t& work) {
    return Walk{reader, first, stream, work}.run(first);
}

}  // namespace adapters::media
