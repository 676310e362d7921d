// Where frames follow on each other the walk looks at nothing but headers. Only where the chain
// breaks it looks around, in a window wide enough for three frames, so that all of it stays linear.
#include "adapters/media/frames.h"

#include <algorithm>

namespace adapters::media {

namespace {

constexpr std::size_t zeros = 16;
constexpr std::size_t look = 3 * FrameFormat::longest;
constexpr int most_lessons = 16;

// Bytes that are here, and whether the data ends with them.
struct View {
    Bytes bytes;
    bool last = false;
};

bool zeros_at(View const& view, std::size_t at) {
    auto const rest = view.bytes.subspan(at);
    if (rest.size() < zeros && !view.last) {
        return false;
    }
    return !rest.empty() && std::ranges::all_of(rest.first(std::min(rest.size(), zeros)),
                                                [](std::byte byte) { return byte == std::byte{}; });
}

// What may follow the last frame of a recording.
bool ends_at(View const& view, std::size_t at) {
    return (view.last && at == view.bytes.size()) || tag_length(view.bytes, at) ||
           zeros_at(view, at);
}

std::optional<Frame> of_kind(FrameFormat const& format, View const& view, std::size_t at,
                             std::uint32_t kind) {
    auto frame = at < view.bytes.size() ? format.frame(view.bytes, at) : std::nullopt;
    return frame && frame->kind == kind ? frame : std::nullopt;
}

// The frame stands wholly here, and what follows makes sense: one of its kind, or an end.
bool stands(FrameFormat const& format, View const& view, std::size_t at, Frame const& frame) {
    if (frame.length > view.bytes.size() - at) {
        return false;
    }
    auto const next = at + frame.length;
    return ends_at(view, next) || of_kind(format, view, next, frame.kind);
}

// After junk a pair is not enough: in megabytes of noise there is one somewhere. What follows the
// pair must make sense as well. A single frame at an end will do if its kind was seen before.
bool chain_at(FrameFormat const& format, View const& view, std::size_t at,
              std::optional<std::uint32_t> known) {
    auto const first = format.frame(view.bytes, at);
    if (!first || first->length > view.bytes.size() - at) {
        return false;
    }
    auto const next = at + first->length;
    auto const second = of_kind(format, view, next, first->kind);
    return second ? stands(format, view, next, *second)
                  : first->kind == known && ends_at(view, next);
}

}  // namespace

struct FrameWalk::Here : View {};

bool frame_stands(Reader& reader, FrameFormat& format, std::uint64_t at) {
    View const view{.bytes = reader.at(at, look), .last = reader.size() <= at + look};
    if (view.bytes.empty()) {
        return false;
    }
    format.learn(view.bytes, view.last);
    auto const frame = format.frame(view.bytes, 0);
    return frame && stands(format, view, 0, *frame);
}

FrameWalk::FrameWalk(Reader& reader, FrameFormat& format, Extent where)
    : reader_{reader}, format_{format}, at_{where.begin}, end_{where.end} {}

// As much as three frames need. The data may turn out to end earlier than was said.
FrameWalk::Here FrameWalk::around(std::uint64_t at) {
    if (at >= end_) {
        return {{.bytes = {}, .last = true}};
    }
    auto const want = static_cast<std::size_t>(std::min<std::uint64_t>(look, end_ - at));
    auto bytes = reader_.rest_of_window(at, want);
    if (bytes.size() < want) {
        end_ = at + bytes.size();
        cut_ = true;
    }
    bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), end_ - at)));
    return {{.bytes = bytes, .last = bytes.size() == end_ - at}};
}

std::optional<Frame> FrameWalk::frame_at(std::uint64_t at) {
    if (at >= end_) {
        return std::nullopt;
    }
    auto const want = std::min<std::uint64_t>(FrameFormat::head, end_ - at);
    auto const bytes = reader_.at(at, static_cast<std::size_t>(want));
    return bytes.size() == want ? format_.frame(bytes, 0) : std::nullopt;
}

void FrameWalk::skip(std::uint64_t count) {
    skipped_ += count;
    at_ += count;
}

// Whether the frame at at_ is one: of the known kind, or followed by what makes it one. A frame
// into which the next recording was written, because its own was cut, is none.
bool FrameWalk::accept(Frame const& frame) {
    bool const known = kind_ == frame.kind;
    if (known && frame.length <= end_ - at_) {
        ahead_ = frame_at(at_ + frame.length);
        if (ahead_ && ahead_->kind == frame.kind) {
            return true;
        }
        ahead_.reset();
    }
    auto const here = around(at_);
    if (here.bytes.size() < frame.length) {
        return false;
    }
    if (!known) {
        return stands(format_, here, 0, frame);
    }
    if (ends_at(here, frame.length)) {
        return true;
    }
    auto const after = format_.frame(here.bytes, frame.length);
    if (after && stands(format_, here, frame.length, *after)) {
        return true;
    }
    for (std::size_t inside = 1; inside < frame.length; ++inside) {
        auto const tag =
            here.bytes[inside] == std::byte{'I'} ? tag_length(here.bytes, inside) : std::nullopt;
        if ((tag && *tag <= end_ - at_ - inside) || chain_at(format_, here, inside, kind_)) {
            skip(inside);
            return false;
        }
    }
    return true;
}

bool FrameWalk::skip_tag() {
    auto const here = around(at_);
    auto const tag = tag_length(here.bytes);
    if (!tag) {
        return false;
    }
    cut_ = cut_ || *tag > end_ - at_;
    at_ += std::min(*tag, end_ - at_);
    return true;
}

// Goes on to where frames or a tag begin, at least one byte.
void FrameWalk::search() {
    skip(1);
    while (at_ < end_) {
        auto const here = around(at_);
        auto const usable = here.last ? here.bytes.size()
                                      : here.bytes.size() - std::min(look, here.bytes.size()) + 1;
        for (std::size_t i = 0; i < usable; ++i) {
            auto const byte = u8(here.bytes, i);
            if (byte == 0xFF && chain_at(format_, here, i, kind_)) {
                skip(i);
                kind_ = format_.frame(here.bytes, i)->kind;
                return;
            }
            auto const tag = byte == 'I' ? tag_length(here.bytes, i) : std::nullopt;
            if (tag && *tag <= end_ - at_ - i) {
                skip(i);
                return;
            }
        }
        skip(usable);
    }
}

std::optional<FrameWalk::Step> FrameWalk::next() {
    bool after_tag = false;
    while (at_ < end_) {
        auto const before = at_;
        auto const frame = ahead_ ? ahead_ : frame_at(at_);
        ahead_.reset();
        if (frame && accept(*frame)) {
            kind_ = frame->kind;
            at_ += frame->length;
            return Step{.at = before, .frame = *frame, .after_tag = after_tag};
        }
        if (at_ != before) {
            continue;
        }
        if (frame && frame->kind == kind_ && frame->length > end_ - at_) {
            cut_ = true;
            at_ = end_;
            break;
        }
        if (skip_tag()) {
            after_tag = true;
        } else if (lessons_ < most_lessons) {
            ++lessons_;
            auto const here = around(at_);
            if (!format_.learn(here.bytes, here.last)) {
                search();
            }
        } else {
            search();
        }
    }
    return std::nullopt;
}

}  // namespace adapters::media
