// Measures audio in helper processes that can do nothing else: whatever hostile bytes make of one,
// the worker gets an answer in time and loses nothing. Helpers are started ahead and used again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/media.h"

namespace adapters::media {

enum class TaglibUse : std::uint8_t { always, never, sample };  // sample: of one file in sixteen

struct CrewOptions {
    // What a helper is started as; its first action is run_helper (helper.h).
    std::vector<std::string> command{"/proc/self/exe", "media-helper"};
    int helpers = 0;       // that measure at once; 0: one a core
    int far_helpers = 16;  // … what is far: these mostly wait
    int queue = 1'024;     // callers that may wait for a helper; more are turned away
    base::Millis wait{60'000};
    base::Millis timeout{10'000};                     // for one measurement, without far bytes
    std::uint64_t memory = std::uint64_t{256} << 20;  // bytes of a helper's, beyond its start
    std::uint64_t max_size = std::uint64_t{2} << 30;  // bytes of what is measured
    base::Millis max_duration{6LL * 3600 * 1000};
    TaglibUse taglib = TaglibUse::always;
    int retire_after = 10'000;                             // measurements, then it is replaced
    std::uint64_t retire_above = std::uint64_t{64} << 20;  // bytes in memory, likewise
};

struct CrewCounts {
    std::uint64_t measured = 0;
    std::map<std::string, std::uint64_t> failed;  // by code
    std::uint64_t crashed = 0;                    // helpers lost to what they measured
    std::uint64_t timed_out = 0;
    std::uint64_t disagreements = 0;  // TagLib's length is another by more than 50 ms
    std::uint64_t started = 0;        // helpers
};

// Beside the codes of found.h: timeout, crashed, too_large, not_a_file, unreadable, busy (too many
// wait), unavailable (helpers can't be started).
class Crew final : public Media {
public:
    explicit Crew(CrewOptions options);
    ~Crew() override;  // nothing may be measuring any more

    MeasureResult measure(std::span<std::byte const> bytes, MediaHints const& hints) override;
    MeasureResult measure_file(int descriptor, MediaHints const& hints) override;
    MeasureResult measure_source(ByteSource& source, MediaHints const& hints) override;

    // The same as one after another, with less to and fro. Keeps one helper busy; call it from
    // several threads for several.
    std::vector<MeasureResult> measure_files(std::span<int const> descriptors,
                                             MediaHints const& hints);

    [[nodiscard]] CrewCounts counts() const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace adapters::media
