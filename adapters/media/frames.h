// A walk from frame to frame through data that is nothing but frames, each of which says how long
// it is: MPEG audio and ADTS. What is between them is a tag, or is searched through.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"
#include "adapters/media/tags.h"

namespace adapters::media {

// What a frame's header says.
struct Frame {
    std::uint32_t length = 0;  // in bytes, with the header
    std::uint32_t samples = 0;
    std::uint32_t rate = 0;
    std::uint32_t kind = 0;  // the frames of one recording are of one kind
};

class FrameFormat {
public:
    static constexpr std::size_t head = 8;           // a header is never longer
    static constexpr std::size_t longest = 8 << 10;  // a frame is never longer

    FrameFormat() = default;
    FrameFormat(FrameFormat const&) = delete;
    FrameFormat& operator=(FrameFormat const&) = delete;
    virtual ~FrameFormat() = default;

    // The frame whose header begins at `at`; nullopt where no header can be read there.
    [[nodiscard]] virtual std::optional<Frame> frame(Bytes bytes, std::size_t at) const = 0;

    // Frames may not say how long they are, and be as long as each other instead. Finds out from
    // what is here, once, before a walk or when it is lost; `last`: nothing follows these bytes.
    virtual bool learn(Bytes /*bytes*/, bool /*last*/) { return false; }
};

// Whether a frame begins at `at` that another follows, or that is the only one.
bool frame_stands(Reader& reader, FrameFormat& format, std::uint64_t at);

class FrameWalk {
public:
    struct Step {
        std::uint64_t at = 0;
        Frame frame;
        bool after_tag = false;  // something that ends or begins a file stood before it
    };

    FrameWalk(Reader& reader, FrameFormat& format, Extent where);

    // The next frame that is wholly there.
    std::optional<Step> next();

    // Where the last frame ended, or the search for the next one begins.
    [[nodiscard]] std::uint64_t at() const { return at_; }

    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

    // The data ended within a frame or a tag.
    [[nodiscard]] bool cut() const { return cut_; }

private:
    struct Here;

    std::optional<Frame> frame_at(std::uint64_t at);
    [[nodiscard]] Here around(std::uint64_t at);
    bool accept(Frame const& frame);
    bool skip_tag();
    void search();
    void skip(std::uint64_t count);

    Reader& reader_;
    FrameFormat& format_;
    std::uint64_t at_;
    std::uint64_t end_;
    std::optional<Frame> ahead_;  // the frame at at_, where it is of the known kind
    std::optional<std::uint32_t> kind_;
    std::uint64_t skipped_ = 0;
    int lessons_ = 0;  // how often the format was asked to learn
    bool cut_ = false;
};

}  // namespace adapters::media
