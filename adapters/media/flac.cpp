// From one recording to the next.
#include "adapters/media/flac.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "adapters/media/chunks.h"
#include "adapters/media/flac_count.h"

namespace adapters::media {

namespace {

// Behind the metadata blocks, none of which is read; nullopt where the data ends before. `at` is
// where "fLaC" stands.
std::optional<std::uint64_t> behind_metadata(Reader& reader, std::uint64_t at) {
    at += 4;
    while (true) {
        auto const head = reader.at(at, 4);
        if (head.size() < 4) {
            return std::nullopt;
        }
        auto const type = u8(head, 0) & 0x7FU;
        if (type == 0x7F) {
            return at;  // the last block was not marked as such
        }
        bool const is_last = (u8(head, 0) & 0x80U) != 0;
        at += 4 + big<3>(head, 1);
        if (at >= reader.size()) {
            return std::nullopt;
        }
        if (is_last) {
            return at;
        }
    }
}

// Frames speak for themselves; where the first one contradicts STREAMINFO, it is right.
bool corrected(FlacFrame const& first, FlacStream& stream) {
    if (belongs(first, stream)) {
        return false;
    }
    stream.channels = first.channels;
    stream.bits = first.bits != 0 ? first.bits : stream.bits;
    stream.rate = first.rate != 0 ? first.rate : stream.rate;
    stream.most_block = 0;
    stream.most_frame = 0;
    return true;
}

class FlacRecordings {
public:
    explicit FlacRecordings(Reader& reader)
        : reader_{reader}, work_{std::max<std::uint64_t>(reader.size(), 1U << 18U) * 16} {}

    // `at` is where it opens. Returns where the next one does, or the end of the data.
    std::uint64_t add(std::uint64_t at) {
        auto stream = *flac_stream(reader_.at(at, flac_opening).subspan(8));
        auto const audio = behind_metadata(reader_, at);
        if (!audio) {
            found_.truncated = true;
            return reader_.size();
        }
        auto const first = *audio;
        if (auto const head = flac_frame(reader_.at(first, longest_flac_header))) {
            if (auto as_framed = stream;
                corrected(*head, as_framed) &&
                flac_frame_end(reader_, first, reader_.size(), *head, as_framed, work_)) {
                stream = as_framed;
                say("its frames are not what its header says");
            }
        }
        auto const count = counted(first, stream);
        take(count, stream);
        return count.next;
    }

    Measured result() {
        if (sum_.empty()) {
            fail("incomplete", "a FLAC that ends before its first frame does");
        }
        found_.container = "flac";
        found_.codec = "flac";
        found_.audio = sum_.total();
        found_.segments = std::max(segments_, 1);
        return std::move(found_);
    }

private:
    FlacCount counted(std::uint64_t first, FlacStream const& stream) {
        if (reader_.far() && segments_ == 0) {  // if this is not all, nothing is trusted any more
            if (auto const count = ends_of_flac(reader_, first, stream, work_)) {
                return *count;
            }
        }
        return walk_flac(reader_, first, stream, work_);
    }

    void take(FlacCount const& count, FlacStream const& stream) {
        if (work_ == 0) {
            fail("damaged", "a FLAC with too many frames that are none");
        }
        sum_.add(count.samples, stream.rate);
        segments_ += count.runs;
        found_.skipped_bytes += count.skipped;
        bool const too_few = count.runs <= 1 && count.samples < stream.total;
        found_.truncated = found_.truncated || count.truncated || too_few;
        if (count.gaps) {
            say("frames are missing in between: what is there counts");
        } else if (stream.total != 0 && count.samples != stream.total) {
            say(fmt::format("its header says {} samples, its frames hold {}", stream.total,
                            count.samples));
        }
    }

    void say(std::string note) {
        if (found_.note.empty()) {
            found_.note = std::move(note);
        }
    }

    Reader& reader_;
    std::uint64_t work_;
    Measured found_;
    Sum sum_;
    int segments_ = 0;
};

}  // namespace

bool looks_like_flac(Bytes start) {
    return matches(start, 0, "fLaC");
}

Measured measure_flac(Reader& reader) {
    auto at = after_id3v2(reader, 0);
    if (!looks_like_flac(reader.at(at, 4))) {
        fail("not_audio", "not a FLAC");
    }
    if (!opens_flac(reader.at(at, flac_opening))) {
        if (reader.size() - at < flac_opening) {
            fail("incomplete", "a FLAC that ends within its header");
        }
        fail("damaged", "a FLAC without a lawful STREAMINFO block at its beginning");
    }
    FlacRecordings all{reader};
    while (at < reader.size() && opens_flac(reader.at(at, flac_opening))) {
        at = all.add(at);
    }
    return all.result();
}

}  // namespace adapters::media
