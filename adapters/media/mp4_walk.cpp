// One pass. The exceptions: fragments that stand before the movie, and far files, whose fragments
// would cost a round trip each.
#include "adapters/media/mp4_walk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/media/found.h"
#include "adapters/media/mp4_fragments.h"

namespace adapters::media::mp4 {

namespace {

constexpr std::array known_boxes{kind("ftyp"), kind("moov"), kind("mdat"), kind("free"),
                                 kind("skip"), kind("wide"), kind("pnot"), kind("styp"),
                                 kind("moof"), kind("sidx"), kind("uuid"), kind("emsg"),
                                 kind("prft"), kind("ssix"), kind("mfra"), kind("meta")};

// Fewer bytes than these are fetched, so that every sample is counted.
constexpr std::uint64_t worth_a_jump = std::uint64_t{192} << 10;

class Walk {
public:
    explicit Walk(Reader& reader) : reader_{reader}, boxes_{Boxes::of_file(reader)} {}

    File walk() {
        walk_on();
        if (jumped_ && !bridged_) {  // there was no fragment where one was said to be
            go_back();
            walk_on();
        }
        return std::move(file_);
    }

private:
    void walk_on() {
        while (auto const box = boxes_.next()) {
            if (!is_known(box->kind) && box->cut) {  // whatever stands behind the last one
                file_.rest = box->end - box->begin;
                return;
            }
            file_.cut = file_.cut || box->cut;
            take(*box);
        }
        file_.rest = reader_.size() - std::min(boxes_.position(), reader_.size());
    }

    void take(Box const& box) {
        if (box.kind == kind("moov")) {
            take_movie(box);
        } else if (box.kind == kind("sidx") && !sidx_) {
            sidx_ = box;
        } else if (box.kind == kind("moof") && file_.movie) {
            take_fragment(box);
        } else if (box.kind == kind("moof")) {
            file_.early = true;
        }
    }

    void take_movie(Box const& box) {
        if (file_.movie) {
            ++file_.other;
            return;
        }
        if (box.cut) {
            fail("incomplete", "an MP4 file that ends within its header (moov)");
        }
        file_.movie = parse_movie(reader_, box);
        if (file_.early) {
            take_fragments_before(box.begin);
        }
    }

    void take_fragments_before(std::uint64_t end) {
        auto boxes = Boxes::of_file(reader_);
        while (auto const box = boxes.next()) {
            if (box->begin >= end) {
                return;
            }
            if (box->kind == kind("moof")) {
                add_fragment(reader_, *box, file_.movie->tracks);
            }
        }
    }

    void take_fragment(Box const& box) {
        auto& tracks = file_.movie->tracks;
        bool const lands = jumped_ && !bridged_;
        add_fragment(reader_, box, tracks, lands);
        if (lands) {
            bridged_ = in_time([](Track const& track) { return track.fragments.bridged; });
            if (!bridged_) {
                go_back();
            }
        } else if (reader_.far() && !tried_ && !file_.early) {
            tried_ = true;
            jump();
        }
    }

    // Every track of sound or pictures has a time to go on from, and `is` so.
    template <typename Is>
    bool in_time(Is const& is) const {
        return std::ranges::all_of(file_.movie->tracks, [&](Track const& track) {
            return track.kind == Kind::other || (track.next_time && is(track));
        });
    }

    void jump() {
        if (!in_time([](Track const& track) { return track.fragments.samples > 0; })) {
            return;
        }
        auto const last = last_fragment(reader_, sidx_);
        if (last && *last > boxes_.position() && *last - boxes_.position() > worth_a_jump) {
            before_ = file_;
            back_ = boxes_.position();
            boxes_.jump(*last);
            jumped_ = true;
        }
    }

    void go_back() {
        file_ = before_;
        boxes_.jump(back_);
        jumped_ = false;
    }

    Reader& reader_;
    Boxes boxes_;
    File file_;
    std::optional<Box> sidx_;
    bool tried_ = false;
    bool jumped_ = false;   // the fragments up to the last one were passed over
    bool bridged_ = false;  // and the times told how long they are
    File before_;
    std::uint64_t back_ = 0;
};

}  // namespace

bool is_known(std::uint32_t kind) {
    return std::ranges::find(known_boxes, kind) != known_boxes.end();
}

File walk(Reader& reader) {
    return Walk{reader}.walk();
}

}  // namespace adapters::media::mp4
