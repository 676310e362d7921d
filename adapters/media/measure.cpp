// Sniff, parse, doubt, ask TagLib.
#include "adapters/media/measure.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/media/adts.h"
#include "adapters/media/aiff.h"
#include "adapters/media/amr.h"
#include "adapters/media/flac.h"
#include "adapters/media/found.h"
#include "adapters/media/matroska.h"
#include "adapters/media/mp4.h"
#include "adapters/media/mpeg.h"
#include "adapters/media/ogg.h"
#include "adapters/media/pcm.h"
#include "adapters/media/sniff.h"
#include "adapters/media/taglib_opinion.h"
#include "adapters/media/wav.h"

namespace adapters::media {

namespace {

// The data behind tags, for parsers whose formats know none before them.
class Behind final : public ByteSource {
public:
    Behind(Reader& reader, std::uint64_t begin) : reader_{reader}, begin_{begin} {}

    [[nodiscard]] std::uint64_t size() const override {
        return reader_.size() - std::min(begin_, reader_.size());
    }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        std::size_t done = 0;
        while (done < into.size() && offset + done < size()) {
            auto const want = std::min(into.size() - done, Reader::most_at_once);
            auto const bytes = reader_.at(begin_ + offset + done, want);
            if (bytes.empty()) {
                break;
            }
            std::ranges::copy(bytes, into.subspan(done).begin());
            done += bytes.size();
        }
        return done;
    }

    [[nodiscard]] bool far() const override { return reader_.far(); }

private:
    Reader& reader_;
    std::uint64_t begin_;
};

Measured behind_tags(Reader& reader, std::uint64_t begin, Measured (*parser)(Reader&)) {
    if (begin == 0) {
        return parser(reader);
    }
    Behind source{reader, begin};
    Reader rest{source};
    auto measured = parser(rest);
    return measured;
}

Measured parse(Reader& reader, Sniffed const& found) {
    switch (found.container) {
        case Container::mpeg:
            return measure_mpeg(reader);
        case Container::adts:
            return measure_adts(reader);
        case Container::flac:
            return measure_flac(reader);
        case Container::amr:
            return behind_tags(reader, found.begin, measure_amr);
        case Container::wav:
            return behind_tags(reader, found.begin, measure_wav);
        case Container::aiff:
            return behind_tags(reader, found.begin, measure_aiff);
        case Container::ogg:
            return behind_tags(reader, found.begin, measure_ogg);
        case Container::matroska:
            return behind_tags(reader, found.begin, measure_matroska);
        case Container::mp4:
            return behind_tags(reader, found.begin, measure_mp4);
    }
    fail("not_audio", "it does not look like any kind of audio");
}

// TagLib counts the encoder's delay and padding, of which there may be some frames; more than that
// is another opinion.
void note_difference(Measured& measured) {
    constexpr base::Millis one_frame{75};
    constexpr base::Millis padding{250};
    auto const ours = to_millis(measured.audio);
    if (!ours || !measured.taglib) {
        return;
    }
    auto const apart = std::max(*ours, *measured.taglib) - std::min(*ours, *measured.taglib);
    if (apart > (measured.basis == Basis::trimmed ? padding : one_frame)) {
        measured.note += fmt::format("{}TagLib says {} ms", measured.note.empty() ? "" : "; ",
                                     measured.taglib->count());
    }
}

Measured measure_what_it_is(Reader& reader, MediaHints const& hints, Limits const& limits) {
    if (hints.raw) {
        return measure_raw(reader, *hints.raw);
    }
    auto const found = sniff(reader);
    auto measured = parse(reader, found);
    if (limits.taglib && !measured.codec.empty()) {
        measured.taglib = taglib_opinion(reader, found, measured.codec);
        note_difference(measured);
    }
    return measured;
}

}  // namespace

MeasureResult measure(Reader& reader, MediaHints const& hints, Limits const& limits) {
    try {
        auto measured = measure_what_it_is(reader, hints, limits);
        if (auto error = implausible(measured, reader.size(), limits.max_duration)) {
            return std::unexpected{std::move(*error)};
        }
        return measured;
    } catch (Unmeasurable const& refused) {
        return std::unexpected{refused.error};
    }
}

}  // namespace adapters::media
