// Walks the chunks of each recording, and from one recording to the next.
#include "adapters/media/wav.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "adapters/media/chunks.h"
#include "adapters/media/wave_format.h"

namespace adapters::media {

namespace {

constexpr std::string_view riff_guid{"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0", 16};
constexpr std::string_view wave_guid{"wave\xF3\xAC\xD3\x11\x8C\xD1\0\xC0\x4F\x8E\xDB\x8A", 16};

// How a recording begins.
struct Form {
    Dialect dialect = Dialect::riff;
    bool big_endian = false;
    bool sizes_elsewhere = false;  // of 64 bits, in the ds64 chunk
    std::uint64_t header = 12;
};

std::optional<Form> form_of(Bytes start) {
    if (matches(start, 0, riff_guid) && matches(start, 24, wave_guid)) {
        return Form{.dialect = Dialect::wave64, .header = 40};
    }
    if (!matches(start, 8, "WAVE")) {
        return std::nullopt;
    }
    if (matches(start, 0, "RIFF")) {
        return Form{};
    }
    if (matches(start, 0, "RF64") || matches(start, 0, "BW64")) {
        return Form{.sizes_elsewhere = true};
    }
    if (matches(start, 0, "RIFX")) {
        return Form{.dialect = Dialect::iff, .big_endian = true};
    }
    return std::nullopt;
}

// The next recording that begins between `begin` and `end`, or `end`. Reads all of it.
std::uint64_t next_form(Reader& reader, std::uint64_t begin, std::uint64_t end) {
    constexpr std::string_view mark = "WAVE";
    constexpr std::size_t enough = 16;
    for (auto at = begin; end - at >= enough;) {
        auto const window = reader.rest_of_window(at, enough);
        auto const bytes = window.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), end - at)));
        if (bytes.size() < enough) {
            return end;
        }
        std::string_view const text{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
        for (auto found = text.find(mark, 8); found != text.npos;
             found = text.find(mark, found + 1)) {
            if (form_of(bytes.subspan(found - 8))) {
                return at + found - 8;
            }
        }
        at += bytes.size() - (enough - 1);
    }
    return end;
}

// One recording: from its header to the next one, or to the end.
class WavRecording {
public:
    WavRecording(Reader& reader, Form const& form) : reader_{reader}, form_{form} {}

    // Returns where it ends.
    std::uint64_t read(std::uint64_t begin) {
        auto at = begin + form_.header;
        while (auto const chunk = chunk_at(reader_, at, form_.dialect)) {
            if (form_of(reader_.at(at, 40))) {
                break;
            }
            at = take(*chunk);
        }
        return at;
    }

    [[nodiscard]] bool has_format() const { return format_.has_value(); }

    [[nodiscard]] bool has_data() const { return has_data_; }

    [[nodiscard]] WaveFormat const& format() const { return *format_; }

    [[nodiscard]] bool truncated() const { return truncated_; }

    [[nodiscard]] bool streamed() const { return streamed_; }

    [[nodiscard]] std::uint64_t unused() const { return unused_; }

    // Of a compressed recording: what its encoder was given, where that ends in the last block.
    [[nodiscard]] bool trimmed() const {
        auto const counted = format_->samples(bytes_);
        return format_->in_blocks() && declared_ != 0 && declared_ <= counted &&
               counted - declared_ < format_->block_samples;
    }

    [[nodiscard]] std::uint64_t samples() const {
        return trimmed() || pads_within() ? declared_ : format_->samples(bytes_);
    }

private:
    // RF64 and Wave64 are written, by some, with sizes that count the padding as data. Then the
    // number of samples beside tells, if it can.
    [[nodiscard]] bool pads_within() const {
        if (format_->block_samples != 1 || declared_ == 0 || declared_ > bytes_) {
            return false;
        }
        auto const real = declared_ * format_->block_bytes;
        auto const most = form_.dialect == Dialect::wave64 ? 8U : form_.sizes_elsewhere ? 2U : 0U;
        return real < bytes_ && bytes_ - real < most && bytes_ % most == 0;
    }

    std::uint64_t take(Chunk const& chunk) {
        switch (chunk.name) {
            case four("fmt "):
                if (!format_) {
                    auto const size = std::min<std::uint64_t>(chunk.size, 40);
                    auto const bytes = reader_.at(chunk.begin, static_cast<std::size_t>(size));
                    if (bytes.size() == size) {
                        format_ = wave_format(bytes, form_.big_endian);
                    }
                }
                break;
            case four("fact"):
                take_declared(chunk, form_.dialect == Dialect::wave64 ? 8 : 4, 0);
                break;
            case four("ds64"):
                if (auto const bytes = reader_.at(chunk.begin, 16);
                    chunk.size >= 16 && bytes.size() == 16) {
                    long_size_ = little<8>(bytes, 8);
                }
                take_declared(chunk, 8, 16);
                break;
            case four("data"):
                return data(chunk);
            default:
                break;
        }
        return after(reader_, chunk, form_.dialect);
    }

    // A number of samples, which is believed only where it goes with what is there.
    void take_declared(Chunk const& chunk, std::size_t width, std::size_t from) {
        auto const bytes = reader_.at(chunk.begin + from, width);
        if (chunk.size < from + width || bytes.size() < width) {
            return;
        }
        if (width == 8) {
            declared_ = little<8>(bytes, 0);
        } else if (!form_.sizes_elsewhere || little<4>(bytes, 0) != 0xFFFF'FFFF) {
            declared_ = form_.big_endian ? big<4>(bytes, 0) : little<4>(bytes, 0);
        }
    }

    std::uint64_t data(Chunk chunk) {
        if (has_data_) {  // players take one of them
            unused_ += end_of(reader_, chunk) - chunk.begin;
            return after(reader_, chunk, form_.dialect);
        }
        has_data_ = true;
        if (form_.sizes_elsewhere && chunk.size == 0xFFFF'FFFF && long_size_ != 0) {
            chunk.size = long_size_;
            streamed_ = long_size_ > std::uint64_t{1} << 60U;
        } else {
            streamed_ = is_streamed_size(reader_, chunk, form_.dialect);
        }
        if (!streamed_ && chunk.size == end_of(reader_, chunk) - chunk.begin) {
            bytes_ = chunk.size;
            return after(reader_, chunk, form_.dialect);
        }
        truncated_ = !streamed_;
        return to_the_end(chunk);
    }

    // What is there, where its size is not known or not true.
    std::uint64_t to_the_end(Chunk const& chunk) {
        auto const whole = std::max(chunk.begin, reader_.size());
        auto const end = reader_.far() ? whole : next_form(reader_, chunk.begin, whole);
        auto const data_end = without_tail(reader_, chunk.begin, end, form_.dialect);
        bytes_ = data_end - chunk.begin;
        return end;
    }

    Reader& reader_;
    Form form_;
    std::optional<WaveFormat> format_;
    std::uint64_t declared_ = 0;  // samples
    std::uint64_t long_size_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t unused_ = 0;
    bool has_data_ = false;
    bool truncated_ = false;
    bool streamed_ = false;
};

class WavRecordings {
public:
    void add(WavRecording const& recording) {
        auto const samples = recording.samples();
        auto const& format = recording.format();
        sum_.add(samples, format.rate);
        if (count_ == 0) {
            found_.codec = format.codec;
        } else if (found_.codec != format.codec) {
            say(fmt::format("the recordings joined are of different codecs, {} too", format.codec));
        }
        ++count_;
        trimmed_ = trimmed_ && recording.trimmed();
        found_.truncated = found_.truncated || recording.truncated();
        found_.skipped_bytes += recording.unused();
        if (recording.streamed()) {
            say("its size was not known when it was written: everything up to the end counts");
        }
    }

    void cut() { found_.truncated = true; }

    void skip(std::uint64_t bytes) { found_.skipped_bytes += bytes; }

    [[nodiscard]] bool empty() const { return count_ == 0; }

    Measured result(std::string container) {
        if (sum_.empty()) {
            fail("no_audio", "a WAV without a single sample");
        }
        found_.container = std::move(container);
        found_.audio = sum_.total();
        found_.basis = trimmed_ ? Basis::trimmed : Basis::frames;
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
    bool trimmed_ = true;
};

// The first recording must have all that it needs; a later one may be cut where it begins.
bool complete_recording(WavRecording const& recording, WavRecordings& all) {
    if (recording.has_format() && recording.has_data()) {
        return true;
    }
    if (!all.empty()) {
        all.cut();
        return false;
    }
    if (recording.has_data()) {
        fail("damaged", "a WAV without a fmt chunk before its data");
    }
    fail("incomplete", "a WAV that ends before its data begins");
}

}  // namespace

bool looks_like_wav(Bytes start) {
    return form_of(start).has_value();
}

Measured measure_wav(Reader& reader) {
    auto at = after_id3v2(reader, 0);
    auto const first = form_of(reader.at(at, 40));
    if (!first) {
        fail("not_audio", "not a WAV");
    }
    WavRecordings all;
    for (auto form = first; form; form = form_of(reader.at(at, 40))) {
        WavRecording recording{reader, *form};
        at = recording.read(at);
        if (!complete_recording(recording, all)) {
            break;
        }
        all.add(recording);
    }
    if (at < reader.size() && !is_tag(reader, at)) {
        all.skip(reader.size() - at);
    }
    return all.result(first->dialect == Dialect::wave64 ? "w64" : "wav");
}

}  // namespace adapters::media
