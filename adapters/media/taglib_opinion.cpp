// TagLib reads through a stream of ours, and the class is chosen by what was sniffed: left to
// itself it goes by the name of the file, and searches all of it for what is not there.
#include "adapters/media/taglib_opinion.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <stdexcept>
#include <taglib/aifffile.h>
#include <taglib/flacfile.h>
#include <taglib/id3v2framefactory.h>
#include <taglib/mp4file.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/speexfile.h>
#include <taglib/tiostream.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>

namespace adapters::media {

namespace {

class Stream final : public TagLib::IOStream {
public:
    Stream(Reader& reader, std::uint64_t begin) : reader_{reader}, begin_{begin} {}

    // It had to stop: what TagLib then says is about a part.
    [[nodiscard]] bool exhausted() const { return exhausted_; }

    [[nodiscard]] TagLib::FileName name() const override { return ""; }

    TagLib::ByteVector readBlock(unsigned long length) override {
        if (++calls_ > most_calls) {
            throw std::runtime_error{"TagLib does not come to an end"};
        }
        auto const end = static_cast<std::uint64_t>(this->length());
        auto const want = std::min<std::uint64_t>(length, end - std::min(position_, end));
        if (!may_read(want)) {
            exhausted_ = true;
            return {};
        }
        TagLib::ByteVector block(static_cast<unsigned>(want), '\0');
        std::size_t done = 0;
        while (done < want) {
            auto const bytes = reader_.at(begin_ + position_ + done,
                                          std::min<std::size_t>(want - done, Reader::most_at_once));
            if (bytes.empty()) {
                break;
            }
            std::ranges::transform(bytes, block.data() + done,
                                   [](std::byte byte) { return static_cast<char>(byte); });
            done += bytes.size();
        }
        block.resize(static_cast<unsigned>(done));
        position_ += done;
        given_ += done;
        return block;
    }

    void writeBlock(TagLib::ByteVector const& /*data*/) override {}

    void insert(TagLib::ByteVector const& /*data*/, unsigned long /*start*/,
                unsigned long /*replace*/) override {}

    void removeBlock(unsigned long /*start*/, unsigned long /*length*/) override {}

    [[nodiscard]] bool readOnly() const override { return true; }

    [[nodiscard]] bool isOpen() const override { return true; }

    void seek(long offset, Position from) override {
        auto const base = from == Beginning ? 0
                          : from == Current ? static_cast<long>(position_)
                                            : length();
        long sum = 0;
        if (!__builtin_add_overflow(base, offset, &sum)) {
            position_ = static_cast<std::uint64_t>(std::max(sum, 0L));
        }
    }

    [[nodiscard]] long tell() const override { return static_cast<long>(position_); }

    long length() override {
        auto const size = reader_.size() - std::min(begin_, reader_.size());
        return static_cast<long>(std::min<std::uint64_t>(size, std::numeric_limits<long>::max()));
    }

    void truncate(long /*length*/) override {}

private:
    static constexpr std::uint64_t most_near = std::uint64_t{16} << 20;
    static constexpr std::uint64_t most_far = std::uint64_t{64} << 10;
    static constexpr std::uint64_t far_step = std::uint64_t{16} << 10;
    static constexpr std::uint64_t most_calls = 200'000;

    // Of what is far a window costs its whole length, however little of it is asked for.
    [[nodiscard]] bool may_read(std::uint64_t want) const {
        if (exhausted_) {
            return false;
        }
        if (reader_.far()) {
            auto const read = reader_.bytes_read() - read_before_;
            return read + std::max(want, far_step) <= most_far;
        }
        return want <= most_near - std::min(given_, most_near);
    }

    Reader& reader_;
    std::uint64_t begin_;
    std::uint64_t read_before_ = reader_.bytes_read();
    std::uint64_t position_ = 0;
    std::uint64_t given_ = 0;
    std::uint64_t calls_ = 0;
    bool exhausted_ = false;
};

int length_of(TagLib::File const& file) {
    auto const* const properties = file.isValid() ? file.audioProperties() : nullptr;
    return properties == nullptr ? 0 : properties->lengthInMilliseconds();
}

int ogg_length(Stream& stream, std::string_view codec) {
    if (codec == "opus") {
        return length_of(TagLib::Ogg::Opus::File{&stream});
    }
    if (codec == "vorbis") {
        return length_of(TagLib::Ogg::Vorbis::File{&stream});
    }
    if (codec == "speex") {
        return length_of(TagLib::Ogg::Speex::File{&stream});
    }
    return codec == "flac" ? length_of(TagLib::Ogg::FLAC::File{&stream}) : 0;
}

int length_in(Stream& stream, Container container, std::string_view codec) {
    auto* const factory = TagLib::ID3v2::FrameFactory::instance();
    switch (container) {
        case Container::mpeg:
            return length_of(TagLib::MPEG::File{&stream, factory});
        case Container::flac:
            return length_of(TagLib::FLAC::File{&stream, factory});
        case Container::wav:
            return length_of(TagLib::RIFF::WAV::File{&stream});
        case Container::aiff:
            return length_of(TagLib::RIFF::AIFF::File{&stream});
        case Container::mp4:
            return length_of(TagLib::MP4::File{&stream});
        case Container::ogg:
            return ogg_length(stream, codec);
        case Container::adts:  // since 2.0
        case Container::matroska:
        case Container::amr:
            return 0;
    }
    return 0;
}

// MPEG and FLAC may have tags before them, and TagLib knows.
std::uint64_t begin_of(Sniffed const& found) {
    return found.container == Container::mpeg || found.container == Container::flac ? 0
                                                                                    : found.begin;
}

}  // namespace

std::optional<base::Millis> taglib_opinion(Reader& reader, Sniffed const& found,
                                           std::string_view codec) {
    try {
        Stream stream{reader, begin_of(found)};
        auto const length = length_in(stream, found.container, codec);
        if (length > 0 && !stream.exhausted()) {
            return base::Millis{length};
        }
    } catch (std::exception const&) {  // TagLib's, the source's, or ours: there is no opinion then
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace adapters::media
