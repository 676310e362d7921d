// Sees that what it is given can be measured, hands it to a helper, judges what became of it.
#include "adapters/media/crew/crew.h"

#include <algorithm>
#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "adapters/media/crew/answer.h"
#include "adapters/media/crew/fd.h"
#include "adapters/media/crew/pool.h"

namespace adapters::media {

namespace {

using crew::Failure;
using crew::Pool;
using crew::Process;
using crew::Request;
using crew::Trouble;

constexpr std::uint64_t sample_every = 16;
constexpr base::Millis most_difference{50};
constexpr std::size_t most_codes = 64;  // helpers might invent some

std::unexpected<MediaError> failure(char const* code, std::string message) {
    return std::unexpected{MediaError{.code = code, .message = std::move(message)}};
}

// The bytes in a file that exists only in memory and that nobody can change any more.
std::expected<crew::Fd, MediaError> in_memory(std::span<std::byte const> bytes) {
    crew::Fd file{::memfd_create("audio", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    while (file && !bytes.empty()) {
        auto const count = ::write(file.get(), bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            file = crew::Fd{};
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (!file || ::fcntl(file.get(), F_ADD_SEALS, seals) != 0) {
        return failure("unavailable", "there is no memory to measure it in");
    }
    return file;
}

std::expected<std::uint64_t, MediaError> size_of(int descriptor) {
    struct stat found{};
    if (::fstat(descriptor, &found) != 0) {
        return failure("unreadable", "it can't be read");
    }
    if (!S_ISREG(found.st_mode)) {
        return failure("not_a_file", "it is not a plain file");
    }
    return static_cast<std::uint64_t>(found.st_size);
}

bool disagrees(Measured const& measured) {
    auto const ours = to_millis(measured.audio);
    return ours && measured.taglib && std::chrono::abs(*ours - *measured.taglib) > most_difference;
}

// A failure that says nothing of the data: another helper may do better.
bool blameless(Trouble trouble) {
    return trouble == Trouble::absent || trouble == Trouble::killed || trouble == Trouble::broken;
}

}  // namespace

class Crew::Inside {
public:
    explicit Inside(CrewOptions const& options) : options_{options}, pool_{options} {}

    // For all files of one batch at once; what goes wrong there is looked into one by one, so that
    // nobody suffers for another's bytes.
    void measure_batch(std::span<int const> files, std::span<std::uint64_t const> sizes,
                       MediaHints const& hints, std::span<MeasureResult*> results) {
        if (files.size() > 1) {
            auto const request = request_for(sizes, hints);
            if (auto found = try_batch(request, files)) {
                for (std::size_t i = 0; i < files.size(); ++i) {
                    *results[i] = std::move((*found)[i]);
                }
                return;
            }
        }
        for (std::size_t i = 0; i < files.size(); ++i) {
            auto const request = request_for(sizes.subspan(i, 1), hints);
            *results[i] = measure_one(request, files.subspan(i, 1), nullptr);
        }
    }

    MeasureResult measure_far(ByteSource& source, MediaHints const& hints) {
        auto const size = source.size();
        auto request = request_for(std::span{&size, 1}, hints);
        request.kind = crew::Kind::far;
        return measure_one(request, {}, &source);
    }

    std::expected<std::uint64_t, MediaError> bounded(
        std::expected<std::uint64_t, MediaError> size) const {
        if (size && *size > options_.max_size) {
            return failure("too_large", fmt::format("{} bytes are more than {}, which is "
                                                    "media.max_size",
                                                    *size, options_.max_size));
        }
        return size;
    }

    MeasureResult counted(MeasureResult result) {
        std::scoped_lock const lock{mutex_};
        if (result) {
            counts_.measured += 1;
            counts_.disagreements += disagrees(*result) ? 1 : 0;
        } else {
            auto const known = counts_.failed.contains(result.error().code);
            auto const room = counts_.failed.size() < most_codes;
            counts_.failed[known || room ? result.error().code : "other"] += 1;
        }
        return result;
    }

    CrewCounts counts() const {
        std::scoped_lock const lock{mutex_};
        auto counts = counts_;
        counts.started = pool_.started();
        return counts;
    }

private:
    Request request_for(std::span<std::uint64_t const> sizes, MediaHints const& hints) {
        Request request;
        request.count = static_cast<std::uint32_t>(sizes.size());
        request.max_duration_ms = options_.max_duration.count();
        if (hints.raw) {
            crew::put(request.raw_codec, hints.raw->codec);
            request.raw_rate = hints.raw->rate;
            request.raw_channels = hints.raw->channels;
        }
        std::ranges::copy(sizes, request.sizes.begin());
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            request.taglib[i] = wants_taglib() ? 1 : 0;
        }
        return request;
    }

    bool wants_taglib() {
        return options_.taglib == TaglibUse::always ||
               (options_.taglib == TaglibUse::sample && turn_.fetch_add(1) % sample_every == 0);
    }

    using Results = std::vector<MeasureResult>;

    std::optional<Results> try_batch(Request const& request, std::span<int const> files) {
        std::optional<Results> found;
        pool_.borrow(Pool::Use::near, [&](Pool::Lease& lease) {
            if (auto results = lease.helper().ask(request, files, nullptr)) {
                found = std::move(*results);
            } else {
                lease.drop();
            }
        });
        return found;
    }

    MeasureResult measure_one(Request const& request, std::span<int const> files,
                              ByteSource* source) {
        auto const use = source == nullptr ? Pool::Use::near : Pool::Use::far;
        constexpr int tries = 3;
        std::optional<Failure> last;
        for (int i = 0; i < tries; ++i) {
            MeasureResult result = failure("crashed", "");
            last.reset();
            auto const none = pool_.borrow(use, [&](Pool::Lease& lease) {
                if (auto results = lease.helper().ask(request, files, source)) {
                    result = std::move(results->front());
                } else {
                    last = std::move(results.error());
                    lease.drop();
                }
            });
            if (none) {
                return std::unexpected{*none};
            }
            if (!last) {
                return result;
            }
            if (!blameless(last->trouble)) {
                break;
            }
        }
        return verdict(*last);
    }

    MeasureResult verdict(Failure const& failed) {
        if (failed.trouble == Trouble::broken) {
            return failure("unavailable", "the measuring helper does not start: " + failed.message);
        }
        std::scoped_lock const lock{mutex_};
        if (failed.trouble == Trouble::late) {
            counts_.timed_out += 1;
            return failure("timeout",
                           "measuring it took longer than " + base::to_text(options_.timeout));
        }
        counts_.crashed += 1;
        return failure("crashed", failed.trouble == Trouble::nonsense
                                      ? "the measuring helper said what cannot be"
                                      : "it crashed the measuring helper: " + failed.message);
    }

    CrewOptions options_;
    Pool pool_;
    std::atomic<std::uint64_t> turn_{0};
    mutable std::mutex mutex_;
    CrewCounts counts_;
};

Crew::Crew(CrewOptions options) : inside_{std::make_unique<Inside>(options)} {}

Crew::~Crew() = default;

MeasureResult Crew::measure(std::span<std::byte const> bytes, MediaHints const& hints) {
    if (auto const size = inside_->bounded(bytes.size()); !size) {
        return inside_->counted(std::unexpected{size.error()});
    }
    auto const file = in_memory(bytes);
    return file ? measure_file(file->get(), hints)
                : inside_->counted(std::unexpected{file.error()});
}

MeasureResult Crew::measure_file(int descriptor, MediaHints const& hints) {
    return std::move(measure_files(std::span{&descriptor, 1}, hints).front());
}

MeasureResult Crew::measure_source(ByteSource& source, MediaHints const& hints) {
    if (auto const size = inside_->bounded(source.size()); !size) {
        return inside_->counted(std::unexpected{size.error()});
    }
    return inside_->counted(inside_->measure_far(source, hints));
}

std::vector<MeasureResult> Crew::measure_files(std::span<int const> descriptors,
                                               MediaHints const& hints) {
    std::vector<MeasureResult> results(descriptors.size());
    std::vector<int> files;
    std::vector<std::uint64_t> sizes;
    std::vector<MeasureResult*> open;  // the results that are still to come
    auto const flush = [&] {
        inside_->measure_batch(files, sizes, hints, open);
        files.clear();
        sizes.clear();
        open.clear();
    };
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        if (auto const size = inside_->bounded(size_of(descriptors[i])); !size) {
            results[i] = std::unexpected{size.error()};
            continue;
        } else {
            sizes.push_back(*size);
        }
        files.push_back(descriptors[i]);
        open.push_back(&results[i]);
        if (files.size() == crew::most_files) {
            flush();
        }
    }
    flush();
    for (auto& result : results) {
        result = inside_->counted(std::move(result));
    }
    return results;
}

CrewCounts Crew::counts() const {
    return inside_->counts();
}

}  // namespace adapters::media
