// Walks the chunks of each recording, and from one recording to the next.
#include "adapters/media/aiff.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "adapters/media/aiff_format.h"
#include "adapters/media/chunks.h"

namespace adapters::media {

namespace {

constexpr std::size_t header = 12;

bool opens(Bytes bytes) {
    return matches(bytes, 0, "FORM") && (matches(bytes, 8, "AIFF") || matches(bytes, 8, "AIFC"));
}

// One recording: from its header to the next one, or to the end.
class Recording {
public:
    explicit Recording(Reader& reader) : reader_{reader} {}

    // Returns where it ends.
    std::uint64_t read(std::uint64_t begin) {
        compressed_ = matches(reader_.at(begin, header), 8, "AIFC");
        auto at = begin + header;
        while (auto const chunk = chunk_at(reader_, at, Dialect::iff)) {
            if (opens(reader_.at(at, header))) {
                break;
            }
            at = take(*chunk);
        }
        return at;
    }

    [[nodiscard]] bool has_format() const { return format_.has_value(); }

    [[nodiscard]] bool has_data() const { return bytes_.has_value(); }

    [[nodiscard]] AiffFormat const& format() const { return *format_; }

    [[nodiscard]] std::uint64_t blocks() const { return *bytes_ / format_->block_bytes; }

    [[nodiscard]] std::uint64_t samples() const {
        std::uint64_t samples = 0;
        if (__builtin_mul_overflow(blocks(), format_->block_samples, &samples) ||
            __builtin_mul_overflow(samples, format_->rate.in, &samples)) {
            fail("damaged", "its sample rate is none that can be");
        }
        return samples;
    }

    [[nodiscard]] bool truncated() const { return truncated_; }

    [[nodiscard]] bool streamed() const { return streamed_; }

private:
    std::uint64_t take(Chunk const& chunk) {
        if (chunk.name == four("COMM") && !format_) {
            auto const size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size, 22));
            if (auto const bytes = reader_.at(chunk.begin, size); bytes.size() == size) {
                format_ = aiff_format(bytes, compressed_);
            }
        } else if (chunk.name == four("SSND") && !bytes_) {
            return sound(chunk);
        }
        return after(reader_, chunk, Dialect::iff);
    }

    std::uint64_t sound(Chunk const& chunk) {
        constexpr std::uint64_t before = 8;  // an offset, and the size of blocks
        auto const head = reader_.at(chunk.begin, before);
        if (head.size() < before) {
            return reader_.size();
        }
        auto const begin = chunk.begin + before + big<4>(head, 0);
        streamed_ = is_streamed_size(reader_, chunk, Dialect::iff) || chunk.size == before;
        auto end = end_of(reader_, chunk);
        truncated_ = !streamed_ && end - chunk.begin < chunk.size;
        if (streamed_ || truncated_) {
            end = std::max(chunk.begin + before, reader_.size());
            end = without_tail(reader_, chunk.begin + before, end, Dialect::iff);
        }
        bytes_ = end - std::min(end, begin);
        return streamed_ || truncated_ ? reader_.size() : after(reader_, chunk, Dialect::iff);
    }

    Reader& reader_;
    bool compressed_ = false;
    std::optional<AiffFormat> format_;
    std::optional<std::uint64_t> bytes_;
    bool truncated_ = false;
    bool streamed_ = false;
};

class Recordings {
public:
    void add(Recording const& recording) {
        auto const& format = recording.format();
        sum_.add(recording.samples(), format.rate.count);
        if (count_++ == 0) {
            found_.codec = format.codec;
        }
        found_.truncated = found_.truncated || recording.truncated() ||
                           (!recording.streamed() && recording.blocks() < format.frames &&
                            recording.blocks() * format.block_samples < format.frames);
        if (format.rate.in != 1) {
            say(fmt::format(
                "its sample rate is no whole number: samples and rate are given {} fold",
                format.rate.in));
        } else if (recording.streamed()) {
            say("its size was not known when it was written: everything up to the end counts");
        }
    }

    void cut() { found_.truncated = true; }

    void skip(std::uint64_t bytes) { found_.skipped_bytes += bytes; }

    [[nodiscard]] bool empty() const { return count_ == 0; }

    Measured result() {
        if (sum_.empty()) {
            fail("no_audio", "an AIFF without a single sample");
        }
        found_.container = "aiff";
        found_.audio = sum_.total();
        found_.segments = count_;
        return std::move(found_);
    }

private:
    void say(std::string note) {
        if (found_.note.empty()) {
            found_.note = std::move(note);
        }
    }

    Measured found_;
    Sum sum_;
    int count_ = 0;
};

// The first recording must have all that it needs; a later one may be cut where it begins.
bool complete(Recording const& recording, Recordings& all) {
    if (recording.has_format() && recording.has_data()) {
        return true;
    }
    if (!all.empty()) {
        all.cut();
        return false;
    }
    fail("incomplete", recording.has_data() ? "an AIFF without a COMM chunk"
                                            : "an AIFF that ends before its sound begins");
}

}  // namespace

bool looks_like_aiff(Bytes start) {
    return opens(start);
}

Measured measure_aiff(Reader& reader) {
    auto at = after_id3v2(reader, 0);
    if (!opens(reader.at(at, header))) {
        fail("not_audio", "not an AIFF");
    }
    Recordings all;
    while (opens(reader.at(at, header))) {
        Recording recording{reader};
        at = recording.read(at);
        if (!complete(recording, all)) {
            break;
        }
        all.add(recording);
    }
    if (at < reader.size() && !is_tag(reader, at)) {
        all.skip(reader.size() - at);
    }
    return all.result();
}

}  // namespace adapters::media
