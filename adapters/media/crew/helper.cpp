// One request after another. Everything that may be needed later is made before the walls go up.
#include "adapters/media/crew/helper.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <iostream>
#include <new>

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/media/crew/answer.h"
#include "adapters/media/crew/channel.h"
#include "adapters/media/crew/sandbox.h"

namespace adapters::media::crew {

namespace {

constexpr int usage = 2;

std::unexpected<MediaError> failure(char const* code, char const* message) {
    return std::unexpected{MediaError{.code = code, .message = message}};
}

class FileBytes final : public ByteSource {
public:
    FileBytes(int file, std::uint64_t size) : file_{file}, size_{size} {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    [[nodiscard]] bool far() const override { return false; }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        std::size_t got = 0;
        while (got < into.size()) {
            auto const count = ::pread(file_, into.data() + got, into.size() - got,
                                       static_cast<off_t>(offset + got));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0) {
                return failure("unreadable", "the file can't be read");
            }
            if (count == 0) {
                break;
            }
            got += static_cast<std::size_t>(count);
        }
        return got;
    }

private:
    int file_;
    std::uint64_t size_;
};

// Asks the worker, who knows where the bytes are. What goes wrong there the worker knows best, so
// that the error made here is never shown.
class FarBytes final : public ByteSource {
public:
    explicit FarBytes(std::uint64_t size) : size_{size}, message_(sizeof(Piece) + most_far) {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        std::size_t got = 0;
        while (got < into.size()) {
            auto const length = std::min(into.size() - got, most_far);
            auto const piece = ask(offset + got, length);
            if (!piece) {
                return failure("unreadable", "the data can't be read");
            }
            std::memcpy(into.data() + got, piece->data(), piece->size());
            got += piece->size();
            if (piece->size() < length) {
                break;
            }
        }
        return got;
    }

private:
    std::optional<std::span<std::byte const>> ask(std::uint64_t offset, std::size_t length) {
        Need const need{.length = static_cast<std::uint32_t>(length), .offset = offset};
        if (send(channel_number, bytes_of(need)) != Sent::yes) {
            return std::nullopt;
        }
        auto const size = receive(channel_number, message_).size;
        Piece piece;
        if (size < sizeof piece || size - sizeof piece > length) {
            return std::nullopt;
        }
        std::memcpy(&piece, message_.data(), sizeof piece);
        if (piece.kind != Kind::piece || piece.failed != 0) {
            return std::nullopt;
        }
        return std::span{message_}.subspan(sizeof piece, size - sizeof piece);
    }

    std::uint64_t size_;
    std::vector<std::byte> message_;
};

class Helper {
public:
    explicit Helper(MeasureFunction measure) : measure_{measure} {}

    // One request and its answers; false when the worker is gone.
    bool serve() {
        Request request;
        auto const got = receive(channel_number, room_of(request), most_files);
        if (got.state != Sent::yes || got.size != sizeof request) {
            return false;
        }
        bool const far = request.kind == Kind::far;
        if (far ? request.count != 1 : request.count != got.files.size()) {
            return false;
        }
        answers_.count = request.count;
        for (std::size_t i = 0; i < request.count; ++i) {
            answers_.list[i] = pack(far ? measure_far(request) : measure_file(request, got, i));
        }
        auto const unused = (most_files - answers_.count) * sizeof(Answer);
        auto const message = bytes_of(answers_);
        return send(channel_number, message.first(message.size() - unused)) == Sent::yes;
    }

private:
    MeasureResult measure_file(Request const& request, Received const& got, std::size_t i) {
        FileBytes source{got.files[i].get(), request.sizes[i]};
        return measure(source, request, i);
    }

    MeasureResult measure_far(Request const& request) {
        FarBytes source{request.sizes[0]};
        return measure(source, request, 0);
    }

    MeasureResult measure(ByteSource& source, Request const& request, std::size_t i) {
        MediaHints hints;
        if (auto const codec = view(request.raw_codec); !codec.empty()) {
            hints.raw = RawFormat{.codec = std::string{codec},
                                  .rate = request.raw_rate,
                                  .channels = request.raw_channels};
        }
        Limits limits;
        limits.max_duration = base::Millis{request.max_duration_ms};
        limits.taglib = request.taglib[i] != 0;
        try {
            Reader reader{source};
            return measure_(reader, hints, limits);
        } catch (Unmeasurable const& problem) {
            return std::unexpected{problem.error};
        } catch (std::bad_alloc const&) {
            return failure("too_large", "measuring it would need more memory than it may");
        }
    }

    MeasureFunction measure_;
    Answers answers_;
};

std::uint64_t memory_of(int argc, char const* const* argv) {
    std::uint64_t bytes = 0;
    if (argc > 2) {
        std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), bytes);
    }
    return bytes;
}

bool has_channel() {
    struct stat found{};
    return ::fstat(channel_number, &found) == 0 && S_ISSOCK(found.st_mode);
}

// The first exception makes the runtime prepare itself, which it could not do later.
void warm_up() {
    try {
        throw Unmeasurable{"warm_up", ""};
    } catch (Unmeasurable const&) {
    }
}

// What one file needed the next one will: giving memory back between them costs more than counting.
void keep_memory() {
    constexpr int most = 16 << 20;
    ::mallopt(M_MMAP_THRESHOLD, most);
    ::mallopt(M_TRIM_THRESHOLD, 2 * most);
}

}  // namespace

int run_helper(int argc, char const* const* argv, MeasureFunction measure) {
    if (!has_channel()) {
        std::cerr << "tallyman: " << helper_word << " is for Tallyman itself to start\n";
        return usage;
    }
    // Libraries that complain there would meet the filter.
    for (auto* const stream : {&std::cout, &std::cerr, &std::clog}) {
        stream->rdbuf(nullptr);
    }
    keep_memory();
    warm_up();
    Helper helper{measure};
    auto const problem = enter_sandbox(memory_of(argc, argv));
    Ready ready{.ok = problem.empty() ? 1U : 0U};
    put(ready.message, problem);
    if (send(channel_number, bytes_of(ready)) == Sent::yes && problem.empty()) {
        while (helper.serve()) {
        }
    }
    ::_exit(0);  // nothing is left to tidy up, and what runs at exit would meet the filter
}

}  // namespace adapters::media::crew
