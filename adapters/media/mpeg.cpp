// One walk over all frames, and one account for each recording that is found on it.
#include "adapters/media/mpeg.h"

#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "adapters/media/frames.h"
#include "adapters/media/mpeg_header.h"
#include "adapters/media/mpeg_info.h"

namespace adapters::media {

namespace {

constexpr std::array<std::string_view, 4> names{"", "mp1", "mp2", "mp3"};

// One recording, as it was before somebody joined it to others.
struct MpegRecording {
    std::uint64_t begin = 0;  // of its first frame, that with the information included
    std::uint64_t end = 0;
    std::uint64_t frames = 0;
    Frame like;  // all its frames are like this one
    std::optional<MpegInfo> info;

    [[nodiscard]] std::uint64_t told() const { return info ? info->frames.value_or(0) : 0; }

    // It says how many bytes it has, and has them.
    [[nodiscard]] bool has_its_bytes() const { return info && info->bytes == end - begin; }

    // Nothing of it is missing, as far as it says.
    [[nodiscard]] bool whole() const { return told() == 0 ? has_its_bytes() : told() == frames; }

    // Nothing more belongs to it, whatever follows.
    [[nodiscard]] bool over() const { return told() == frames && has_its_bytes(); }

    // An encoder that tells no trim may have counted the frame with the information, too.
    [[nodiscard]] bool lacks_frames() const {
        return told() > frames + (info && info->trim ? 0U : 1U);
    }

    // Samples that are not the recording's; nullopt where it does not say.
    [[nodiscard]] std::optional<std::uint64_t> added() const {
        if (!info || !info->trim) {
            return std::nullopt;
        }
        auto const all = std::uint64_t{info->trim->delay} + (whole() ? info->trim->padding : 0);
        return all <= frames * like.samples ? std::optional{all} : std::nullopt;
    }
};

class FrameCount {
public:
    explicit FrameCount(Reader& reader)
        : reader_{reader}, walk_{reader, format_, between_tags(reader)} {}

    Measured run() {
        while (auto const step = walk_.next()) {
            take(*step);
        }
        close();
        if (sum_.empty()) {
            auto const what = seen_ ? "there are MPEG frames, but none that holds sound"
                                    : "no two frames of MPEG audio follow on each other";
            fail(seen_ ? "no_audio" : "not_audio", what);
        }
        found_.audio = sum_.total();
        found_.basis = trimmed_ ? Basis::trimmed : Basis::frames;
        found_.segments = recordings_;
        found_.skipped_bytes = walk_.skipped();
        if (walk_.cut()) {
            found_.truncated = true;
            remark("the data ends within a frame or a tag");
        }
        return std::move(found_);
    }

private:
    void take(FrameWalk::Step const& step) {
        name(step);
        auto const want = std::min<std::size_t>(step.frame.length, mpeg_info_most);
        auto const info = mpeg_info(reader_.at(step.at, want));
        bool const other = seen_ && step.frame.kind != now_.like.kind;
        bool const apart = step.after_tag && !now_.lacks_frames();
        if (info || other || apart || now_.over()) {
            close();
            now_ = {.begin = step.at, .info = info};
        }
        if (!seen_) {
            now_.begin = step.at;
        }
        seen_ = true;
        now_.like = step.frame;
        now_.end = step.at + step.frame.length;
        now_.frames += info ? 0 : 1;
    }

    void name(FrameWalk::Step const& step) {
        if (!seen_) {
            auto const header = mpeg_header(reader_.at(step.at, 4), 0);
            found_.codec = names[header ? header->layer : 3];
            found_.container = found_.codec;
        }
    }

    void close() {
        if (now_.lacks_frames()) {
            found_.truncated = true;
            remark(
                fmt::format("a header tells of {} frames, there are {}", now_.told(), now_.frames));
        }
        if (now_.frames == 0) {
            return;
        }
        auto const added = now_.added();
        trimmed_ = trimmed_ && added;
        ++recordings_;
        sum_.add(now_.frames * now_.like.samples - added.value_or(0), now_.like.rate);
    }

    void remark(std::string_view what) {
        if (found_.note.empty()) {
            found_.note = what;  // the first says most
        }
    }

    Reader& reader_;
    MpegFrames format_;
    FrameWalk walk_;
    Measured found_;
    Sum sum_;
    MpegRecording now_;
    int recordings_ = 0;
    bool trimmed_ = true;
    bool seen_ = false;
};

}  // namespace

Measured measure_mpeg(Reader& reader) {
    return FrameCount{reader}.run();
}

bool looks_like_mpeg(Reader& reader, std::uint64_t at) {
    MpegFrames format;
    return frame_stands(reader, format, at);
}

}  // namespace adapters::media
